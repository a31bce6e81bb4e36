-- The hours as they were delivered, from three days before to three days after the worst hour on record.
with worst as (
    select max_by(time, coalesce(pm25_taiyuanjie, 0) + coalesce(pm25_us_post, 0)
                        + coalesce(pm25_xiaoheyan, 0)) as time
    from raw.air_hourly
)
select readings.time, readings.pm25_taiyuanjie, readings.pm25_us_post, readings.pm25_xiaoheyan,
       readings.temperature, readings.humidity, readings.wind_direction, count(*) over () as all_rows
from raw.air_hourly as readings
join worst on readings.time between worst.time - interval 3 day and worst.time + interval 3 day
where $x = '' or strftime(readings.time, '%Y-%m-%d %H:%M') = $x
order by readings.time
limit $limit offset $offset
