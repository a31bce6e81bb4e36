-- Dwellings by the decade in which they were built, of one district or of all; where nobody knows, the decade is empty.
select built_year // 10 * 10 as decade, count(*) as houses
from base.houses
where $district = '' or district = $district
group by 1
order by decade nulls last
