-- Residents by age band and sex, of one district or of all.
with living as (
    select date_sub('year', birth_date, current_date) as age, sex
    from base.people
    where ($district = '' or district = $district) and coalesce(status, '正常') not in ('死亡', '迁出')
)
select case when age >= 90 then '90+'
            when age >= 0 then lpad(cast(age // 5 * 5 as varchar), 2, '0') || '–' ||
                               lpad(cast(age // 5 * 5 + 4 as varchar), 2, '0')
            else '未知'
       end as age_band,
       case sex when '1' then '男' when '2' then '女' else '未知' end as sex,
       count(*) as residents
from living
group by 1, 2
order by age_band, sex
