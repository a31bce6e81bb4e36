-- The units behind the figures, street by street and by decade and use: no door and no owner. Groups of fewer than
-- five stand together. $x is the first year of a decade; '-' asks for those whose year nobody knows.
with cells as (
    select district, street, use, built_year // 10 * 10 as decade, count(*) as units
    from base.houses
    where ($district = '' or district = $district)
      and ($x = '' or coalesce(cast(built_year // 10 * 10 as varchar), '-') = $x)
    group by 1, 2, 3, 4
),
told as (
    select case when units >= 5 then district end as district, case when units >= 5 then street end as street,
           case when units >= 5 then use end as use, case when units >= 5 then decade end as decade,
           cast(sum(units) as bigint) as houses
    from cells
    group by 1, 2, 3, 4
)
select district, street, use, decade, houses, count(*) over () as all_rows
from told
order by houses desc, district nulls last, street nulls last, decade nulls last, use nulls last
limit $limit offset $offset
