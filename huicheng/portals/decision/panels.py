"""Panels: the declared tiles and indicators as pictures and figures, each opening what is behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.exchange.api import Answer
from huicheng.ground.api import Actor, Declared, Tile, said
from huicheng.portals.decision import naming, places
from huicheng.portals.decision.asking import (
    Asked,
    Row,
    answer,
    indicators,
    kept,
    key_of,
    not_yet,
    point,
    refused,
    rows_of,
    takes,
    tiles,
)
from huicheng.portals.look.api import Chart, Column, Stat, number

DRAWN = {"bar": "bar", "line": "line", "area": "area", "heat": "heat", "scatter": "scatter", "map": "tilemap"}


@dataclass(frozen=True)
class Panel:
    """A tile as a page shows it: a picture, or why there is none; and the controls that its question takes."""

    one: Declared[Tile]
    asked: Asked
    picture: Chart | None = None
    table: tuple[list[Row], list[Column]] | None = None
    problem: str = ""

    @property
    def key(self) -> str:
        return key_of(self.one)

    @property
    def tile(self) -> Tile:
        return self.one.value

    @property
    def title(self) -> str:
        return said(self.tile.title)

    @property
    def meaning(self) -> str:
        return said(self.tile.meaning) if self.tile.meaning else ""

    @property
    def href(self) -> str:
        return reverse("decision:evidence", args=[self.key]) + self.asked.query

    @property
    def place(self) -> str:
        """The district that the picture is of, where it is not the whole city."""
        return naming.place_name(self.asked.district) if self.asked.district else ""

    @property
    def years(self) -> tuple[int, int] | None:
        """The ends of the year slider; a tile that takes a year names the first one."""
        if not takes(self.one, "year"):
            return None
        return int(self.tile.params.get("year") or 1980), timezone.localdate().year

    @property
    def year(self) -> str:
        return self.asked.year or (str(self.years[1]) if self.years else "")


def behind(one: Declared[Any], asked: Asked) -> str:
    """The address of the rows under a figure."""
    return _address(one) + kept(one, asked).query


def _address(one: Declared[Any]) -> str:
    return reverse("decision:behind", args=[key_of(one)])


def panels(actor: Actor, asked: Asked) -> list[Panel]:
    return [panel(one, actor, asked) for one in tiles()]


def panel(one: Declared[Tile], actor: Actor, asked: Asked) -> Panel:
    tile, asked = one.value, kept(one, asked)
    try:
        found = answer(one, actor, asked)
    except exchange.AccessDenied:
        return Panel(one, asked, problem=refused())
    except exchange.NoData:
        return Panel(one, asked, problem=not_yet())
    rows = rows_of(found)
    if not rows:
        return Panel(one, asked, problem=_("没有符合条件的数据。"))
    if tile.chart == "table":
        return Panel(one, asked, table=linked_table(one, found, asked))
    return Panel(one, asked, picture=picture(one, found, asked))


def linked_table(one: Declared[Any], found: Answer, asked: Asked) -> tuple[list[Row], list[Column]]:
    """Every row opens the rows behind it, on its first column and on its figures."""
    rows = rows_of(found)
    named = naming.name_rows(found, rows)
    tile, columns = one.value, naming.columns(found)
    if not tile.rows_sql:
        return named, columns
    address, asked = _address(one), kept(one, asked)
    for row, raw in zip(named, rows, strict=True):
        row["href"] = address + (_at(tile, asked, raw) if isinstance(tile, Tile) else asked).query
    return named, [_linked(column, getattr(tile, "x", "")) for column in columns]


def _linked(column: Column, x: str) -> Column:
    return replace(column, link="href") if column.numeric or column.name == x else column


def _at(tile: Tile, asked: Asked, row: Mapping[str, Any]) -> Asked:
    series = point(row[tile.series]) if tile.series else ""
    return asked.at(x=row.get(tile.x), series=series)


def picture(
    one: Declared[Tile], found: Answer, asked: Asked, *, height: Literal["medium", "large"] = "medium"
) -> Chart | None:
    """What can be drawn; what has no place in the picture is counted below it, and opens too."""
    tile = one.value
    if tile.chart not in DRAWN:
        return None
    rows = rows_of(found)
    address, asked = _address(one), kept(one, asked)
    hrefs = [address + _at(tile, asked, row).query if tile.rows_sql else "" for row in rows]
    drawn: list[Row] = []
    left_out: list[Row] = []
    for raw, named, href in zip(rows, naming.name_rows(found, rows), hrefs, strict=True):
        place = raw[tile.x] is not None and (tile.chart != "map" or places.is_ours(raw[tile.x]))
        if place:
            drawn.append(_spot(one, raw, named, href))
        else:
            left_out.append(raw)
    labels = naming.titles(found)
    unknown = behind(one, asked.at(x=None)) if tile.rows_sql else ""
    note, note_href = _left_out(tile, left_out, labels[tile.x], unknown)
    value = next((name for name in found.table.column_names if name not in (tile.x, tile.y)), "")
    return Chart(
        kind=cast(Any, DRAWN[tile.chart]), title=said(tile.meaning or tile.title), rows=drawn, x=tile.x, y=tile.y,
        series=tile.series, value=value if tile.chart == "heat" else "", unit=said(tile.unit),
        name="name" if tile.chart == "map" else "", link="href", labels=labels, height=height,
        stacked=bool(tile.series) and tile.chart == "bar", order=_order(tile, found, rows), note=note, note_href=note_href,
    )  # fmt: skip


def _order(tile: Tile, found: Answer, rows: list[Row]) -> list[str]:
    """The series by their codes, what nobody knows last."""
    if not tile.series:
        return []
    known = sorted({row[tile.series] for row in rows}, key=lambda code: (code in (None, "0"), str(code)))
    return [
        str(row[tile.series])
        for row in naming.name_rows(found, [{**rows[0], tile.series: code} for code in known])
    ]


def _spot(one: Declared[Tile], raw: Row, named: Row, href: str) -> Row:
    if one.value.chart != "map":
        return named | {"href": href}
    code = raw[one.value.x]
    leads_down = key_of(one) == places.WHERE and places.is_ours(code)
    if leads_down:
        href = reverse("decision:place", args=[code])
    return named | {one.value.x: code, "name": naming.place_name(code) if code else "", "href": href}


def _left_out(tile: Tile, rows: list[Row], label: str, href: str) -> tuple[str, str]:
    count = sum(row[tile.y] or 0 for row in rows)
    if not count:
        return "", ""
    words = {"count": number(count), "unit": said(tile.unit), "what": label}
    if tile.chart == "map":
        only_unknown = all(row[tile.x] is None for row in rows)
        return _("另有 %(count)s %(unit)s不在本市任何区县。") % words, href if only_unknown else ""
    return _("另有 %(count)s %(unit)s%(what)s未知，没有画出。") % words, href


def stats(actor: Actor, asked: Asked) -> Iterator[Stat]:
    """The headline figures; with a district chosen, those that can be told of a district alone."""
    for one in indicators():
        if asked.district and not takes(one, "district"):
            continue
        try:
            rows = rows_of(answer(one, actor, asked))
        except (exchange.AccessDenied, exchange.NoData):
            rows = []
        yield stat(one, rows[0] if rows else {}, asked)


def stat(one: Declared[Any], row: Mapping[str, Any], asked: Asked) -> Stat:
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
    return Stat(
        title=said(kind.title), value=value, unit=said(kind.unit), note=note.strip() or said(kind.meaning),
        change=change, better=better, points=row.get("points") or (),
        href=reverse("decision:evidence", args=[key_of(one)]) + kept(one, asked).query,
    )  # fmt: skip
