"""Grants 授权 as everybody else sees them, and the one that answers a question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.declarations import Resource
from huicheng.exchange.granting.conditions import Condition
from huicheng.exchange.granting.models import GrantRow
from huicheng.exchange.granting.refusals import CaseNumberMissing, GrantExpired, GrantRevoked, NoGrant
from huicheng.exchange.refusals import AccessDenied
from huicheng.ground.api import Actor, BadInput

LONGEST_CASE = 60


class UnknownGrant(BadInput):
    """No grant has this number, or it is not for this reader."""


@dataclass(frozen=True)
class Grant:
    """``columns`` of ``resource`` for ``purpose``; of the personal ones only ``plain`` are shown as they are.

    Its holder is a ``department``, or the ``account`` of somebody outside government.
    """

    id: str
    application: str
    resource: str
    department: str
    account: str
    account_name: str
    behalf: str
    owner: str
    purpose: str
    basis: str
    columns: tuple[str, ...]
    plain: tuple[str, ...]
    filter: tuple[Condition, ...]
    aggregate_only: bool
    smallest_group: int
    case_required: bool
    per_minute: int
    rows_per_day: int
    confirmed: bool
    starts: datetime
    expires: datetime
    revoked_at: datetime | None
    revoked_name: str = ""
    revoked_because: str = ""

    @property
    def holder(self) -> str:
        return self.department or self.account

    @property
    def state(self) -> Literal["coming", "live", "expired", "revoked"]:
        now = timezone.now()
        if self.revoked_at is not None:
            return "revoked"
        if now >= self.expires:
            return "expired"
        return "live" if now >= self.starts else "coming"


def grant_of(row: GrantRow) -> Grant:
    plain = {
        n: getattr(row, n) for n in Grant.__dataclass_fields__ if n not in ("columns", "plain", "filter")
    }
    return Grant(
        columns=tuple(row.columns), plain=tuple(row.plain),
        filter=tuple(map(Condition.from_list, row.filter)), **plain,
    )  # fmt: skip


def grant(number: str) -> Grant:
    row = GrantRow.objects.filter(id=number).first()
    if row is None:
        raise UnknownGrant(_("没有编号为 %(id)s 的授权。") % {"id": str(number)[:60]})
    return grant_of(row)


def grants_of(department: str, *, live: bool = False) -> list[Grant]:
    """What a department was granted, newest first."""
    found = map(grant_of, GrantRow.objects.filter(department=department, account=""))
    return [one for one in found if not live or one.state == "live"]


def own_grants(actor: Actor, *, live: bool = False) -> list[Grant]:
    """What somebody outside government was granted himself, newest first; by a key of one grant, that one."""
    found = map(grant_of, GrantRow.objects.filter(account=actor.id, department="")) if may_hold(actor) else ()
    return [one for one in found if (not live or one.state == "live") and _in_scope(one, actor)]


def grants_by(owner: str) -> list[Grant]:
    """What a department granted to others, newest first."""
    return list(map(grant_of, GrantRow.objects.filter(owner=owner)))


def may_use(actor: Actor) -> bool:
    """An official, or a program, whose department trusts him with reading."""
    return actor.serves_department and bool(actor.department) and actor.may("read")


def may_hold(actor: Actor) -> bool:
    """Somebody outside government whom the register knows by name."""
    return actor.kind == "resident" and bool(actor.person)


def _in_scope(one: Grant, actor: Actor) -> bool:
    return not actor.scope or actor.scope == f"{SCOPE}:{one.id}"


# A resident's key is for one grant, ``grant:G…``.
SCOPE = "grant"
# Asked for with every question: written out, not built each time.
MATCHING = (Path(__file__).parent / "matching.sql").read_text(encoding="utf-8")


def matching(spec: Resource, actor: Actor, purpose: str) -> Grant | None:
    """The live grant for just this purpose; of several the newest."""
    if may_use(actor):
        found = map(grant_of, GrantRow.objects.raw(MATCHING, [spec.code, actor.department, purpose]))
        return next((one for one in found if _opens(one, spec)), None)
    if spec.openness != "conditional" or not may_hold(actor):
        return None
    return next((one for one in _all(spec, actor) if one.purpose == purpose and _opens(one, spec)), None)


def _all(spec: Resource, actor: Actor) -> Iterable[Grant]:
    if may_hold(actor):
        return [one for one in own_grants(actor) if one.resource == spec.code]
    rows = GrantRow.objects.filter(resource=spec.code, department=actor.department, account="")
    return list(map(grant_of, rows.order_by("-starts", "-id")))


def _opens(one: Grant, spec: Resource) -> bool:
    """Since it was made the resource may have been closed to all others, or to society."""
    if one.account:
        return one.state == "live" and spec.openness == "conditional" and spec.share != "none"
    return one.state == "live" and (spec.share != "none" or one.confirmed)


def check_case(one: Grant, case: str) -> AccessDenied | None:
    if one.case_required and not case.strip():
        return CaseNumberMissing(_("授权 %(id)s 要求写明为哪一件办件而查，请附办件编号。") % {"id": one.id})
    if len(case) > LONGEST_CASE or not case.isprintable():
        return CaseNumberMissing(_("办件编号最多 %(most)s 个字符，不含控制字符。") % {"most": LONGEST_CASE})
    return None


def why_not(spec: Resource, actor: Actor, purpose: str) -> AccessDenied:
    """The nearest reason why no grant opens the resource, in words that say what to do."""
    words = {"title": spec.title, "purpose": purpose}
    outside = not actor.serves_department
    known = list(_all(spec, actor)) if may_use(actor) or may_hold(actor) else []
    for one in (one for one in known if one.purpose == purpose):
        return _ended(one, spec, words)
    if outside:
        return _closed_to_society(spec, actor, any(_opens(one, spec) for one in known), words)
    if any(_opens(one, spec) for one in known):
        return NoGrant(
            _(
                "本部门有“%(title)s”的授权，但用途不是“%(purpose)s”。请按授权写明的用途查询，或为新用途另行申请。"
            )
            % words
        )
    if spec.share == "none":
        return NoGrant(_("“%(title)s”不予共享；有法律依据的，由数据局核准后才能使用。") % words)
    if may_use(actor):
        return NoGrant(_("不能读取“%(title)s”：没有授权。请向提供方申请，写明用途和依据。") % words)
    return NoGrant(_("不能读取“%(title)s”：没有授权。") % words)


def _closed_to_society(spec: Resource, actor: Actor, held: bool, words: dict[str, str]) -> AccessDenied:
    if held:
        return NoGrant(
            _("您有“%(title)s”的授权，但用途不是“%(purpose)s”。请按授权写明的用途查询，或为新用途另行申请。")
            % words
        )
    if spec.openness == "conditional":
        if actor.kind == "resident" and not actor.person:
            return NoGrant(_("“%(title)s”有条件开放，只给实名的账户：请先完成实名。") % words)
        return NoGrant(_("“%(title)s”有条件开放：请实名登录后申请，写明用途，得到授权才能读取。") % words)
    if spec.share == "none":
        told = words | {"why": spec.share_basis or _("依法不予公开")}
        return NoGrant(_("“%(title)s”不予共享也不予开放：%(why)s。") % told)
    return NoGrant(_("“%(title)s”不予开放，只供政府部门依法使用。") % words)


def _ended(one: Grant, spec: Resource, words: dict[str, str]) -> AccessDenied:
    words = {**words, "id": one.id, "why": one.revoked_because}
    if one.state == "revoked":
        return GrantRevoked(_("“%(title)s”的授权 %(id)s 已被撤销：%(why)s。") % words)
    if one.state == "expired":
        words["when"] = f"{timezone.localtime(one.expires):%Y-%m-%d %H:%M}"
        return GrantExpired(_("“%(title)s”的授权 %(id)s 已于 %(when)s 到期，请申请续期。") % words)
    if one.state == "coming":
        words["when"] = f"{timezone.localtime(one.starts):%Y-%m-%d %H:%M}"
        return NoGrant(_("“%(title)s”的授权 %(id)s 从 %(when)s 起才能使用。") % words)
    if one.account:
        return NoGrant(_("“%(title)s”已不再有条件开放，授权 %(id)s 不能再用。") % words)
    return NoGrant(_("“%(title)s”已改为不予共享，授权 %(id)s 须经数据局核准后才能再用。") % words)
