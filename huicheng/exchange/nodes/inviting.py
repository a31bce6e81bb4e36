"""The centre's list of nodes: who may join, who has, and whose right was taken away."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huicheng.codes import api as codes
from huicheng.exchange.nodes.events import NodeInvited, NodeJoined, NodeRevoked
from huicheng.exchange.nodes.models import Centre, Invitation, Node
from huicheng.exchange.nodes.problems import ExpiredCode, NoSuchNode, UnknownCode, UsedCode
from huicheng.exchange.refusals import NotYours
from huicheng.ground.api import (
    Actor,
    BadInput,
    UnknownDepartment,
    act,
    acting_as,
    current_actor,
    department,
    fingerprint,
    public_keys,
    publish,
    scheme_of,
)

LEVELS = {
    "department": gettext_noop("部门"), "city": gettext_noop("市"), "district": gettext_noop("区县"),
    "street": gettext_noop("街道"), "community": gettext_noop("社区"),
}  # fmt: skip
ORDER = ("city", "district", "street", "community")
DIGITS = {"district": 6, "street": 9, "community": 12}
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
DAYS = 7


class WrongInvitation(BadInput):
    """Level and division do not fit, or the time is out of bounds."""


@dataclass(frozen=True)
class Invited:
    """``code`` is shown once and kept nowhere."""

    code: str
    title: str
    department: str
    expires: datetime


def may_manage(actor: Actor) -> None:
    bureau = actor.kind == "official" and actor.department == "shuju" and actor.may("steward")
    if actor.kind != "system" and not bureau:
        raise NotYours(_("节点由数据局管理。"))


def invite(
    owner: str, *, actor: Actor, title: str = "", level: str = "department", division: str = "",
    hours: int = 24 * DAYS, trusted: bool = False,
) -> Invited:  # fmt: skip
    """Make a one-time code for a node of this department; ``trusted``: its entries are published without review."""
    may_manage(actor)
    try:
        found = department(owner)
    except UnknownDepartment as unknown:
        raise WrongInvitation(str(unknown)) from None
    title = title.strip()[:80] or found.short
    _check_place(level, division)
    if not 1 <= hours <= 24 * 90:
        raise WrongInvitation(_("加入码的有效期是 1 小时到 90 天，不是 %(n)s 小时。") % {"n": hours})
    code = "-".join("".join(secrets.choice(ALPHABET) for _n in range(5)) for _m in range(4))
    expires = timezone.now() + timedelta(hours=hours)
    facts = {"department": owner, "title": title, "level": level, "division": division}
    with acting_as(actor):
        _keep(_hashed(code), expires, trusted, facts)
    return Invited(code, title, owner, expires)


@act
def _keep(hashed: str, expires: datetime, trusted: bool, facts: dict[str, str]) -> None:
    Invitation.objects.create(
        code=hashed, expires=expires, trusted=trusted, made_by=current_actor().id, **facts
    )
    publish(NodeInvited(subject=f"invitation:{hashed[:16]}", expires=expires.isoformat(), **facts))


def _check_place(level: str, division: str) -> None:
    if level not in LEVELS:
        raise WrongInvitation(_("没有这一级：%(level)s。可以写 %(known)s。") % {
            "level": level[:20], "known": "、".join(LEVELS)})  # fmt: skip
    digits = DIGITS.get(level)
    if digits and not re.fullmatch(rf"\d{{{digits}}}", division):
        raise WrongInvitation(
            _("%(level)s的节点要写 %(n)s 位行政区划代码。") % {"level": _(LEVELS[level]), "n": digits}
        )
    _check_below_us(level, division)
    if division:
        try:
            codes.division(division)
        except codes.Refused:
            raise WrongInvitation(_("没有行政区划 %(code)s。") % {"code": division[:20]}) from None


def _check_below_us(level: str, division: str) -> None:
    """Levels nest as divisions do: a community in its street, a street in its district."""
    ours = Centre.objects.first()
    if ours is None or ours.level not in ORDER or level not in ORDER:
        return
    if ORDER.index(level) <= ORDER.index(ours.level):
        raise WrongInvitation(
            _("本节点是%(ours)s，下面不能有%(level)s的节点。")
            % {"ours": _(LEVELS[ours.level]), "level": _(LEVELS[level])}
        )
    if not division.startswith(ours.division):
        raise WrongInvitation(
            _("行政区划 %(code)s 不在本节点的 %(ours)s 以内。")
            % {"code": division[:20], "ours": ours.division}
        )


def _hashed(code: str) -> str:
    tidy = re.sub(r"[^0-9A-Z]", "", code.upper())
    return hashlib.sha256(f"huicheng-join:{tidy}".encode()).hexdigest()


def redeem(code: str, pem: str) -> dict[str, Any]:
    """Let a node in that shows the code; that it holds the key is checked already. Asking again gets the same answer."""
    mark = fingerprint(pem)
    with transaction.atomic():
        row = Invitation.objects.select_for_update().filter(code=_hashed(code)).first()
        if row is None:
            raise UnknownCode(_("没有这个加入码。"), do=_("请核对，或向数据局要一个新的。"))
        node = Node.objects.filter(fingerprint=mark).first()
        if row.used_at and (node is None or row.node != node.id):
            raise UsedCode(_("这个加入码已经用过了，一个加入码只能用一次。"), do=_("请向数据局要一个新的。"))
        if not row.used_at:
            node = _welcome(row, node, pem, mark)
    assert node is not None
    return _welcoming(node)


def _welcome(row: Invitation, known: Node | None, pem: str, mark: str) -> Node:
    if row.expires < timezone.now():
        raise ExpiredCode(
            _("加入码已于 %(when)s 过期。")
            % {"when": timezone.localtime(row.expires).strftime("%Y-%m-%d %H:%M")},
            do=_("请向数据局要一个新的。"),
        )
    if known is not None:
        raise UsedCode(
            _("这把密钥已经是节点 %(node)s 的。") % {"node": known.id}, do=_("新的节点请用新的文件夹。")
        )
    return _let_in(row, pem, mark)


@act
def _let_in(row: Invitation, pem: str, mark: str) -> Node:
    node = Node.objects.create(
        id=f"N{secrets.token_hex(5)}", department=row.department, title=row.title, level=row.level,
        division=row.division, trusted=row.trusted, pem=pem, fingerprint=mark, algorithm=scheme_of(pem).title,
    )  # fmt: skip
    row.used_at, row.node = timezone.now(), node.id
    row.save(update_fields=["used_at", "node"])
    facts = {"department": node.department, "title": node.title, "fingerprint": mark}
    publish(NodeJoined(subject=f"node:{node.id}", **facts))
    return node


def _welcoming(node: Node) -> dict[str, Any]:
    keys = [{"key": one.key, "fingerprint": one.fingerprint, "pem": one.pem} for one in public_keys()]
    return {
        "node": node.id, "department": node.department, "title": node.title, "level": node.level,
        "division": node.division, "city": settings.CITY_NAME, "keys": keys,
    }  # fmt: skip


def revoke(node: str, *, actor: Actor, why: str) -> None:
    """Take a node's right away; what it delivered stays."""
    may_manage(actor)
    if not why.strip():
        raise BadInput(_("停用节点要写明原因。"))
    row = found(node)
    with acting_as(actor):
        _revoke(row, why.strip()[:300])


@act
def _revoke(row: Node, why: str) -> None:
    row.revoked_at, row.revoked_because = timezone.now(), why
    row.save(update_fields=["revoked_at", "revoked_because"])
    publish(NodeRevoked(subject=f"node:{row.id}", why=why))


def found(node: str) -> Node:
    row = Node.objects.filter(id=node).first()
    if row is None:
        raise NoSuchNode(_("没有节点 %(node)s。") % {"node": node[:20]})
    return row
