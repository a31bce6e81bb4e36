"""地点库 — the tree of divisions and the places that trips, pipes and counts hang on.

Shenyang's own where an openly licensed source exists; else a published set of another city, named in
the title, so that what is built on it can be tried today and given Shenyang's data later.
"""

from __future__ import annotations

from huicheng.exchange.api import Field, Resource
from huicheng.ground.api import Seed

title, owner = "地点库", "shuju"

LNG, LAT = "经度", "纬度"

divisions = Resource(
    code="divisions",
    title="行政区划（省市县街道与辽宁社区）",
    owner="minzheng",
    category="基础/自然资源和空间地理",
    summary="全国省、市、县、街道四级和辽宁省社区村，2023 年 6 月 30 日的代码、名称与上级。",
    fields=(
        Field("code", "区划代码", "text", required=True, meaning="县以上六位，街道九位，社区十二位"),
        Field("name", "名称", "text", required=True),
        Field("level", "级别", "integer", meaning="1 省 2 市 3 县 4 街道 5 社区"),
        Field("parent", "上级代码", "text", meaning="省级为空"),
    ),
    key=("code",),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence="MIT",
    source="国家统计局 2023 年统计用区划代码；整理：modood/Administrative-divisions-of-China",
)

division_changes = Resource(
    code="division_changes",
    title="县级以上行政区划变更",
    owner="minzheng",
    category="基础/自然资源和空间地理",
    summary="2002 年以来撤销、合并、更名的县市：批准日期、变更前后。",
    fields=(
        Field("date", "批准日期", "date", required=True),
        Field("approved_by", "批准机关", "text", meaning="国批：国务院；民批：民政部"),
        Field("before", "变更前", "text", required=True, meaning="全称与简称相间的路径"),
        Field("after", "变更后", "text", required=True),
    ),
    key=("date", "before"),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence="Apache-2.0",
    source="JioNLP 词典 china_location_change",
)

metro_stations = Resource(
    code="metro_stations",
    title="地铁线路站点（沈阳等 48 城）",
    owner="jiaotong",
    category="主题/交通运输",
    summary="每条线路按行车顺序的车站、线路颜色、拼音和位置，2025 年 1 月；沈阳六条线。",
    fields=(
        Field("city", "城市", "text", required=True),
        Field("line", "线路", "text", required=True),
        Field("color", "线路颜色", "text", meaning="十六进制颜色"),
        Field("seq", "站序", "integer", required=True),
        Field("station", "车站", "text", required=True),
        Field("pinyin", "拼音", "text"),
        Field("lng", LNG, "number", meaning="GCJ-02，度"),
        Field("lat", LAT, "number", meaning="GCJ-02，度"),
    ),
    key=("city", "line", "seq"),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence="MIT",
    source="metromancn/MetroMapOpenMiniProgram",
)

bus_stops_shenzhen = Resource(
    code="bus_stops_shenzhen",
    title="公交线路站点（深圳）",
    owner="jiaotong",
    category="主题/交通运输",
    summary="1,948 条单向公交线路按顺序的站点与坐标，约 2020 年。",
    fields=(
        Field("line_id", "线路编号", "integer", required=True),
        Field("line", "线路", "text", required=True),
        Field("seq", "站序", "integer", required=True),
        Field("stop", "站点", "text", required=True),
        Field("lng", LNG, "number", meaning="WGS-84，度"),
        Field("lat", LAT, "number", meaning="WGS-84，度"),
    ),
    key=("line_id", "seq"),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence="MIT",
    source="ni1o1/pygeo-tutorial",
)

gtfs_stops_porto_alegre = Resource(
    code="gtfs_stops_porto_alegre",
    title="GTFS 站点（阿雷格里港）",
    owner="jiaotong",
    category="主题/交通运输",
    summary="巴西阿雷格里港公交与轻轨 GTFS 的站点，2019 年：本市发布 GTFS 的样例。",
    fields=(
        Field("agency", "运营机构", "text", required=True, meaning="EPTC 公交；TRENS 轻轨"),
        Field("stop_id", "站点编号", "text", required=True),
        Field("name", "站名", "text", required=True),
        Field("lng", LNG, "number", meaning="WGS-84，度"),
        Field("lat", LAT, "number", meaning="WGS-84，度"),
    ),
    key=("agency", "stop_id"),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence="MIT",
    source="ipeaGIT/r5r（EPTC、Trensurb）",
)

