-- Dwellings and other units in the register, in one district or in all.
select count(*) as value
from base.houses
where $district = '' or district = $district
