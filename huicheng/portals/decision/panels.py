"""Panels: the declared tiles and indicators, asked as the person who looks, with the evidence kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, cast

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.exchange.api import Answer
from huicheng.ground.api import (
    Actor,
    Declared,
    Indicator,
    Tile,
    UnknownDepartment,
    declared,
    department,
)
from huicheng.portals.decision import places
from huicheng.portals.look.api import Chart, Column, Stat, number

Row = dict[str, Any]
PLACE_PARAMS = ("district",)
DRAWN = {"bar": "bar", "line": "line", "area": "area", "heat": "heat", "scatter": "scatter", "map": "tilemap"}


class NoSuchPanel(Exception):
    """No pack declares a tile or indicator of this key."""


@dataclass(frozen=True)
class Asked:
    """What the viewer chose; empty means the whole city, up to today."""

    district: str = ""
    year: str = ""

    def values(self) -> dict[str, str]:
        return {"district": self.district, "year": self.year}


@dataclass(frozen=True)
class Panel:
    """A tile as a page shows it: a picture, or why there is none."""

    key: str
    tile: Tile
    picture: Chart | None = None
    table: tuple[list[Row], list[Column]] | None = None
    problem: str = ""

    @property
    def href(self) -> str:
        return reverse("decision:evidence", args=[self.key])


def key_of(one: Declared[Any]) -> str:
    return f"{one.pack.key}.{one.name}"


def tiles() -> list[Declared[Tile]]:
    return sorted(declared(Tile), key=lambda one: one.value.order)


def indicators() -> list[Declared[Indicator]]:
    """The core's own first, then the packs'."""
    return sorted(declared(Indicator), key=lambda one: one.pack.key != "portals.decision")


def find(key: str) -> Declared[Tile] | Declared[Indicator]:
    everything: list[Declared[Any]] = [*tiles(), *indicators()]
    for one in everything:
        if key_of(one) == key:
            return one
    raise NoSuchPanel(key)


def answer(
    one: Declared[Any], actor: Actor, asked: Asked, *, sql: str = "", limit: int | None = None
) -> Answer:
    """The panel's question, or another of its pack's files, asked by this person."""
    path: Path = one.pack.folder / (sql or one.value.sql)
    purpose = _("城市一览：%(title)s") % {"title": one.value.title}
    return exchange.ask(path, actor, purpose=purpose, params=_params(one, asked), limit=limit)


def _params(one: Declared[Any], asked: Asked) -> dict[str, str]:
    """Only what the tile takes: a choice that its picture ignores must not narrow the rows behind it."""
    takes = getattr(one.value, "params", {})
    return {name: chosen if name in takes else "" for name, chosen in asked.values().items()}


def rows_of(found: Answer, *, limit: int | None = None) -> list[Row]:
    """Rows as plain Python; sums of the engine come as Decimal, which nothing on a page expects."""
    table = found.table if limit is None else found.table.slice(0, limit)
    return [{name: _said(name, value) for name, value in row.items()} for row in table.to_pylist()]


def _said(name: str, value: Any) -> Any:
    """Departments and resources by their names, where a column holds their codes."""
    try:
        if name == "department" and value:
            return bureau(value)
        if name == "resource" and value:
            return exchange.resource(value).title
    except (UnknownDepartment, exchange.UnknownResource):
        return value
    return _number(value)


def bureau(code: str) -> str:
    found = department(code)
    return found.short if (get_language() or "zh").startswith("zh") else found.english


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return [_number(one) for one in value] if isinstance(value, list) else value


def panel(one: Declared[Tile], actor: Actor, asked: Asked) -> Panel:
    key, tile = key_of(one), one.value
    try:
        found = answer(one, actor, asked)
    except exchange.AccessDenied:
        return Panel(key, tile, problem=_("您的职责看不到这些数据。"))
    except exchange.NoData:
        return Panel(key, tile, problem=_("数据还没有交付或融合，完成后这里会有图。"))
    rows = rows_of(found)
    if not rows:
        return Panel(key, tile, problem=_("没有符合条件的数据。"))
    if tile.chart == "table":
        return Panel(key, tile, table=(rows, columns(found)))
    return Panel(key, tile, picture=picture(one, found, rows))


def picture(
    one: Declared[Tile], found: Answer, rows: list[Row], *, height: Literal["medium", "large"] = "medium"
) -> Chart | None:
    tile = one.value
    if tile.chart not in DRAWN:
        return None
    note = _placed(tile, rows) if tile.chart == "map" else ""
    value = next((name for name in found.table.column_names if name not in (tile.x, tile.y)), "")
    return Chart(
        kind=cast(Any, DRAWN[tile.chart]), title=_(tile.meaning or tile.title), rows=rows, x=tile.x, y=tile.y,
        series=tile.series, value=value if tile.chart == "heat" else "", unit=_said_if(tile.unit),
        name="name" if tile.chart == "map" else "", link="href" if tile.chart == "map" else "",
        labels=titles(found), height=height, stacked=bool(tile.series) and tile.chart == "bar",
        note=note,
    )  # fmt: skip


def _placed(tile: Tile, rows: list[Row]) -> str:
    """Give each row its place's name and page; say how many belong to no district of this city."""
    outside = 0
    for row in rows:
        row["name"] = places.name_of(row[tile.x] or "")
        if row["name"]:
            row["href"] = reverse("decision:place", args=[row[tile.x]])
        else:
            row["name"], row["href"] = row[tile.x] or _("未知"), ""
            outside += row[tile.y] or 0
    return _("另有 %(count)s 不在本市任何区县。") % {"count": number(outside)} if outside else ""


