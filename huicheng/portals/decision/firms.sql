-- Firms in the register, with how many were founded in each of the last twenty years as the small line.
with years as (
    select year(registered_on) as year, count(*) as firms
    from base.firms
    group by 1
)
select cast(sum(firms) as bigint) as value,
       list(firms order by year) filter (where year >= (select max(year) - 20 from years)) as points
from years