gtfs_routes_porto_alegre = Resource(
    code="gtfs_routes_porto_alegre",
    title="GTFS 线路（阿雷格里港）",
    owner="jiaotong",
    category="主题/交通运输",
    summary="同一 GTFS 的线路：简称、全称、方式、颜色。",
    fields=(
        Field("agency", "运营机构", "text", required=True, meaning="EPTC 公交；TRENS 轻轨"),
        Field("route_id", "线路编号", "text", required=True),
        Field("short_name", "简称", "text"),
        Field("long_name", "全称", "text"),
        Field("kind", "方式", "integer", meaning="GTFS route_type：2 铁路 3 公交"),
        Field("color", "颜色", "text"),
    ),
    key=("agency", "route_id"),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence="MIT",
    source="ipeaGIT/r5r（EPTC、Trensurb）",
)

detectors_los_angeles = Resource(
    code="detectors_los_angeles",
    title="道路检测器位置（洛杉矶）",
    owner="gongan",
    category="主题/交通运输",
    summary="METR-LA 的 207 个车速检测器的位置。",
    fields=(
        Field("sensor_id", "检测器编号", "text", required=True),
        Field("lng", LNG, "number", meaning="WGS-84，度"),
        Field("lat", LAT, "number", meaning="WGS-84，度"),
    ),
    key=("sensor_id",),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence="MIT",
    source="liyaguang/DCRNN",
)

taxi_trips_shenzhen = Resource(
    code="taxi_trips_shenzhen",
    title="出租车出行起讫（深圳，格网）",
    owner="jiaotong",
    category="主题/交通运输",
    summary="某一日格网间的出租车出行量，只含两次及以上的格网对。",
    fields=(
        Field("from_x", "起点列", "integer", required=True),
        Field("from_y", "起点行", "integer", required=True),
        Field("to_x", "终点列", "integer", required=True),
        Field("to_y", "终点行", "integer", required=True),
        Field("trips", "出行量（次）", "integer", required=True),
    ),
    key=("from_x", "from_y", "to_x", "to_y"),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence="MIT",
    source="ni1o1/pygeo-tutorial",
)

parking_birmingham = Resource(
    code="parking_birmingham",
    title="停车场占用（伯明翰）",
    owner="jiaotong",
    category="主题/交通运输",
    summary="30 个停车场每半小时的占用车位，2016 年 10 月 4 日至 12 月 19 日。",
    fields=(
        Field("car_park", "停车场", "text", required=True),
        Field("capacity", "车位数（个）", "integer", required=True),
        Field("occupied", "占用（个）", "integer", meaning="原始数据，个别为负或超过车位数"),
        Field("time", "时间", "datetime", required=True, meaning="当地时间"),
    ),
    key=("car_park", "time"),
    update="daily",
    share="unconditional",
    openness="unconditional",
    licence="CC BY 4.0",
    source="Stolfi 等 (2017)，UCI Parking Birmingham；伯明翰市议会",
)

bikes_washington = Resource(
    code="bikes_washington",
    title="公共自行车租用（华盛顿，逐小时）",
    owner="jiaotong",
    category="主题/交通运输",
    summary="2011—2012 年每小时租车数与天气。",
    fields=(
        Field("time", "时间", "datetime", required=True, meaning="当地时间"),
        Field("season", "季度", "integer", meaning="1—4"),
        Field("holiday", "节假日", "boolean"),
        Field("workingday", "工作日", "boolean"),
        Field("weather", "天气", "integer", meaning="1 晴 2 雾或多云 3 小雨雪 4 大雨雪"),
        Field("temperature", "气温（°C）", "number"),
        Field("humidity", "相对湿度（%）", "number"),
        Field("wind", "风速（km/h）", "number"),
        Field("casual", "临时用户（次）", "integer"),
        Field("registered", "注册用户（次）", "integer"),
        Field("total", "合计（次）", "integer"),
    ),
    key=("time",),
    update="daily",
    share="unconditional",
    openness="unconditional",
    licence="CC BY 4.0",
    source="Fanaee-T、Gama (2014)，UCI Bike Sharing；Capital Bikeshare",
)

