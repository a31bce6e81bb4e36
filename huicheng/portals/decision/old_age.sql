-- Share of residents of 65 and older.
select round(100.0 * sum(case when cast(regexp_extract(age_band, '^[0-9]+') as integer) >= 65
                              then residents else 0 end) / nullif(sum(residents), 0), 1) as value
from stat.residents_by_age_district
