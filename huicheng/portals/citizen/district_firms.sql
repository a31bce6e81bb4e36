select sum(firms) as firms from stat.firms_by_year_district where district = $district
