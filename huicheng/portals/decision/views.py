"""The pages of the decision portal: look, ask why, go down to the rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, Declared, Tile, opens_to
from huicheng.portals.decision import panels, places
from huicheng.portals.decision.panels import Asked, Panel
from huicheng.sensing import api as sensing

FORMULA = ("=", "@", "+", "-", "\t", "\r")
SIGNED_NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?")
RECENT, ON_THE_WALL, BEHIND, MOST_EXPORTED = 8, 6, 200, 100_000
GRADES = (("red", "bad", "红"), ("orange", "alert", "橙"), ("yellow", "warn", "黄"), ("blue", "info", "蓝"))


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _asked(request: HttpRequest) -> Asked:
    """Anything but a district's code and a year is as good as nothing chosen."""
    district, year = request.GET.get("district", ""), request.GET.get("year", "")
    known = {one.code for one in places.districts()}
    good_year = year if year.isascii() and year.isdigit() and len(year) == 4 else ""
    return Asked(district if district in known else "", good_year)


@opens_to("official")
def home(request: HttpRequest) -> HttpResponse:
    actor, asked = _actor(request), _asked(request)
    return render(request, "decision/home.html", {
        "stats": list(panels.stats(actor)),
        "columns": _columns([_slot(panels.panel(one, actor, asked), one, asked) for one in panels.tiles()]),
        "districts": places.districts(),
        "asked": asked,
        "receipts": _receipts(),
        "watches": list(_watches()),
    })  # fmt: skip


def _columns(slots: list[Slot]) -> tuple[list[Slot], list[Slot]]:
    """Maps and tables are tall and stand on the left; pictures of equal height on the right."""
    tall = [slot for slot in slots if slot.panel.tile.chart in ("map", "table")]
    return tall, [slot for slot in slots if slot not in tall]


@opens_to("official")
def wall(request: HttpRequest) -> HttpResponse:
    actor = _actor(request)
    shown = {panels.key_of(one): panels.panel(one, actor, Asked()) for one in panels.tiles()}
    return render(request, "decision/wall.html", {
        "stats": list(panels.stats(actor))[:6],
        "map": shown.pop("portals.decision.residents_by_district", None),
        "panels": [panel for panel in shown.values() if panel.picture and panel.tile.chart != "map"][:5],
        "receipts": _receipts(ON_THE_WALL),
        "watches": list(_watches()),
    })  # fmt: skip


@dataclass(frozen=True)
class Slot:
    """A panel with the controls that its question takes."""

    panel: Panel
    district: bool
    place: str
    years: tuple[int, int] | None
    year: str


def _slot(panel: Panel, one: Declared[Tile], asked: Asked) -> Slot:
    years = panels.years(one.value) if "year" in one.value.params else None
    place = places.name_of(asked.district)
    return Slot(
        panel, "district" in one.value.params, place, years, asked.year or (str(years[1]) if years else "")
    )


def _receipts(limit: int = RECENT) -> list[dict[str, Any]]:
    """The latest deliveries: whose, when, how many rows were taken and how many sent back."""
    found = []
    for receipt in exchange.receipts(limit=limit):
        spec = exchange.resource(receipt.resource)
        found.append({
            "title": spec.title, "owner": spec.owner, "at": receipt.at, "accepted": receipt.accepted,
            "refused": receipt.refused,
        })  # fmt: skip
    return found


def _watches() -> Iterator[dict[str, Any]]:
    for key, one in sensing.watches().items():
        counts = sensing.alarm_counts(key)
        grades = [
            {
                "tone": tone,
                "word": _(word),
                "meaning": one.value.grades.get(grade, ""),
                "count": counts[grade],
            }
            for grade, tone, word in GRADES
            if counts.get(grade)
        ]
        worst = sensing.alarms(watch=key, grade=GRADES[0][0], limit=1)
        yield {"title": one.value.title, "pack": one.pack.title, "grades": grades, "last": worst[:1]}


@opens_to("official")
def deliveries(request: HttpRequest) -> HttpResponse:
    return render(request, "decision/_deliveries.html", {"receipts": _receipts()})


def _found(key: str) -> Declared[Any]:
    try:
        return panels.find(key)
    except panels.NoSuchPanel as problem:
        raise Http404(_("没有这张图。")) from problem