def answer_words() -> dict[str, str]:
    """What an answer calls its own columns, those that no field of a table is called."""
    return {
        "name": _("名称"), "value": _("值"), "previous": _("上年"), "target": _("目标"), "period": _("年份"), "year": _("年份"),
        "month": _("月份"), "day": _("日期"), "days": _("天数"), "pm25": "PM2.5", "station": _("点位"),
        "worst_hour": _("最高小时"), "key": _("标识"), "at": _("时间"), "grade": _("级别"), "message": _("说明"),
        "iaqi": _("分指数"), "stations": _("点位数"), "points": _("各年"), "birth_year": _("出生年"), "age_band": _("年龄段"),
        "residents": _("人数"), "firms": _("户数"), "houses": _("套数"), "decade": _("建成年代"), "good": _("有效率"),
    }  # fmt: skip


def titles(found: Answer) -> dict[str, str]:
    """Titles for the answer's columns, from the fields of the tables it read."""
    known: dict[str, str] = answer_words()
    for table in found.tables:
        resource = exchange.resource(table)
        known |= {field.name: field.title for field in resource.fields if field.name not in known}
    return {name: known.get(name, name) for name in found.table.column_names}


def columns(found: Answer) -> list[Column]:
    named = titles(found)
    return [
        Column(name=name, title=named[name], kind=_kind(found, name)) for name in found.table.column_names
    ]


def _kind(found: Answer, name: str) -> Any:
    shape = str(found.table.schema.field(name).type)
    if name in ("year", "birth_year", "decade", "period"):
        return "text"
    if shape.startswith(("int", "uint", "float", "double", "decimal")):
        return "number"
    return "moment" if shape.startswith("timestamp") else "day" if shape.startswith("date") else "text"


def stats(actor: Actor) -> Iterator[Stat]:
    for one in indicators():
        try:
            rows = rows_of(answer(one, actor, Asked()))
        except (exchange.AccessDenied, exchange.NoData):
            rows = []
        yield stat(one, rows[0] if rows else {})


def stat(one: Declared[Indicator], row: Mapping[str, Any]) -> Stat:
    kind, value, previous = one.value, row.get("value"), row.get("previous")
    note = _("%(year)s 年") % {"year": row["period"]} if row.get("period") else ""
    if row.get("target") is not None:
        note += " " + _("目标 %(target)s") % {"target": number(row["target"])}
    change = ""
    better: Literal["good", "bad", ""] = ""
    if value is not None and previous not in (None, 0):
        moved = float(value) - float(previous or 0)
        sign = "+" if moved > 0 else "−" if moved < 0 else "±"
        change = _("比上年 %(change)s") % {"change": f"{sign}{number(abs(moved))}"}
        if moved and kind.better != "neither":
            better = "good" if (moved > 0) == (kind.better == "higher") else "bad"
    href = reverse("decision:evidence", args=[key_of(one)])
    said = note.strip() or _said_if(kind.meaning)
    return Stat(
        title=_(kind.title), value=value, unit=_said_if(kind.unit), note=said, change=change, better=better,
        points=row.get("points") or (), href=href,
    )  # fmt: skip


def _said_if(words: str) -> str:
    """gettext of nothing is the catalogue's header."""
    return _(words) if words else ""


def years(tile: Tile) -> tuple[int, int]:
    """The ends of the year slider; a tile that takes a year names the first one."""
    return int(tile.params.get("year") or 1980), timezone.localdate().year
