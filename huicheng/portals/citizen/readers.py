"""Who has read a resident's data: the look-ups of his record, and every bulk reading that disclosed him."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from huicheng.bases import api as bases
from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
from huicheng.ground.api import Actor, EventRecord, bureau
from huicheng.portals.look.api import said, zh

MOST = 1000
READING = {"bases.RecordRead", "bases.ReadRefused"}
FUSED = "fusion.FusionFinished"


@dataclass(frozen=True)
class Reading:
    """``seen``: for each table, which fields, and which of them masked. ``receipt``: the event whose proof can be had."""

    at: datetime
    who: str
    what: str
    purpose: str
    seen: Sequence[str] = ()
    receipt: str = ""


def by_others(actor: Actor) -> list[Reading]:
    """Readings, attempts that were refused, and the platform's own runs in one line; newest first."""
    if not actor.person:
        return []
    looked_up = [_reading(one) for one in _events(actor) if one.actor != actor.id and one.kind in READING]
    found = [*looked_up, *_in_bulk(actor), *_by_the_platform()]
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST]


def by_self(actor: Actor) -> list[Reading]:
    mine = [_reading(one) for one in _events(actor) if one.actor == actor.id]
    return [replace(one, who=_("您本人")) for one in mine]


def _events(actor: Actor) -> list[EventRecord]:
    return ground.events(subject=f"person:{actor.person}", limit=MOST) if actor.person else []


def _in_bulk(actor: Actor) -> list[Reading]:
    found = exchange.readings_of(bases.names_of(actor.person or ""), limit=MOST)
    return [_bulk(one) for one in found if one.event.actor != actor.id]


def _bulk(one: exchange.ReadingOf) -> Reading:
    seen = list(dict.fromkeys(line for part in one.parts for line in _seen(part)))
    event = one.event
    return Reading(event.at, _who(event), _how(one), said(event.purpose), seen, event.id)


def _how(one: exchange.ReadingOf) -> str:
    """In the plainest words of what happened: a row of one's own, a table of all, or a figure too small to hide in."""
    parts = one.parts
    rules = {part["rule"] for part in parts}
    if "rows" in rules:
        rows = _rows(one)
        said_of = _("查阅了 %(rows)s 行数据，其中有您的") if rows else _("导出了一部分数据，其中有您的")
        return said_of % {"rows": f"{rows:,}"}
    if any(part["rows"] is None for part in parts):
        return _("导出了整张表，其中有您的数据")
    if "everyone" in rules:
        return _("查阅了整张表得出的结果，其中用到您的数据")
    return _("查看了汇总数字，您所在的一格人数太少，可能认得出您")


def _rows(one: exchange.ReadingOf) -> int:
    """Rows that go out in pieces are counted when the last one has gone."""
    told = [part["rows"] for part in one.parts if part["rule"] == "rows"]
    return (exchange.rows_handed_out(one.event) or 0) if None in told else sum(told)


def _seen(part: Mapping[str, Any]) -> list[str]:
    return [line for table, one in part["tables"].items() if (line := _fields(table, one))]


def _fields(table: str, one: Mapping[str, Any]) -> str:
    try:
        spec = exchange.resource(table, retired=True)
    except exchange.UnknownResource:
        return ""
    titles = {field.name: said(field.title) for field in spec.fields}
    groups = [
        words % {"fields": _("、").join(titles.get(name, name) for name in one[kind])}
        for kind, words in (("plain", "%(fields)s"), ("masked", _("%(fields)s（已遮掩）")))
        if one[kind]
    ]
    return _("%(table)s：%(fields)s") % {"table": said(spec.title), "fields": _("；").join(groups)}


def _by_the_platform() -> list[Reading]:
    """Fusion reads everybody's rows: said once, with how often and when last."""
    runs = ground.events(kind=FUSED, limit=MOST)
    if not runs:
        return []
    what = _("清洗融合各部门交付的数据，其中有您的，共 %(n)s 次；上面是最近一次") % {"n": len(runs)}
    return [Reading(runs[0].at, _("平台自动处理"), what, "")]


def _reading(event: EventRecord) -> Reading:
    seen = [line for part in _parts(event) for line in _seen(part)]
    receipt = event.id if event.data.get("signed") else ""
    return Reading(event.at, _who(event), _what(event), said(event.purpose), seen, receipt)


def _parts(event: EventRecord) -> Sequence[Mapping[str, Any]]:
    signed = event.data.get("signed") or {"document": {"reads": ()}}
    return list(signed["document"]["reads"])


def _who(event: EventRecord) -> str | SafeString:
    if event.actor.startswith("system:"):
        return _("平台自动处理")
    who = zh(event.actor_name or event.actor)
    return format_html("{} {}", bureau(event.department), who) if event.department else who


def _what(event: EventRecord) -> str:
    if event.kind == "bases.RecordRead":
        return _("查看了您的记录，号码等已遮掩") if event.data.get("masked") else _("查看了您的记录")
    known = {
        "bases.ReadRefused": _("想查看您的记录，没有被允许"),
        "identity.LoggedIn": _("登录了慧城"),
        "identity.AccountCreated": _("开设了账号"),
    }
    return known.get(event.kind, event.kind)
