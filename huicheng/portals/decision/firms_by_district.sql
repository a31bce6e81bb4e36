-- Firms founded up to and including a year that are in the register today, by district.
select district, max(district_name) as name, sum(firms) as firms
from stat.firms_by_year_district
where district is not null and ($year = '' or cast(year as varchar) <= $year)
group by district
order by firms desc
