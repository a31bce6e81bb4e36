-- PM2.5 of each month, the mean of its valid days; the panel's line.
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
)
select strftime(day, '%Y-%m') as month, round(avg(pm25), 1) as pm25, count(*) as days
from days
group by month
order by month
