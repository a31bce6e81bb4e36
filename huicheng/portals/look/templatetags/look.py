"""Tags and filters of the look: `{% load look %}`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django import template
from django.core.paginator import Page
from django.templatetags.static import static
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from huicheng.codes import api as codes
from huicheng.ground import api as ground
from huicheng.ground.api import Actor, mark_of
from huicheng.portals.look import charts, formats
from huicheng.portals.look.fresh import Fresh, newest
from huicheng.portals.look.parts import Cell, Column, Stat
from huicheng.portals.look.themes import theme_of

register = template.Library()
_ids = itertools.count(1)
TABLE_ROWS = 200

for _filter in (
    "day",
    "moment",
    "ago",
    "number",
    "short",
    "percent",
    "money",
    "masked",
    "said",
    "size",
    "span",
    "zh",
):
    register.filter(_filter, getattr(formats, _filter))

TONES = {
    "done": "good", "accepted": "good", "landed": "good", "ok": "good", "running": "info", "waiting": "",
    "partial": "warn", "failed": "bad", "refused": "bad", "cancelled": "",
}  # fmt: skip


@register.filter
def tone(state: str) -> str:
    """The chip's colour for a state; the words beside it say the same."""
    return TONES.get(str(state), "")


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    where = static("look/icons.svg")
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>', extra, where, name
    )


@register.simple_tag(takes_context=True)
def theme(context: dict[str, Any]) -> str:
    return theme_of(context.get("request"))


@register.simple_tag
def address(name: str, *args: Any) -> str:
    """The address of a named page, or nothing: menus show only pages that exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag
def door(name: str, actor: Actor | str = "") -> str:
    """The address of a page if it exists and this reader may open it; a stranger is shown it and asked to log in."""
    place = address(name)
    if not place or not isinstance(actor, Actor) or actor.kind == "anonymous":
        return place
    mark = mark_of(resolve(place).func)
    if mark is None or mark.audience == "everyone":
        return place if mark else ""
    return place if actor.kind == mark.audience and (not mark.duty or actor.may(mark.duty)) else ""


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any], *prefixes: str) -> SafeString:
    """`aria-current` when the page lies under one of these addresses (a trailing `$` means exactly)."""
    path = getattr(context.get("request"), "path", "")
    for prefix in filter(None, prefixes):
        if path == prefix.rstrip("$") or (not prefix.endswith("$") and path.startswith(prefix)):
            return format_html('aria-current="{}"', "page")
    return SafeString("")


@register.filter
def bureau(code: str) -> str:
    """A department's short name in the reader's language."""
    return ground.bureau(code)


@register.filter
def place(one: codes.Division) -> str:
    """A division's name in the reader's language."""
    return formats.place(one)


@register.inclusion_tag("look/_chart.html")
def chart(picture: charts.Chart) -> dict[str, Any]:
    picture = _worded(picture)
    shown = list(picture.rows[:TABLE_ROWS])
    data = {
        "chart": picture,
        "id": f"chart-{next(_ids)}",
        "heads": [picture.label(column) for column in picture.told],
        "table": [picture.cells(row) for row in shown],
        "cut": len(picture.rows) > TABLE_ROWS,
    }
    if picture.kind == "tilemap":
        placed = charts.tiles(picture)
        return data | _tile_frame(placed) | {"ends": charts.ends(picture)}
    return data | {"spec": charts.spec(picture)}


def _worded(picture: charts.Chart) -> charts.Chart:
    """Its categories and legends in the reader's language; the names of points are data."""
    if formats.chinese() or picture.kind in ("points", "tilemap"):
        return picture
    rows = [
        {
            name: formats.said(value) if isinstance(value, str) and name != picture.link else value
            for name, value in row.items()
        }
        for row in picture.rows
    ]
    return replace(picture, rows=rows)


