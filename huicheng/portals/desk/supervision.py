"""目录动态监管 on the desk: six numbers, the league of departments, and warnings that lead to where they are mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground.api import bureau, current_actor, opens_to
from huicheng.portals.desk.sight import department_of_figures, page_context
from huicheng.portals.look.api import Chart, Column, Stat, number, percent, size

PAGE, DRAWN = 15, 20


@opens_to("official")
def supervision(request: HttpRequest) -> HttpResponse:
    """The figures and the league are for every official; warnings for the own department, or all of them."""
    own = department_of_figures(current_actor())
    found = exchange.supervise(department=own)
    chosen = {name: request.GET.get(name, "")[:40] for name in ("department", "kind")}
    context = page_context(
        six=six_stats(found), chart=_chart(found), league=_league(found), league_columns=_league_columns(),
        states=found.states, entries=found.entries, items=found.items, chosen=chosen, own=own,
        parts=_part_words(), **_warnings(request, found, chosen),
    )  # fmt: skip
    return render(request, "desk/supervision.html", context)


def six_stats(found: exchange.Supervision) -> list[Stat]:
    """The census's six numbers: bytes and rows in all, shared, and open."""
    six, was = found.six, found.before
    titles = {"total": (_("总数据量"), _("总行数")), "shared": (_("共享数据量"), _("共享行数")),
              "open": (_("开放数据量"), _("开放行数"))}  # fmt: skip
    pairs = [_pair(side, pair, six, was) for side, pair in titles.items()]
    return [weight for weight, _rows in pairs] + [rows for _weight, rows in pairs]


def _pair(
    side: str, titles: tuple[str, str], six: exchange.Six, was: exchange.Six | None
) -> tuple[Stat, Stat]:
    weight, unit = size(getattr(six, f"{side}_bytes")).split(" ")
    rows, total = getattr(six, f"{side}_rows"), six.total_rows
    note = "" if side == "total" or not total else _("占 %(share)s") % {"share": percent(rows / total)}
    before = getattr(was, f"{side}_rows") if was else None
    change = (
        _("比一个月前 %(n)s") % {"n": f"{rows - before:+,}"} if before is not None and rows != before else ""
    )
    return (
        Stat(title=titles[0], value=weight, unit=unit),
        Stat(title=titles[1], value=rows, unit=_("行"), note=note, change=change),
    )


def _part_words() -> list[tuple[str, str, str]]:
    """Each part of the mark: its name, its weight and what it means."""
    return [
        (_("有数据"), "30", _("已发布的目录中，交付过数据的占多少。")),
        (_("按时"), "25", _("最新一版没有超过申报周期一倍半的占多少。")),
        (_("合格"), "20", _("最近一次交付接受的行占多少。")),
        (_("编目完整"), "15", _("国家编目要求的内容填了多少。")),
        (_("共享程度"), "10", _("无条件共享算 1，有条件共享算 0.7，不予共享算 0。")),
    ]


def _chart(found: exchange.Supervision) -> Chart | None:
    """The best first, so that the eye meets them at the top."""
    if len(found.league) < 2:
        return None
    rows = [
        {"bureau": bureau(one.owner), "mark": one.mark, "href": _of_department(one.owner)}
        for one in found.league[:DRAWN]
    ]
    return Chart(
        kind="bar", title=_("部门榜"), rows=rows, x="bureau", y="mark", unit=_("分"), link="href", sideways=True,
        labels={"bureau": _("部门"), "mark": _("得分")}, height="large" if len(rows) > 8 else "medium",
        note=_("只画前 %(n)s 个部门，全部见下表。") % {"n": DRAWN} if len(found.league) > DRAWN else "",
    )  # fmt: skip


def _of_department(owner: str) -> str:
    return f"{reverse('desk:catalogue')}?department={owner}"


def _league(found: exchange.Supervision) -> list[dict[str, Any]]:
    own = current_actor().department
    return [
        {
            "place": at, "bureau": bureau(one.owner), "entries": one.entries, "reads": one.reads, "mark": one.mark,
            "change": _change(one), "own": one.owner == own, "href": _of_department(one.owner), **one.parts,
        }
        for at, one in enumerate(found.league, 1)
    ]  # fmt: skip


