-- Dwellings and other units in the register.
select sum(houses) as value from stat.houses_by_district