def _tile_frame(placed: list[charts.Tile]) -> dict[str, Any]:
    right = max((tile.left for tile in placed), default=0) + charts.TILE - 3
    bottom = max((tile.top for tile in placed), default=0) + charts.TILE - 3
    shown = [tile for tile in placed if tile.step != "qn"]
    return {
        "tiles": placed,
        "width": right,
        "tall": bottom,
        "side": charts.TILE - 6,
        "steps": range(6),
        "any": shown,
    }


@register.inclusion_tag("look/_stat.html")
def stat(figure: Stat) -> dict[str, Any]:
    line, under = charts.spark_path(figure.points)
    return {"stat": figure, "line": line, "under": under}


@register.inclusion_tag("look/_spark.html")
def spark(values: Sequence[Any]) -> dict[str, Any]:
    line, under = charts.spark_path(values)
    return {"line": line, "under": under}


@register.simple_tag
def bar(share: float | None) -> SafeString:
    """A bar in a table cell; say the figure beside it too."""
    return format_html(
        '<svg class="inline-bar" aria-hidden="true">'
        '<rect class="track" width="100%" height="8" rx="4"></rect>'
        '<rect class="fill" width="{}%" height="8" rx="4"></rect></svg>',
        f"{min(1.0, max(0.0, share or 0)) * 100:.1f}",
    )


@register.inclusion_tag("look/_table.html")
def data_table(
    rows: Iterable[Any], columns: Sequence[Column], caption: str = "", sort: bool = True
) -> dict[str, Any]:
    cells = [[_cell(row, column) for column in columns] for row in rows]
    return {"columns": columns, "rows": cells, "caption": caption, "sort": sort}


def _cell(row: Any, column: Column) -> Cell:
    def get(name: str) -> Any:
        return row.get(name) if hasattr(row, "get") else getattr(row, name, None)

    value = get(column.name)
    known = {"text": _text, "code": _text, "chip": _text}
    text = known.get(column.kind) or getattr(formats, column.kind)
    words = text(value)
    if column.unit and words != formats.NOTHING:
        words = f"{words} {column.unit}"
    href = str(get(column.link) or "") if column.link else ""
    if column.kind in known and not column.data:
        words = formats.said(words)
    order = "" if value is None else str(charts.plain(value))
    said_tone = str(get(f"{column.name}_tone") or "") or tone(str(value))
    return Cell(column=column, text=words, order=order, href=href, tone=said_tone)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return formats.NOTHING if value in (None, "") else str(value)


@register.inclusion_tag("look/_source.html")
def source(code: str, when: Any = None, note: str = "") -> dict[str, Any]:
    """Who supplied a value, and when."""
    return {"bureau": bureau(code), "when": formats.day(when) if when else "", "note": note}


@register.inclusion_tag("look/_progress.html")
def progress(job: Any) -> dict[str, Any]:
    """A job's bar, words, rate and time left, from a ``ground.JobView``."""
    return {"job": job, **_pace(job)}


def _pace(job: Any) -> dict[str, Any]:
    from django.utils import timezone

    if job.state != "running" or not job.started_at or not job.done or not job.total:
        return {}
    seconds = max(0.001, (timezone.now() - job.started_at).total_seconds())
    rate = job.done / seconds
    return {"rate": formats.short(round(rate)), "left": formats.span((job.total - job.done) / rate)}


@register.inclusion_tag("look/_pager.html", takes_context=True)
def pager(context: dict[str, Any], page: Page[Any], name: str = "page") -> dict[str, Any]:
    return {"page": page, "name": name, "request": context.get("request")}


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """This page's address with some questions changed; empty ones fall away."""
    asked = context["request"].GET.copy()
    for key, value in changes.items():
        asked[key] = "" if value is None else str(value)
    for key in [key for key, value in asked.items() if value == ""]:
        del asked[key]
    return f"?{asked.urlencode()}"


@register.simple_tag
def freshness() -> Fresh | None:
    """The newest delivery, for the foot of every page."""
    return newest()
