"""From a plan and the table's rows to the picture: buckets of time, sums or means, the longest bars first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange.api import Resource
from huicheng.ground.api import bureau, in_chinese, said
from huicheng.portals.look.api import Chart
from huicheng.portals.open.pictures import Plan, unit_said

POINTS, BARS, LINES, PLACES = 400, 15, 4, 6000
Rows = list[dict[str, Any]]


def draw(resource: Resource, plan: Plan, table: pa.Table) -> Chart | None:
    """The chart, or nothing where a picture would say less than the table."""
    if not table.num_rows or plan.kind == "none":
        return None
    return {"map": _points, "tilemap": _tiles, "line": _line, "bar": _bar, "plan": _ground}[plan.kind](
        resource, plan, table
    )


def columns_of(plan: Plan) -> list[str]:
    return list(dict.fromkeys(name for name in (plan.x, *plan.y, plan.label, *plan.splits) if name))


def _titles(resource: Resource) -> Mapping[str, str]:
    return {field.name: plain(said(field.title)) for field in resource.fields}


def plain(title: str) -> str:
    return re.sub(r"(（[^（）]+）| \([^()]+\))$", "", title)


def _unit(resource: Resource, name: str) -> str:
    return next((unit_said(field) for field in resource.fields if field.name == name), "")


def _points(resource: Resource, plan: Plan, table: pa.Table) -> Chart:
    table, note = _home(table, plan.city)
    table = table.filter(pc.and_(pc.is_valid(table["lng"]), pc.is_valid(table["lat"])))
    table = table.group_by([plan.label, "lng", "lat"]).aggregate([])
    step = -(-table.num_rows // PLACES)
    rows = table.take(pa.array(range(0, table.num_rows, step))).to_pylist()
    if plan.datum == "gcj02":
        note += _("坐标由 GCJ-02 换算为 WGS-84。")
        for row in rows:
            row["lng"], row["lat"] = codes.gcj02_to_wgs84(row["lng"], row["lat"])
    if step > 1:
        note += _("共 %(all)s 处，图中每 %(step)s 处取一处。") % {"all": table.num_rows, "step": step}
    return Chart(
        kind="points", title=_("在哪里"), rows=rows, x="lng", y="lat", name=plan.label,
        labels=_titles(resource), note=note, height="large",
    )  # fmt: skip


def _home(table: pa.Table, chosen: str) -> tuple[pa.Table, str]:
    """Rows of one city where the table has several: the chosen one, or our own."""
    if "city" in table.column_names:
        own = table.filter(pc.equal(table["city"], chosen or settings.CITY_NAME))
        if own.num_rows:
            return own, _("图中为%(city)s。") % {"city": called(chosen or settings.CITY_NAME)}
    return table, ""


def owner(code: str) -> str:
    """The department that has this code; other cities' tables hold names of their own."""
    found = bureau(code)
    return "" if found == code else found


def called(city: str) -> str:
    return city if in_chinese() else codes.english_place(city)


def _tiles(resource: Resource, plan: Plan, table: pa.Table) -> Chart:
    rows = _group(table, [plan.x], plan)
    title = _titles(resource)[plan.y[0]]
    return Chart(
        kind="tilemap", title=title, rows=rows, x=plan.x, y=plan.y, unit=_unit(resource, plan.y[0]),
        labels=_titles(resource), height="large",
    )  # fmt: skip


def _group(table: pa.Table, keys: list[str], plan: Plan) -> Rows:
    if not plan.y:
        found = table.group_by(keys).aggregate([([], "count_all")])
        return found.rename_columns([*keys, "rows"]).sort_by(keys[0]).to_pylist()
    how = "sum" if plan.adds else "mean"
    found = table.group_by(keys).aggregate([(name, how) for name in plan.y])
    return found.rename_columns([*keys, *plan.y]).sort_by(keys[0]).to_pylist()


def _bucket(times: pa.ChunkedArray) -> tuple[pa.ChunkedArray, str]:
    """Time as text, no finer than the picture can show."""
    if pa.types.is_integer(times.type):
        return pc.cast(times, pa.string()), ""
    if pa.types.is_string(times.type):
        times = pc.strptime(
            pc.utf8_slice_codeunits(times, 0, 10), format="%Y-%m-%d", unit="s", error_is_null=True
        )
    days = pc.count_distinct(pc.cast(times, pa.date32(), safe=False)).as_py()
    if pc.count_distinct(times).as_py() <= POINTS:
        form = "%Y-%m-%d" if days == pc.count_distinct(times).as_py() else "%Y-%m-%d %H:%M"
        return pc.strftime(times, format=form), ""
    if days <= POINTS * 2:
        return pc.strftime(times, format="%Y-%m-%d"), "day"
    return pc.strftime(times, format="%Y-%m"), "month"


