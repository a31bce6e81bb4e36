-- Residents of each district; a cell under five people was never published, so sums may fall a little short.
select district, max(district_name) as name, sum(residents) as residents
from stat.residents_by_age_district
group by district
order by residents desc
