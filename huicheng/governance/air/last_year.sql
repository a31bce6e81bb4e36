-- The valid days of the last year on record, which the yearly figures are of; 优 and 良 stay within IAQI 100.
with hours as (
    select time, (coalesce(pm25_taiyuanjie, 0) + coalesce(pm25_us_post, 0) + coalesce(pm25_xiaoheyan, 0))
                 / nullif((case when pm25_taiyuanjie is null then 0 else 1 end)
                        + (case when pm25_us_post is null then 0 else 1 end)
                        + (case when pm25_xiaoheyan is null then 0 else 1 end), 0) as pm25
    from raw.air_hourly
),
days as (
    select cast(time as date) as day, avg(pm25) as pm25, max(pm25) as worst_hour, count(*) as hours
    from hours
    where pm25 is not null
    group by day
    having count(*) >= 20
),
good as (
    select max(high) as limit_100
    from raw.aqi_breakpoints
    where pollutant = 'PM2.5' and period = '24h' and iaqi_high = 100
)
select day, round(pm25, 1) as pm25, pm25 <= limit_100 as within_100, cast(worst_hour as integer) as worst_hour, hours,
       count(*) over () as all_rows
from days
cross join good
where year(day) = (select max(year(day)) from days)
order by day
limit $limit offset $offset
