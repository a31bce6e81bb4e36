"""经济库 — how many people, what homes cost, what the offices do: openly published counts."""

from __future__ import annotations

from huicheng.exchange.api import Field, Resource
from huicheng.ground.api import Seed

title, owner = "经济库", "tongji"

NBS = "国家统计局；整理：Zhang Hanyu（nbs-70cities）"

house_price_index = Resource(
    code="house_price_index",
    title="七十城住宅销售价格指数",
    owner="tongji",
    category="主题/宏观经济",
    summary="2018—2025 年每月新建与二手住宅价格指数：环比、同比、定基；含沈阳。",
    fields=(
        Field("month", "月份", "date", required=True, meaning="以每月第一天表示"),
        Field("kind", "住宅类型", "text", required=True),
        Field("city", "城市", "text", required=True),
        Field("on_month", "环比（上月=100）", "number"),
        Field("on_year", "同比（上年同月=100）", "number"),
        Field("fixed_base", "定基", "number", meaning="多数月份未发布"),
    ),
    key=("month", "kind", "city"),
    update="monthly",
    share="unconditional",
    openness="unconditional",
    licence="CC BY 4.0",
    source=NBS,
)

house_price_segments = Resource(
    code="house_price_segments",
    title="分面积住宅价格指数（沈阳、大连、长春）",
    owner="tongji",
    category="主题/宏观经济",
    summary="2016—2025 年每月按面积分的价格指数，逐月连乘。",
    fields=(
        Field("month", "月份", "date", required=True, meaning="以每月第一天表示"),
        Field("city", "城市", "text", required=True),
        Field("kind", "住宅类型", "text", required=True),
        Field("segment", "面积段", "text", required=True),
        Field("value", "指数", "number", meaning="2015 年 12 月为 100；“整体”以 2017 年 12 月为 100"),
    ),
    key=("month", "city", "kind", "segment"),
    update="monthly",
    share="unconditional",
    openness="unconditional",
    licence="CC BY 4.0",
    source=NBS,
)

census_2020 = Resource(
    code="census_2020",
    title="第七次人口普查各区县常住人口（沈阳）",
    owner="tongji",
    category="基础/人口",
    summary="2020 年 11 月 1 日 13 个区县的常住人口，及公布了的十年增减。",
    fields=(
        Field("district", "区划代码", "division", required=True),
        Field("district_name", "区县", "text", required=True),
        Field("residents", "常住人口（人）", "integer", required=True),
        Field("change_2010", "比 2010 年（人）", "integer", meaning="空：未公布"),
        Field("rounded", "已取整", "boolean", meaning="真：公布数取整到百人"),
    ),
    key=("district",),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence="公开事实",
    source="沈阳市第七次全国人口普查公报",
)

service_items = Resource(
    code="service_items",
    title="政务服务事项（广安区）",
    owner="yingshang",
    category="主题/公共服务",
    summary="四川广安区 34 个部门 1,135 项政务服务的名称、国家事项编码与类型，2025 年 4 月。",
    fields=(
        Field("item_code", "事项编码", "text", required=True),
        Field("name", "事项名称", "text", required=True),
        Field("main_item", "主项", "text"),
        Field("department", "部门", "text", required=True),
        Field("task_type", "类型", "integer", meaning="1 许可 5 给付 7 确认 8 奖励 9 裁决 10 其他 20 服务"),
        Field("department_code", "部门编码", "text", meaning="部分为门户内部编号"),
    ),
    key=("item_code",),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence="Apache-2.0",
    source="v-luobo/zwfw",
)

open_portals = Resource(
    code="open_portals",
    title="全国公共数据开放平台名录",
    owner="shuju",
    category="主题/公共服务",
    summary="各省市的数据开放平台名称与网址，2024 年 8 月；没有平台的为空。",
    fields=(
        Field("province", "省份", "text", required=True),
        Field("city", "城市", "text", required=True),
        Field("name", "平台名称", "text"),
        Field("url", "网址", "text"),
    ),
    key=("province", "city"),
    update="yearly",
    share="unconditional",
    openness="unconditional",
    licence="Apache-2.0",
    source="nju-websoft/CNPDS",
)

seeds = (
    Seed("house_price_index", "economy/house_price_index.csv.gz"),
    Seed("house_price_segments", "economy/house_price_segments.csv.gz"),
    Seed("census_2020", "economy/census_2020.csv"),
    Seed("service_items", "economy/service_items.csv.gz"),
    Seed("open_portals", "economy/open_portals.csv"),
)
