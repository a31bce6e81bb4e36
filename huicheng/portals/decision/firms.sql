-- Firms in the register, with how many were founded in each of the last twenty years as the small line.
with years as (
    select year, sum(firms) as firms
    from stat.firms_by_year_district
    group by year
)
select sum(firms) as value,
       list(firms order by year) filter (where year >= (select max(year) - 20 from years)) as points
from years
