-- Share of the last year's valid days whose 24-hour PM2.5 stays within IAQI 100: 优 and 良.
-- PM2.5 alone: the data has no other pollutant, so the official share can only be lower.
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
good as (
    select max(high) as limit_100
    from raw.aqi_breakpoints
    where pollutant = 'PM2.5' and period = '24h' and iaqi_high = 100
),
years as (
    select year(day) as year, 100.0 * avg(case when pm25 <= limit_100 then 1.0 else 0.0 end) as share
    from days
    cross join good
    group by year
),
latest as (
    select max(year) as year from years
)
select max(case when years.year = latest.year then round(share, 1) end) as value,
       max(case when years.year = latest.year - 1 then round(share, 1) end) as previous,
       max(latest.year) as period
from years
cross join latest
