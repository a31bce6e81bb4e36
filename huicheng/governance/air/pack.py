"""环境空气 — what the city breathes, hour by hour, and the hours in which it should stay indoors.

On 8 November 2015 Shenyang breathed 1,135 µg/m³ of PM2.5, fifteen times the daily limit. A city that
grades each hour as it comes can tell schools by lunch; this pack replays those six years.

The grade is of the hour, by the steps of HJ 633-2012 (rows of ``aqi_breakpoints``, not code): the
standard calls IAQI over 200 heavy and over 300 severe, and its table ends at 500. Each step above 200 is
one colour: 201-300 blue, 301-400 yellow, 401-500 orange, beyond the table red. The city's declared
warnings are another matter: they rest on forecasts of whole days.
"""

from __future__ import annotations

from huicheng.exchange.api import Field, Resource
from huicheng.ground.api import Indicator, Seed, Tile, Watch

title, owner = "环境空气", "shengtai"

STATION = "空：该小时无有效监测值"

air_hourly = Resource(
    code="air_hourly",
    title="逐小时空气与气象（沈阳）",
    owner="shengtai",
    category="主题/生态环保",
    summary="2010—2015 年每小时三个点位的 PM2.5 与全市气象；PM2.5 自 2013 年起。",
    fields=(
        Field("time", "时间", "datetime", required=True, meaning="北京时间，整点"),
        Field("pm25_taiyuanjie", "PM2.5 太原街（µg/m³）", "number", meaning=STATION),
        Field("pm25_us_post", "PM2.5 美领馆（µg/m³）", "number", meaning=STATION),
        Field("pm25_xiaoheyan", "PM2.5 小河沿（µg/m³）", "number", meaning=STATION),
        Field("temperature", "气温（°C）", "number"),
        Field("dew_point", "露点（°C）", "number", meaning="原始数据中有一个 −97"),
        Field("humidity", "相对湿度（%）", "number"),
        Field("pressure", "气压（hPa）", "number"),
        Field("wind_direction", "风向", "text", meaning="东北、东南、西北、西南、静风"),
        Field("wind_cumulated", "累计风速（m/s）", "number", meaning="自风向改变起累加，不是当时风速"),
        Field("precipitation", "降水（mm）", "number"),
        Field("precipitation_cumulated", "累计降水（mm）", "number"),
    ),
    key=("time",),
    update="daily",
    share="unconditional",
    openness="unconditional",
    licence="CC BY 4.0",
    source="Liang 等 (2016) J. Geophys. Res. Atmos. 121；UCI PM2.5 Data of Five Chinese Cities",
)

aqi_breakpoints = Resource(
    code="aqi_breakpoints",
    title="空气质量分指数浓度限值（HJ 633-2012）",
    owner="shengtai",
    category="主题/生态环保",
    summary="六项污染物每一级分指数（IAQI）的浓度上下限。",
    fields=(
        Field("pollutant", "污染物", "text", required=True),
        Field("period", "平均时间", "text", required=True, meaning="1h、8h、24h"),
        Field("iaqi_low", "分指数下限", "integer", required=True),
        Field("iaqi_high", "分指数上限", "integer", required=True),
        Field("low", "浓度下限", "number", required=True, meaning="µg/m³；CO 为 mg/m³"),
        Field("high", "浓度上限", "number", required=True, meaning="µg/m³；CO 为 mg/m³"),
    ),
    key=("pollutant", "period", "iaqi_low"),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence="公开事实",
    source="HJ 633-2012 环境空气质量指数（AQI）技术规定（试行）表 1",
)

seeds = (
    Seed("air_hourly", "air/shenyang_hourly.csv.gz"),
    Seed("aqi_breakpoints", "air/hj633_2012.csv"),
)

yearly_mean = Indicator(
    "年均 PM2.5",
    "yearly_mean.sql",
    "last_year.sql",
    unit="µg/m³",
    better="lower",
    meaning="每日均值的年平均；国家二级限值 35",
)
good_days = Indicator(
    "优良天数比例", "good_days.sql", "last_year.sql", unit="%", better="higher", meaning="只按 PM2.5 计"
)

months = Tile(
    "空气在变好吗？",
    "months.sql",
    "line",
    rows_sql="daily.sql",
    unit="µg/m³",
    x="month",
    y="pm25",
    meaning="PM2.5 月均值",
    order=40,
)
episode = Tile(
    "最重的一次污染有多重？",
    "episode.sql",
    "line",
    rows_sql="episode_rows.sql",
    unit="µg/m³",
    x="time",
    y="pm25",
    series="station",
    meaning="有记录以来最重一小时前后三天，各点位 PM2.5",
    order=41,
)

heavy_hours = Watch(
    "重污染小时",
    "heavy_hours.sql",
    grades={
        "blue": "分指数 201—300",
        "yellow": "分指数 301—400",
        "orange": "分指数 401—500",
        "red": "超出分指数表，PM2.5 高于 500",
    },
    resources=("air_hourly",),
    message="PM2.5 %(pm25)s µg/m³，最高 %(station)s %(worst)s",
)