def _line(resource: Resource, plan: Plan, table: pa.Table) -> Chart | None:
    note, splits = "", list(plan.splits)
    if "city" in splits:
        table, note = _home(table, plan.city)
        splits.remove("city")
    series = next((n for n in splits if 1 < pc.count_distinct(table[n]).as_py() <= LINES), "")
    spread = [n for n in splits if n != series and pc.count_distinct(table[n]).as_py() > 1]
    times, step = _bucket(table[plan.x])
    table = table.set_column(table.column_names.index(plan.x), plan.x, times)
    if not plan.y:
        return _counted(resource, plan, table)
    rows = _group(table, [plan.x, *([series] if series else [])], plan)
    rows = [row for row in rows if any(row[name] is not None for name in plan.y)]
    names = _titles(resource)
    note += _described(plan, step, [names[n] for n in spread])
    return Chart(
        kind="line", title=_("、").join(names[n] for n in plan.y), rows=rows, x=plan.x, y=plan.y, series=series,
        unit=_unit(resource, plan.y[0]), labels=names, note=note, height="large", from_zero=plan.adds,
    )  # fmt: skip


def _described(plan: Plan, step: str, spread: list[str]) -> str:
    over = {
        ("day", True): _("每日合计。"), ("day", False): _("每日平均。"),
        ("month", True): _("每月合计。"), ("month", False): _("每月平均。"),
    }  # fmt: skip
    each = _("各%(what)s合计。") if plan.adds else _("各%(what)s平均。")
    return over.get((step, plan.adds), "") + "".join(each % {"what": what} for what in spread)


def _counted(resource: Resource, plan: Plan, table: pa.Table) -> Chart:
    years = pc.utf8_slice_codeunits(table[plan.x], 0, 4)
    table = table.set_column(table.column_names.index(plan.x), plan.x, years)
    labels = {**_titles(resource), "rows": _("条数")}
    rows = _group(table, [plan.x], replace(plan, y=()))
    return Chart(kind="bar", title=_("每年条数"), rows=rows, x=plan.x, y="rows", labels=labels)


def _bar(resource: Resource, plan: Plan, table: pa.Table) -> Chart | None:
    y = plan.y[0] if plan.y else "rows"
    rows = [row for row in _group(table, [plan.x], plan) if row[plan.x] not in (None, "")]
    if len(rows) < 2 or (len(rows) == table.num_rows and not plan.y):
        return None
    shown = sorted(rows, key=lambda row: row[y] or 0, reverse=True)[:BARS]
    if plan.x == "department":
        shown = [{**row, plan.x: owner(str(row[plan.x])) or row[plan.x]} for row in shown]
    note = (
        _("前 %(shown)s 项，共 %(all)s 项。") % {"shown": BARS, "all": len(rows)} if len(rows) > BARS else ""
    )
    labels = {**_titles(resource), "rows": _("条数")}
    title = _("%(what)s：%(by)s") % {"what": labels[y], "by": _("按%(x)s") % {"x": labels[plan.x]}}
    return Chart(
        kind="bar", title=title, rows=shown, x=plan.x, y=y, unit=_unit(resource, y), labels=labels, note=note,
        sideways=True, height="large",
    )  # fmt: skip


def _ground(resource: Resource, plan: Plan, table: pa.Table) -> Chart:
    """Something on a plan of its own: places as dots, or a grid shaded by how much."""
    names = _titles(resource)
    if table.group_by([plan.x, plan.y[0]]).aggregate([]).num_rows == table.num_rows:
        return Chart(
            kind="scatter", title=_("平面分布"), rows=table.to_pylist(), x=plan.x, y=plan.y, labels=names,
            height="large", from_zero=False,
        )  # fmt: skip
    cells = _group(table, [plan.x, plan.y[0]], replace(plan, y=(plan.label,)))
    rows = [*_sides(cells, plan), *cells]
    return Chart(
        kind="heat", title=names[plan.label], rows=rows, x=plan.x, y=plan.y, value=plan.label,
        unit=_unit(resource, plan.label), labels=names, height="large",
    )  # fmt: skip


def _sides(cells: Rows, plan: Plan) -> Rows:
    """Empty cells that name every column left to right and every row with the north on top, before the full ones."""
    x, y = plan.x, plan.y[0]
    xs, ys = sorted({row[x] for row in cells}), sorted({row[y] for row in cells}, reverse=True)
    places = [*((one, ys[0]) for one in xs), *((xs[0], one) for one in ys)]
    return [{x: across, y: up, plan.label: None} for across, up in places]
