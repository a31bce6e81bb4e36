-- The residents behind the age bands, district by district: nobody's row is here. Groups of fewer than five stand
-- together. '-' asks for those of unknown age.
with living as (
    select district, sex, date_sub('year', birth_date, current_date) as age
    from base.people
    where ($district = '' or district = $district) and coalesce(status, '正常') not in ('死亡', '迁出')
),
banded as (
    select district, sex,
           case when age >= 90 then '90+'
                when age >= 0 then cast(age // 5 * 5 as varchar) || '–' || cast(age // 5 * 5 + 4 as varchar)
           end as age_band
    from living
),
cells as (
    select district, age_band, sex, count(*) as people
    from banded
    where ($series = '' or coalesce(sex, '0') = $series) and ($x = '' or $x = coalesce(age_band, '-'))
    group by district, age_band, sex
),
told as (
    select case when people >= 5 then district end as district, case when people >= 5 then age_band end as age_band,
           case when people >= 5 then sex end as sex, cast(sum(people) as bigint) as residents
    from cells
    group by 1, 2, 3
)
select district, age_band, sex, residents, count(*) over () as all_rows
from told
order by residents desc, district nulls last, age_band nulls last, sex nulls last
limit $limit offset $offset
