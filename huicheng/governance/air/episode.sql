-- Hours with a value from three days before to three days after the worst hour on record, station by station.
with worst as (
    select max_by(time, coalesce(pm25_taiyuanjie, 0) + coalesce(pm25_us_post, 0)
                        + coalesce(pm25_xiaoheyan, 0)) as time
    from raw.air_hourly
),
readings as (
    select time, '太原街' as station, pm25_taiyuanjie as pm25 from raw.air_hourly
    union all
    select time, '美领馆', pm25_us_post from raw.air_hourly
    union all
    select time, '小河沿', pm25_xiaoheyan from raw.air_hourly
)
select readings.time, readings.station, readings.pm25
from readings
join worst on readings.time between worst.time - interval 3 day and worst.time + interval 3 day
where readings.pm25 is not null
order by readings.time, readings.station
