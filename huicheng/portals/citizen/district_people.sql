select residents, change_2010 from raw.census_2020 where district = $district
