-- Dwellings by the decade in which they were built.
select cast(decade as varchar) || '年代' as decade, sum(houses) as houses
from stat.houses_by_district
where decade is not null and ($district = '' or district = $district)
group by decade
order by decade
