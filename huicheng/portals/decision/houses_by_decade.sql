-- Dwellings by the decade in which they were built, of one district or of all.
select coalesce(cast(built_year // 10 * 10 as varchar) || '年代', '未知') as decade, count(*) as houses
from base.houses
where $district = '' or district = $district
group by 1
order by decade
