"""Who has read a resident's data, from the audit chain itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.html import format_html
from django.utils.translation import gettext as _

from huicheng.ground import api as ground
from huicheng.ground.api import Actor, EventRecord, bureau
from huicheng.portals.look.api import said, zh

MOST = 1000
READING = {"bases.RecordRead", "bases.ReadRefused"}


@dataclass(frozen=True)
class Reading:
    at: datetime
    who: str
    what: str
    purpose: str


def _events(actor: Actor) -> list[EventRecord]:
    return ground.events(subject=f"person:{actor.person}", limit=MOST) if actor.person else []


def by_others(actor: Actor) -> list[Reading]:
    """Readings, and attempts that were refused; what the platform does for an account is neither."""
    return [_reading(one) for one in _events(actor) if one.actor != actor.id and one.kind in READING]


def by_self(actor: Actor) -> list[Reading]:
    mine = [_reading(one) for one in _events(actor) if one.actor == actor.id]
    return [replace(one, who=_("您本人")) for one in mine]


def _reading(event: EventRecord) -> Reading:
    return Reading(event.at, _who(event), _what(event), said(event.purpose))


def _who(event: EventRecord) -> str:
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
