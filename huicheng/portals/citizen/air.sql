-- The last hour in which the city's air was measured: PM2.5 as the mean of the stations that reported.
-- IAQI by formula (1) of HJ 633-2012, rounded up, 500 at most; the steps are rows of raw.aqi_breakpoints.
with readings as (
    select time, temperature, humidity, wind_direction,
           list_avg([pm25_taiyuanjie, pm25_us_post, pm25_xiaoheyan]) as pm25
    from raw.air_hourly
    where coalesce(pm25_taiyuanjie, pm25_us_post, pm25_xiaoheyan) is not null
),
latest as (
    select * from readings order by time desc limit 1
)
select latest.time, latest.temperature, latest.humidity, latest.wind_direction, round(latest.pm25) as pm25,
       cast(case when pm25 >= step.high then step.iaqi_high
                 else ceil(step.iaqi_low + (step.iaqi_high - step.iaqi_low) * (pm25 - step.low)
                                           / (step.high - step.low)) end as integer) as iaqi
from latest
left join raw.aqi_breakpoints as step
  on step.pollutant = 'PM2.5' and step.period = '24h'
 and pm25 > step.low and (pm25 <= step.high or step.iaqi_high = 500)
