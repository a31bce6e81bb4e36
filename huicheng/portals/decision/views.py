"""The pages of the decision portal: look, ask why, go down to the rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, Declared, Tile, opens_to, said
from huicheng.portals.decision import asking, live, naming, news, panels, places
from huicheng.portals.decision.asking import Asked
from huicheng.portals.decision.panels import Panel
from huicheng.portals.look.api import Stat

RECENT, ON_THE_WALL, LONGEST_CHOICE, ANSWER_ROWS = 8, 6, 40, 200
HOME, WALL = "城市一览", "城市大屏"


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def asked_of(request: HttpRequest) -> Asked:
    """Anything but a district's code and a year is as good as nothing chosen."""
    district, year = request.GET.get("district", ""), request.GET.get("year", "")
    good_year = year if year.isascii() and year.isdigit() and len(year) == 4 else ""
    x, series = (_printable(request.GET.get(name, "")) for name in ("x", "series"))
    return Asked(district if places.is_ours(district) else "", good_year, x, series)


def _printable(text: str) -> str:
    return text if text.isprintable() and len(text) <= LONGEST_CHOICE else ""


def _whole(asked: Asked) -> Asked:
    """Without the choice of one point: a picture shows them all."""
    return asked.at(x="")


def found(key: str) -> Declared[Any]:
    try:
        return asking.find(key)
    except asking.NoSuchPanel as problem:
        raise Http404(_("没有这张图。")) from problem


@opens_to("official")
def home(request: HttpRequest) -> HttpResponse:
    actor, asked = actor_of(request), _whole(asked_of(request))
    with exchange.one_look(actor, purpose=HOME):
        shown = panels.panels(actor, asked)
        stats = list(panels.stats(actor, asked))
    return render(request, "decision/home.html", {
        "stats": stats,
        "columns": _columns(shown),
        "districts": places.choices(),
        "asked": asked,
        "receipts": news.receipts(RECENT),
        "watches": list(news.watches()),
    })  # fmt: skip


def _columns(shown: list[Panel]) -> tuple[list[Panel], list[Panel]]:
    """Maps and tables are tall and stand on the left; pictures of equal height on the right."""
    tall = [one for one in shown if one.tile.chart in ("map", "table")]
    return tall, [one for one in shown if one not in tall]


@opens_to("official")
def wall(request: HttpRequest) -> HttpResponse:
    actor, seen = actor_of(request), live.newest()
    with exchange.one_look(actor, purpose=WALL):
        shown = {one.key: one for one in panels.panels(actor, Asked())}
        stats = list(panels.stats(actor, Asked()))[:6]
    return render(request, "decision/wall.html", {
        "stats": stats,
        "map": shown.pop(places.WHERE, None),
        "panels": [one for one in shown.values() if one.tile.chart not in ("map", "table")][:5],
        "receipts": news.receipts(ON_THE_WALL),
        "watches": list(news.watches()),
        "patience": live.FALL_BACK,
        "seen": seen,
    })  # fmt: skip


@opens_to("official")
def deliveries(request: HttpRequest) -> HttpResponse:
    return render(request, "decision/_deliveries.html", {"receipts": news.receipts(RECENT)})


@opens_to("official")
def evidence(request: HttpRequest, key: str) -> HttpResponse:
    one, actor = found(key), actor_of(request)
    asked = asking.kept(one, _whole(asked_of(request)))
    given: dict[str, Any] = {
        "title": said(one.value.title),
        "meaning": said(one.value.meaning) if one.value.meaning else "",
        "key": key,
        "asked": asked,
        "crumbs": [(_("城市一览"), reverse("decision:home")), (said(one.value.title), "")],
        "districts": places.choices() if asking.takes(one, "district") else (),
        "behind": panels.behind(one, asked) if one.value.rows_sql else "",
    }
    if isinstance(one.value, Tile):
        given["panel"] = Panel(one, asked)
    try:
        answer = asking.answer(one, actor, asked)
    except exchange.AccessDenied as problem:
        return render(request, "decision/evidence.html", given | {"problem": str(problem)}, status=403)
    except exchange.NoData:
        return render(request, "decision/evidence.html", given | {"problem": asking.not_yet()})
    return render(request, "decision/evidence.html", given | _answered(one, answer, asked))


def _answered(one: Declared[Any], answer: exchange.Answer, asked: Asked) -> dict[str, Any]:
    rows, columns = panels.linked_table(one, answer, asked)
    drawable = isinstance(one.value, Tile) and rows
    return {
        "found": answer,
        "rows": rows[:ANSWER_ROWS],
        "all": len(rows),
        "columns": columns,
        "picture": panels.picture(one, answer, asked, height="large") if drawable else None,
        "stat": None if isinstance(one.value, Tile) else _figure(one, rows[0] if rows else {}, asked),
        "sources": list(sources(answer)),
    }


def _figure(one: Declared[Any], row: dict[str, Any], asked: Asked) -> Stat:
    """On its own page a figure opens its rows."""
    figure = panels.stat(one, row, asked)
    return replace(figure, href=panels.behind(one, asked)) if one.value.rows_sql else figure


def sources(answer: exchange.Answer) -> Iterator[dict[str, Any]]:
    for table, version in answer.tables.items():
        resource = exchange.resource(table, retired=True)
        yield {"table": table, "version": version, "title": said(resource.title), "owner": resource.owner}


@opens_to("official")
def place(request: HttpRequest, code: str) -> HttpResponse:
    """Down one step: the streets of a district with the district's own figures; the communities of a street."""
    here = places.place(code)
    if here is None:
        raise Http404(_("没有这个区划。"))
    actor, name = actor_of(request), naming.place_name(code)
    given: dict[str, Any] = {"name": name, "crumbs": places.crumbs(here), "district": code[:6]}
    try:
        with exchange.one_look(actor, purpose=f"城市一览：{here.name}"):
            answer = places.children(here, actor)
            given |= _of_district(here.code, actor) if len(here.code) == 6 else {}
    except exchange.AccessDenied as problem:
        return render(request, "decision/place.html", given | {"problem": str(problem)}, status=403)
    except exchange.NoData:
        return render(request, "decision/place.html", given | {"problem": asking.not_yet()})
    given |= {"found": answer, **places.shown(here, answer)}
    return render(request, "decision/place.html", given)


def _of_district(code: str, actor: Actor) -> dict[str, Any]:
    asked = Asked(district=code)
    narrowed = [one for one in asking.tiles() if asking.takes(one, "district")]
    return {
        "stats": list(panels.stats(actor, asked)),
        "panels": [panels.panel(one, actor, asked) for one in narrowed],
        "asked": asked,
    }
