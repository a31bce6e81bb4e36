-- Firms founded in each year, of one district or of all.
select year, sum(firms) as firms
from stat.firms_by_year_district
where year is not null and ($district = '' or district = $district)
group by year
order by year
