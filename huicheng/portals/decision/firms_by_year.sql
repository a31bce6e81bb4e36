-- Firms founded in each year, of one district or of all; a year nobody delivered stays empty, not zero.
with founded as (
    select year(registered_on) as year, count(*) as firms
    from base.firms
    where registered_on is not null and ($district = '' or district = $district)
    group by 1
),
years as (
    select unnest(range(min(year), max(year) + 1)) as year
    from founded
)
select years.year, founded.firms
from years
left join founded using (year)
order by years.year
