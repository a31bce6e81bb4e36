-- The houses behind the figures.
select base_id, house_code, address, district, street, community, area, use, built_year, owner_name, sources
from base.houses
where $district = '' or district = $district
order by base_id
