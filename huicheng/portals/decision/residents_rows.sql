-- The residents behind the figures, street by street and by sex, to check a sum by: nobody's row is here. Groups of
-- fewer than five stand together in one that says of itself only how many they are.
-- $x is the code of a place of any level; '-' asks for those whose district nobody knows.
with cells as (
    select district, street, sex, count(*) as people
    from base.people
    where ($district = '' or district = $district) and coalesce(status, '正常') not in ('死亡', '迁出')
      and ($x = '' or $x in (coalesce(district, '-'), coalesce(street, substr(community, 1, 9)), community))
    group by district, street, sex
),
told as (
    select case when people >= 5 then district end as district, case when people >= 5 then street end as street,
           case when people >= 5 then sex end as sex, cast(sum(people) as bigint) as residents
    from cells
    group by 1, 2, 3
)
select district, street, sex, residents, count(*) over () as all_rows
from told
order by residents desc, district nulls last, street nulls last, sex nulls last
limit $limit offset $offset