EUPL = "EUPL-1.2"
KIOS = "KIOS，BattLeDIM 2020（Vrachimis 等 2022）"

water_junctions = Resource(
    code="water_junctions",
    title="供水管网节点（L-Town）",
    owner="shuiwuju",
    category="主题/城乡建设",
    summary="公开漏损竞赛所用管网的 782 个节点：标高与平面坐标。",
    fields=(
        Field("junction", "节点", "text", required=True),
        Field("elevation", "标高（m）", "number"),
        Field("x", "平面 X（m）", "number", meaning="自有平面，不是经纬度"),
        Field("y", "平面 Y（m）", "number"),
    ),
    key=("junction",),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence=EUPL,
    source=KIOS,
)

water_pipes = Resource(
    code="water_pipes",
    title="供水管道（L-Town）",
    owner="shuiwuju",
    category="主题/城乡建设",
    summary="同一管网的 905 段管道：两端、长度、管径、粗糙系数。",
    fields=(
        Field("pipe", "管道", "text", required=True),
        Field("from_node", "起点节点", "text", required=True),
        Field("to_node", "终点节点", "text", required=True),
        Field("length_m", "长度（m）", "number"),
        Field("diameter_mm", "管径（mm）", "number"),
        Field("roughness", "粗糙系数", "number", meaning="Hazen-Williams C"),
    ),
    key=("pipe",),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence=EUPL,
    source=KIOS,
)

water_leaks = Resource(
    code="water_leaks",
    title="供水漏损事件（L-Town，2019）",
    owner="shuiwuju",
    category="主题/城乡建设",
    summary="23 处已知漏损：管道、类型、孔径、起止、最大流量与总损失。",
    fields=(
        Field("pipe", "管道", "text", required=True),
        Field("kind", "类型", "text", meaning="incipient 渐变；abrupt 突发"),
        Field("diameter_mm", "漏孔直径（mm）", "number"),
        Field("area_m2", "漏孔面积（m²）", "number"),
        Field("started_on", "开始", "datetime"),
        Field("ended_on", "结束", "datetime"),
        Field("peak_on", "达到峰值", "datetime"),
        Field("max_m3h", "最大流量（m³/h）", "number"),
        Field("total_m3", "总损失（m³）", "number"),
    ),
    key=("pipe",),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence=EUPL,
    source=KIOS,
)

water_leak_days = Resource(
    code="water_leak_days",
    title="供水日漏损量（L-Town，2019）",
    owner="shuiwuju",
    category="主题/城乡建设",
    summary="每段漏损管道每天损失的水量。",
    fields=(
        Field("day", "日期", "date", required=True),
        Field("pipe", "管道", "text", required=True),
        Field("lost_m3", "漏损量（m³）", "number", required=True),
    ),
    key=("day", "pipe"),
    update="daily",
    share="unconditional",
    openness="unconditional",
    licence=EUPL,
    source=KIOS,
)

seeds = (
    Seed("divisions", "places/divisions.csv.gz"),
    Seed("division_changes", "places/division_changes.csv"),
    Seed("metro_stations", "transit/metro_stations.csv.gz"),
    Seed("bus_stops_shenzhen", "transit/shenzhen_bus_stops.csv.gz"),
    Seed("gtfs_stops_porto_alegre", "transit/porto_alegre_stops.csv.gz"),
    Seed("gtfs_routes_porto_alegre", "transit/porto_alegre_routes.csv"),
    Seed("detectors_los_angeles", "traffic/los_angeles_detectors.csv"),
    Seed("taxi_trips_shenzhen", "traffic/shenzhen_taxi_od.csv.gz"),
    Seed("parking_birmingham", "traffic/birmingham_parking.csv.gz"),
    Seed("bikes_washington", "traffic/washington_bikes.csv.gz"),
    Seed("water_junctions", "water/junctions.csv"),
    Seed("water_pipes", "water/pipes.csv"),
    Seed("water_leaks", "water/leaks.csv"),
    Seed("water_leak_days", "water/leak_days.csv.gz"),
)
