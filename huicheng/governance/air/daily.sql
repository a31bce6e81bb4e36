-- PM2.5 of each day: the mean of the hours, where at least 20 of them have a value (GB 3095-2012, table 4).
with hours as (
    select time, (coalesce(pm25_taiyuanjie, 0) + coalesce(pm25_us_post, 0) + coalesce(pm25_xiaoheyan, 0))
                 / nullif((case when pm25_taiyuanjie is null then 0 else 1 end)
                        + (case when pm25_us_post is null then 0 else 1 end)
                        + (case when pm25_xiaoheyan is null then 0 else 1 end), 0) as pm25
    from raw.air_hourly
)
select cast(time as date) as day, round(avg(pm25), 1) as pm25, cast(max(pm25) as integer) as worst_hour,
       count(*) as hours, count(*) over () as all_rows
from hours
where pm25 is not null and ($x = '' or strftime(time, '%Y-%m') = $x)
group by day
having count(*) >= 20
order by day
limit $limit offset $offset