def _change(one: exchange.Place) -> str:
    return "" if one.before is None else f"{one.mark - one.before:+.1f}"


def _league_columns() -> list[Column]:
    parts = {
        "delivered": _("有数据"), "on_time": _("按时"), "sound": _("合格"), "filled": _("编目完整"),
        "shared": _("共享程度"),
    }  # fmt: skip
    return [
        Column(name="place", title=_("名次"), kind="number"),
        Column(name="bureau", title=_("部门"), link="href"),
        Column(name="mark", title=_("得分"), kind="number"),
        Column(name="change", title=_("比一个月前")),
        Column(name="entries", title=_("目录"), kind="number"),
        *(Column(name=name, title=title, kind="percent") for name, title in parts.items()),
        Column(name="reads", title=_("90 天读取"), kind="short"),
    ]


def _warnings(request: HttpRequest, found: exchange.Supervision, chosen: dict[str, str]) -> dict[str, Any]:
    every = found.warnings
    of_kind = [one for one in every if not chosen["kind"] or one.concern == chosen["kind"]]
    shown = [one for one in of_kind if not chosen["department"] or one.owner == chosen["department"]]
    of_owner = [one for one in every if not chosen["department"] or one.owner == chosen["department"]]
    counts = Counter(one.concern for one in of_owner)
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    return {
        "page": page, "groups": _by_kind(page), "total": len(every),
        "owners": sorted({one.owner for one in every}),
        "kinds": [
            {"kind": kind, "title": _(words.title), "count": counts[kind], "chosen": kind == chosen["kind"]}
            for kind, words in exchange.CONCERNS.items()
            if counts[kind]
        ],
    }  # fmt: skip


def _by_kind(warned: Iterable[exchange.Warned]) -> list[dict[str, Any]]:
    """What is alike stands together, and is explained once."""
    return [
        {"kind": _(exchange.CONCERNS[concern].title), "meaning": _(exchange.CONCERNS[concern].meaning),
         "do": _(exchange.CONCERNS[concern].do), "tone": TONES.get(concern, ""),
         "rows": [warning_row(one) for one in found]}
        for concern, found in groupby(warned, key=lambda one: one.concern)
    ]  # fmt: skip


TONES = {"late": "warn", "refused": "bad", "falling": "warn", "waiting": "warn"}


def warning_row(one: exchange.Warned) -> dict[str, Any]:
    words = exchange.CONCERNS[one.concern]
    return {
        "title": one.title, "owner": one.owner, "kind": _(words.title), "tone": TONES.get(one.concern, ""),
        "figure": _figure(one.concern, one.value), "meaning": _(words.meaning), "do": _(words.do),
        "href": reverse("desk:entry", args=[one.resource]) + _place(one.concern),
    }  # fmt: skip


def _place(concern: str) -> str:
    return "?tab=use" if concern in ("late", "refused", "falling", "empty") else ""


def _figure(concern: str, value: float) -> str:
    """What it is about, in its own measure."""
    if concern in ("late", "orphan"):
        return _("已过 %(n)s 个周期") % {"n": number(value, 1)}
    if concern == "refused":
        return _("退回 %(share)s") % {"share": percent(value)}
    if concern == "falling":
        return _("多退回 %(n)s 个百分点") % {"n": number(value * 100, 1)}
    if concern == "waiting":
        return _("已等 %(n)s 天") % {"n": number(value, 0)}
    if concern == "incomplete":
        return _("填了 %(share)s") % {"share": percent(value, 0)}
    return ""


def of_entry(code: str) -> list[dict[str, Any]]:
    """What supervision says of one entry."""
    seen = exchange.seen_of(code)
    if seen is None:
        return []
    found = [
        exchange.Warned(concern, code, seen.title, seen.owner, value)
        for concern, value in exchange.concerns(seen)
    ]
    return [warning_row(one) for one in found]
