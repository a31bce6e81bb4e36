"""What the style guide shows: one of each component, with figures that stress it."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

from huicheng.portals.look.charts import Chart
from huicheng.portals.look.parts import Column, Stat

DISTRICTS = ("210102", "210103", "210104", "210105", "210106", "210111", "210112", "210113", "210114", "210115", "210123",
             "210124", "210181")  # fmt: skip


def samples() -> dict[str, Any]:
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(90)]
    air = [{"day": d, "pm25": round(60 + 35 * math.sin(n / 6) + n % 7, 1)} for n, d in enumerate(days)]
    return {
        "stats": _stats([row["pm25"] for row in air]),
        "charts": _charts(air),
        "columns": _columns(),
        "rows": _rows(),
    }


def _stats(points: list[Any]) -> list[Stat]:
    return [
        Stat(title="居民", value=9_073_412, unit="人", note="三库合一后的基础人口", points=points[:30]),
        Stat(title="企业", value=23818, unit="家", change="+3.2%", better="good", note="比上月"),
        Stat(title="房屋", value=1234, unit="套"),
        Stat(title="没有数据时", value=None, note="等待第一次交付"),
    ]


def _charts(air: list[dict[str, Any]]) -> list[Chart]:
    spread = [{"district": code, "residents": 41_000 + 97_000 * n} for n, code in enumerate(DISTRICTS[:-1])]
    ages = [
        {"age": f"{n * 10}–{n * 10 + 9} 岁", "sex": sex, "residents": (9 - n) * 900 + len(sex)}
        for n in range(9)
        for sex in ("男", "女")
    ]
    hours = [
        {"hour": f"{h} 时", "month": f"{m} 月", "pm25": 50 + 30 * math.cos(m / 2) + 10 * math.sin(h / 4)}
        for m in range(1, 13)
        for h in range(24)
    ]
    spots = [
        {"lng": 123.3 + 0.01 * (n % 20), "lat": 41.7 + 0.01 * (n // 20), "name": f"站点 {n}", "pm25": n}
        for n in range(180)
    ]
    return [
        Chart(kind="tilemap", title="各区县居民", rows=spread, x="district", y="residents", unit="人", labels={"district": "区划代码", "residents": "居民"}),
        Chart(kind="line", title="每日细颗粒物", rows=air, x="day", y="pm25", unit="µg/m³", labels={"day": "日期", "pm25": "PM2.5"}, note="来源：示例"),
        Chart(kind="bar", title="年龄与性别", rows=ages, x="age", y="residents", series="sex", unit="人"),
        Chart(kind="heat", title="一天里什么时候空气差", rows=hours, x="hour", y="month", value="pm25", unit="µg/m³"),
        Chart(kind="points", title="监测站", rows=spots, x="lng", y="lat", value="pm25", name="name", unit="µg/m³"),
        Chart(kind="bar", title="各部门字段填写率", rows=[{"who": w, "share": s} for w, s in (("公安局", 99.1), ("卫生健康委员会", 92.5), ("民政局", 88.0), ("人社局", 97.2))], x="who", y="share", unit="%", sideways=True, height="small"),
    ]  # fmt: skip


def _columns() -> list[Column]:
    return [
        Column(name="name", title="文件", link="href"),
        Column(name="bureau", title="部门"),
        Column(name="rows", title="行数", kind="number"),
        Column(name="share", title="接受", kind="percent"),
        Column(name="at", title="日期", kind="day"),
        Column(name="state", title="状态", kind="chip"),
    ]


def _rows() -> list[dict[str, Any]]:
    names = ("police_households.csv", "民政对象（婚姻与救助）二〇二六年三月.xlsx", "insurance_members.tsv")
    return [
        {"name": n, "href": "#", "bureau": "公安局", "rows": 101_234 * (i + 1), "share": 0.992 - i / 10, "at": date(2026, 3, i + 1), "state": s}
        for i, (n, s) in enumerate(zip(names, ("accepted", "partial", "refused"), strict=True))
    ]  # fmt: skip
