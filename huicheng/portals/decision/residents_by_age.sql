-- Residents by age band and sex, of one district or of all; the youngest first.
with living as (
    select date_sub('year', birth_date, current_date) as age, sex
    from base.people
    where ($district = '' or district = $district) and coalesce(status, '正常') not in ('死亡', '迁出')
)
select case when age >= 90 then '90+'
            when age >= 0 then cast(age // 5 * 5 as varchar) || '–' || cast(age // 5 * 5 + 4 as varchar)
       end as age_band,
       coalesce(sex, '0') as sex,
       count(*) as residents
from living
group by age_band, coalesce(sex, '0')
order by min(age) filter (where age >= 0) nulls last, coalesce(sex, '0') = '0', coalesce(sex, '0')
