-- Firms in the register, with how many were founded in each of the last twenty years as the small line. A year with
-- fewer than a quarter of the busiest of the ten before it was not delivered whole: a gap, not a low. Below forty firms
-- a year chance does the same.
with founded as (
    select year(registered_on) as year, count(*) as firms
    from base.firms
    where $district = '' or district = $district
    group by 1
),
years as (
    select unnest(range(max(year) - 19, max(year) + 1)) as year
    from founded
),
judged as (
    select years.year, founded.firms,
           (select max(firms) from founded as before
            where before.year between years.year - 10 and years.year - 1) as busiest
    from years
    left join founded using (year)
)
select (select cast(sum(firms) as bigint) from founded) as value,
       list(case when firms * 4 >= coalesce(busiest, 0) or busiest < 40 then firms end order by year) as points
from judged