@opens_to("official")
def evidence(request: HttpRequest, key: str) -> HttpResponse:
    one, actor, asked = _found(key), _actor(request), _asked(request)
    crumbs = [(_("城市一览"), reverse("decision:home")), (_(one.value.title), "")]
    given: dict[str, Any] = {
        "one": one,
        "key": key,
        "asked": asked,
        "crumbs": crumbs,
        "districts": places.districts(),
    }
    is_tile = isinstance(one.value, Tile)
    if is_tile:
        given["slot"] = _slot(Panel(key, one.value), one, asked)
        given["rows_sql"] = one.value.rows_sql
    try:
        found = panels.answer(one, actor, asked)
    except exchange.AccessDenied as problem:
        return render(request, "decision/evidence.html", given | {"problem": str(problem)}, status=403)
    except exchange.NoData:
        return render(request, "decision/evidence.html", given | {"problem": _("数据还没有交付或融合。")})
    rows = panels.rows_of(found)
    picture = panels.picture(one, found, rows, height="large") if is_tile and rows else None
    given |= {"found": found, "rows": rows, "columns": panels.columns(found), "picture": picture}
    return render(request, "decision/evidence.html", given | {"sources": list(_sources(found))})


def _sources(found: exchange.Answer) -> Iterator[dict[str, Any]]:
    for table, version in found.tables.items():
        yield {"table": table, "version": version, "resource": exchange.resource(table)}


@opens_to("official")
def behind(request: HttpRequest, key: str) -> HttpResponse:
    """The rows under a figure; personal columns come masked from exchange, never from here."""
    one, actor, asked = _found(key), _actor(request), _asked(request)
    if not getattr(one.value, "rows_sql", None):
        raise Http404(_("这张图后面没有逐行的数据。"))
    back = reverse("decision:evidence", args=[key])
    crumbs = [(_("城市一览"), reverse("decision:home")), (_(one.value.title), back), (_("背后的行"), "")]
    given: dict[str, Any] = {"one": one, "key": key, "asked": asked, "crumbs": crumbs}
    try:
        found = panels.answer(one, actor, asked, sql=one.value.rows_sql)
    except exchange.AccessDenied as problem:
        return render(request, "decision/behind.html", given | {"problem": str(problem)}, status=403)
    except exchange.NoData:
        return render(request, "decision/behind.html", given | {"problem": _("数据还没有交付或融合。")})
    shown = panels.rows_of(found, limit=BEHIND)
    given |= {"found": found, "rows": shown, "all": found.table.num_rows, "columns": panels.columns(found)}
    return render(request, "decision/behind.html", given | {"sources": list(_sources(found))})


@opens_to("official")
def export(request: HttpRequest, key: str, part: str) -> HttpResponseBase:
    """The answer, or the rows behind it, as CSV; under the same policy as on the page."""
    one = _found(key)
    sql = {"answer": one.value.sql, "rows": getattr(one.value, "rows_sql", None)}.get(part)
    if not sql:
        raise Http404(_("没有可导出的内容。"))
    try:
        found = panels.answer(one, _actor(request), _asked(request), sql=sql)
    except (exchange.AccessDenied, exchange.NoData) as problem:
        raise Http404(str(problem)) from problem
    response = StreamingHttpResponse(_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{key}.{part}.csv"'
    return response


def _harmless(value: Any) -> Any:
    """A cell that begins like a formula would be run by a spreadsheet; a number may begin with its sign."""
    if not isinstance(value, str) or not value.startswith(FORMULA) or SIGNED_NUMBER.fullmatch(value):
        return value
    return "'" + value


def _csv(found: exchange.Answer) -> Iterator[str]:
    """With a byte-order mark: the first program that opens it will be a spreadsheet."""
    line = io.StringIO()
    writer = csv.writer(line)
    named = panels.titles(found)
    yield "\ufeff"
    writer.writerow([_harmless(named[name]) for name in found.table.column_names])
    for batch in found.table.slice(0, MOST_EXPORTED).to_batches(2000):
        writer.writerows(map(_harmless, row.values()) for row in batch.to_pylist())
        yield line.getvalue()
        line.seek(0)
        line.truncate()


@opens_to("official")
def place(request: HttpRequest, code: str) -> HttpResponse:
    """Down one step: the streets of a district, the communities of a street."""
    found = places.place(code)
    if found is None:
        raise Http404(_("没有这个区划。"))
    given: dict[str, Any] = {"place": found, "crumbs": places.crumbs(found), "district": code[:6]}
    try:
        answer = places.children(found, _actor(request))
    except exchange.AccessDenied as problem:
        return render(request, "decision/place.html", given | {"problem": str(problem)}, status=403)
    except exchange.NoData:
        return render(request, "decision/place.html", given | {"problem": _("数据还没有交付或融合。")})
    given |= {"found": answer, **places.shown(found, answer)}
    return render(request, "decision/place.html", given)
