-- Residents by age band and sex, of one district or of all.
select age_band, case sex when '1' then '男' when '2' then '女' else '未知' end as sex,
       sum(residents) as residents
from stat.residents_by_age_district
where $district = '' or district = $district
group by age_band, sex
order by age_band, sex
