-- Firms founded up to and including a year that are in the register today, by district.
select district, count(*) as firms
from base.firms
where $year = '' or year(registered_on) <= try_cast($year as integer)
group by district
order by firms desc
