-- Every row is an hour in which the mean of the reporting stations was heavily polluted (IAQI over 200).
-- IAQI by formula (1) of HJ 633-2012, rounded up, 500 at most; the steps are rows of raw.aqi_breakpoints.
with readings as (
    select time, '太原街' as station, pm25_taiyuanjie as pm25 from raw.air_hourly
    union all
    select time, '美领馆', pm25_us_post from raw.air_hourly
    union all
    select time, '小河沿', pm25_xiaoheyan from raw.air_hourly
),
hours as (
    select time, avg(pm25) as pm25, max(pm25) as worst, max_by(station, pm25) as worst_station,
           count(*) as stations
    from readings
    where pm25 is not null
    group by time
),
indexed as (
    select hours.*,
           case when pm25 >= step.high then step.iaqi_high
                else ceil(step.iaqi_low + (step.iaqi_high - step.iaqi_low) * (pm25 - step.low)
                                          / (step.high - step.low)) end as iaqi
    from hours
    join raw.aqi_breakpoints as step
      on step.pollutant = 'PM2.5' and step.period = '24h'
     and pm25 > step.low and (pm25 <= step.high or step.iaqi_high = 500)
)
select 'shenyang:' || strftime(time, '%Y-%m-%dT%H') as key,
       time as "at",
       case when pm25 > 500 then 'red' when iaqi > 400 then 'orange'
            when iaqi > 300 then 'yellow' else 'blue' end as grade,
       'PM2.5 ' || cast(round(pm25) as integer) || ' µg/m³，最高 ' || worst_station || ' '
           || cast(round(worst) as integer) as message,
       cast(iaqi as integer) as iaqi,
       round(pm25, 1) as pm25,
       stations
from indexed
where iaqi > 200
order by "at"
