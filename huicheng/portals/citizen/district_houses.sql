select sum(houses) as houses from stat.houses_by_district where district = $district
