-- The residents behind the age bands: no name, no number, no day of birth. '-' asks for those of unknown age.
with living as (
    select *, date_sub('year', birth_date, current_date) as age
    from base.people
    where ($district = '' or district = $district) and coalesce(status, '正常') not in ('死亡', '迁出')
)
select sex, year(birth_date) as birth_year, district, street, status, sources, updated_on, count(*) over () as all_rows
from living
where ($series = '' or coalesce(sex, '0') = $series)
  and ($x = '' or $x = case when age >= 90 then '90+'
                            when age >= 0 then cast(age // 5 * 5 as varchar) || '–' || cast(age // 5 * 5 + 4 as varchar)
                            else '-' end)
order by base_id
limit $limit offset $offset
