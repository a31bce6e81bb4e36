"""What the style guide shows: one of each component, with figures that stress it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from huicheng.portals.look.charts import Chart, Row, districts
from huicheng.portals.look.parts import Column, Stat


def samples() -> dict[str, Any]:
    air = [_air(n) for n in range(90)]
    points = [row["pm25"] for row in air]
    return {"stats": _stats(points[:30]), "charts": _charts(air), "columns": COLUMNS, "rows": _rows()}


def _air(n: int) -> dict[str, Any]:
    return {"day": date(2025, 1, 1) + timedelta(days=n), "pm25": round(60 + 35 * math.sin(n / 6) + n % 7, 1)}


def _stats(points: list[Any]) -> list[Stat]:
    return [
        Stat(title="居民", value=9_073_412, unit="人", note="合并后的基础人口", points=points),
        Stat(title="企业", value=23818, unit="家", change="+3.2%", better="good", note="比上月"),
        Stat(title="房屋", value=1234, unit="套"),
        Stat(title="没有数据时", value=None, note="等待第一次交付"),
    ]


def _charts(air: Sequence[Row]) -> list[Chart]:
    unit = "µg/m³"
    spread = [{"district": code, "residents": 41_000 + 97_000 * n} for n, code in enumerate(districts()[:-1])]
    ages = [{"age": f"{n}0–{n}9", "sex": s, "residents": 9000 - n * 900} for n in range(9) for s in "男女"]
    hours = [
        {"hour": h, "month": m, "pm25": 50 + 30 * math.cos(m / 2)} for m in range(1, 13) for h in range(24)
    ]
    spots = [{"lng": 123.3 + n % 20 / 100, "lat": 41.7 + n // 20 / 100, "pm25": n} for n in range(180)]
    shares = [
        {"who": w, "share": s} for w, s in (("公安局", 99.1), ("卫生健康委员会", 92.5), ("民政局", 88.0))
    ]
    return [
        Chart(kind="tilemap", title="居民", rows=spread, x="district", y="residents", unit="人"),
        Chart(kind="line", title="每日细颗粒物", rows=air, x="day", y="pm25", unit=unit, note="示例"),
        Chart(kind="bar", title="年龄", rows=ages, x="age", y="residents", series="sex", unit="人"),
        Chart(kind="heat", title="空气", rows=hours, x="hour", y="month", value="pm25", unit=unit),
        Chart(kind="points", title="站点", rows=spots, x="lng", y="lat", value="pm25", unit=unit),
        Chart(kind="bar", title="填写率", rows=shares, x="who", y="share", unit="%", sideways=True),
    ]


COLUMNS = [
    Column(name="name", title="文件", link="href"),
    Column(name="bureau", title="部门"),
    Column(name="rows", title="行数", kind="number"),
    Column(name="share", title="接受", kind="percent"),
    Column(name="at", title="日期", kind="day"),
    Column(name="state", title="状态", kind="chip"),
]


def _rows() -> list[dict[str, Any]]:
    names = ("police_households.csv", "民政对象（婚姻与救助）二〇二六年三月.xlsx", "insurance_members.tsv")
    same = {"href": "#", "bureau": "公安局", "rows": 101_234, "share": 0.992, "at": date(2026, 3, 1)}
    states = ("accepted", "partial", "refused")
    return [same | {"name": name, "state": state} for name, state in zip(names, states, strict=True)]
