-- The residents of 65 and older, street by street and by sex: the part of all who live here that the share speaks of.
-- Groups of fewer than five stand together.
with cells as (
    select district, street, sex, count(*) as people
    from base.people
    where ($district = '' or district = $district) and coalesce(status, '正常') not in ('死亡', '迁出')
      and birth_date <= current_date - interval 65 year
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
