-- Mean PM2.5 of the last whole year, and of the year before; days count with 20 hours or more (GB 3095-2012).
-- Target: 35 µg/m³, the yearly limit of class II in GB 3095-2012.
with hours as (
    select time, (coalesce(pm25_taiyuanjie, 0) + coalesce(pm25_us_post, 0) + coalesce(pm25_xiaoheyan, 0))
                 / nullif((case when pm25_taiyuanjie is null then 0 else 1 end)
                        + (case when pm25_us_post is null then 0 else 1 end)
                        + (case when pm25_xiaoheyan is null then 0 else 1 end), 0) as pm25
    from raw.air_hourly
),
days as (
    select cast(time as date) as day, avg(pm25) as pm25
    from hours
    where pm25 is not null
    group by day
    having count(*) >= 20
),
years as (
    select year(day) as year, avg(pm25) as mean
    from days
    group by year
),
latest as (
    select max(year) as year from years
)
select max(case when years.year = latest.year then round(mean, 1) end) as value,
       max(case when years.year = latest.year - 1 then round(mean, 1) end) as previous,
       35.0 as target,
       max(latest.year) as period
from years
cross join latest
