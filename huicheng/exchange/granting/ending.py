"""Grants end and go on 撤销、到期、续期; applications that nobody answers go to the data bureau."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.granting import events
from huicheng.exchange.granting.applications import LONGEST_TEXT, WrongApplication, check_until
from huicheng.exchange.granting.applying import end_of, is_bureau, taken, told
from huicheng.exchange.granting.grants import Grant, UnknownGrant, grant_of
from huicheng.exchange.granting.models import ApplicationRow, GrantRow
from huicheng.ground.api import Actor, BadInput, act, publish


class NotYoursToEnd(BadInput):
    """Who granted, or the data bureau, may revoke and renew; who was granted may only give it back."""


class AlreadyEnded(BadInput):
    """The grant was revoked, or is over."""


def revoke_grant(number: str, actor: Actor, *, reason: str) -> Grant:
    """From this moment no question under it is answered. Who holds it may give it back."""
    why = reason.strip()
    if not why or len(why) > LONGEST_TEXT:
        raise WrongApplication("reason", _("请写明原因，最多 %(most)s 个字。") % {"most": LONGEST_TEXT})

    def step() -> GrantRow:
        row = _live(number)
        if not may_revoke(row, actor):
            raise NotYoursToEnd(_("撤销授权是提供方或数据局的职责；使用方可以交回自己的授权。"))
        row.revoked_at, row.revoked_name, row.revoked_because = timezone.now(), actor.name, why
        row.end_told = True
        row.save()
        publish(events.AccessRevoked(**told(row), reason=why))
        return row

    return grant_of(taken(actor, step))


def renew_grant(number: str, actor: Actor, *, until: date) -> Grant:
    """Let it run on to the end of ``until``; what it opens stays the same."""
    check_until(until)

    def step() -> GrantRow:
        row = _live(number)
        if not may_renew(row, actor):
            raise NotYoursToEnd(_("续期由提供方有授权职责的人员办理；使用方请提出续期申请。"))
        row.expires, row.end_told = end_of(until), False
        row.save()
        publish(events.AccessRenewed(**told(row), expires=row.expires.isoformat()))
        return row

    return grant_of(taken(actor, step))


def may_renew(row: Grant | GrantRow, actor: Actor) -> bool:
    """Never by who uses it; what the data bureau had to confirm it renews itself."""
    if actor.kind != "official" or actor.department == row.department:
        return False
    provider = actor.department == row.owner and (actor.may("grant") or actor.may("steward"))
    return is_bureau(actor) or (provider and not row.confirmed)


def may_revoke(row: Grant | GrantRow, actor: Actor) -> bool:
    """Who runs the platform may do it from the terminal too; who holds it gives it back."""
    if row.account and row.account == actor.id and not actor.scope:
        return True
    if actor.kind != "official":
        return actor.kind == "system"
    provider = actor.department == row.owner and (actor.may("grant") or actor.may("steward"))
    own = (
        not row.account and actor.department == row.department and (actor.may("read") or actor.may("steward"))
    )
    return provider or own or is_bureau(actor)


def _live(number: str) -> GrantRow:
    row = GrantRow.objects.select_for_update().filter(id=number).first()
    if row is None:
        raise UnknownGrant(_("没有编号为 %(id)s 的授权。") % {"id": str(number)[:60]})
    if row.revoked_at is not None or row.expires <= timezone.now():
        raise AlreadyEnded(_("授权 %(id)s 已经结束，请另行申请。") % {"id": row.id})
    return row


def tell_overdue() -> int:
    """What nobody answered in time goes to the data bureau, once; returns how many did."""
    waiting = ApplicationRow.objects.filter(
        state=ApplicationRow.SUBMITTED, escalated_at=None, answer_by__lt=timezone.localdate()
    )
    return sum(_escalate(number) for number in list(waiting.values_list("id", flat=True)))


def _escalate(number: str) -> bool:
    moved = ApplicationRow.objects.filter(id=number, state=ApplicationRow.SUBMITTED, escalated_at=None)

    @act
    def step() -> None:
        row = moved.select_for_update().get()
        row.escalated_at = timezone.now()
        row.save()
        publish(events.ApplicationOverdue(**told(row), answer_by=row.answer_by.isoformat()))

    try:
        step()
    except ApplicationRow.DoesNotExist:
        return False  # answered just now
    return True


def tell_ended() -> int:
    """Grants whose time ran out since the last time; returns how many."""
    over = GrantRow.objects.filter(end_told=False, revoked_at=None, expires__lte=timezone.now())
    return sum(_end(number) for number in list(over.values_list("id", flat=True)))


def _end(number: str) -> bool:
    @act
    def step() -> None:
        row = GrantRow.objects.select_for_update().get(id=number, end_told=False)
        row.end_told = True
        row.save()
        publish(events.AccessEnded(**told(row)))

    try:
        step()
    except GrantRow.DoesNotExist:
        return False
    return True
