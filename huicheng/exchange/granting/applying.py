"""The road of an application 申请的办理: every step an act, each by who may take it, and never by two at once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange.catalogue import resource
from huicheng.exchange.declarations import Resource
from huicheng.exchange.granting import events
from huicheng.exchange.granting.applications import (
    LONGEST_TEXT,
    Application,
    Wanted,
    WrongApplication,
    application_of,
    application_row,
    checked,
    for_society,
)
from huicheng.exchange.granting.conditions import Condition, where
from huicheng.exchange.granting.grants import may_hold
from huicheng.exchange.granting.models import ApplicationRow, GrantRow, QuotaRow
from huicheng.exchange.granting.rules import rule
from huicheng.exchange.models import ResourceRow
from huicheng.ground.api import Actor, BadInput, act, acting_as, publish

BUREAU = "shuju"
T = TypeVar("T")


class NotYoursToApply(BadInput):
    """An official who may read applies for his department, and not for what is its own or open; anybody else with a
    verified name for himself, and only for what is open on a condition."""


class NotYoursToAnswer(BadInput):
    """An application is answered by its provider, then by the data bureau, and never by who made it."""


class NotWaiting(BadInput):
    """The application is not in the state that this step needs; perhaps somebody was quicker."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the provider says yes to; None and empty leave what was asked for, or the rule's figure."""

    columns: tuple[str, ...] | None = None
    plain: tuple[str, ...] | None = None
    filter: tuple[Condition, ...] = ()
    until: date | None = None
    aggregate_only: bool = False
    case_required: bool = False
    smallest_group: int | None = None
    per_minute: int | None = None
    rows_per_day: int | None = None
    reason: str = ""


def taken(actor: Actor, step: Callable[[], T]) -> T:
    """The step as one act of this person."""
    with acting_as(actor):
        return act(step)()


def number(letter: str) -> str:
    return f"{letter}{timezone.localtime():%Y%m%d}-{secrets.token_hex(4)}"


# --- who asks ---


def request_access(code: str, actor: Actor, wanted: Wanted) -> Application:
    """Apply for a resource in the name of one's department; from outside government, in one's own."""
    spec = resource(code)
    _may_apply(spec, actor)
    own = {"account": actor.id} if may_hold(actor) else {"department": actor.department or ""}
    row = ApplicationRow(id=number("A"), resource=spec.code, owner=spec.owner, **own)
    _check_count(row)
    taken(actor, lambda: _submit(row, spec, actor, wanted))
    return application_of(row)


def amend_application(application: str, actor: Actor, wanted: Wanted) -> Application:
    """Send a returned application again, mended."""

    def step() -> ApplicationRow:
        row = _locked(application, actor, ApplicationRow.RETURNED)
        spec = resource(row.resource)
        _may_apply(spec, actor)
        row.owner = spec.owner
        _submit(row, spec, actor, wanted)
        return row

    return application_of(taken(actor, step))


def withdraw_application(application: str, actor: Actor) -> Application:
    """Give an application up that is not answered yet."""
    states = (ApplicationRow.SUBMITTED, ApplicationRow.CONFIRMING, ApplicationRow.RETURNED)

    def step() -> ApplicationRow:
        row = _locked(application, actor, *states)
        row.state = ApplicationRow.WITHDRAWN
        row.save()
        publish(events.ApplicationWithdrawn(**told(row)))
        return row

    return application_of(taken(actor, step))


def _check_count(row: ApplicationRow) -> None:
    """So that nobody buries a department under applications."""
    most = rule("waiting_of_account")
    waiting = ApplicationRow.objects.filter(account=row.account, state=ApplicationRow.SUBMITTED)
    if row.account and waiting.count() >= most:
        raise NotYoursToApply(_("您已有 %(most)s 份申请在等答复，请先等答复或撤回一些。") % {"most": most})


def may_apply(spec: Resource, actor: Actor) -> bool:
    if may_hold(actor):
        return spec.openness == "conditional" and spec.share != "none" and not actor.scope
    return may_ask(actor) and not spec.open and spec.owner != actor.department


def may_ask(actor: Actor) -> bool:
    return actor.kind == "official" and bool(actor.department) and actor.may("read")


def _may_apply(spec: Resource, actor: Actor) -> None:
    if actor.kind == "resident":
        _may_apply_outside(spec, actor)
        return
    if not may_ask(actor):
        raise NotYoursToApply(_("申请数据要由本部门有查阅职责的人员提出。"))
    if spec.open:
        raise NotYoursToApply(_("“%(title)s”向社会开放，不用申请。") % {"title": spec.title})
    if spec.owner == actor.department:
        raise NotYoursToApply(_("“%(title)s”是本部门的资源，不用申请。") % {"title": spec.title})


def _may_apply_outside(spec: Resource, actor: Actor) -> None:
    words = {"title": spec.title}
    if not actor.person:
        raise NotYoursToApply(_("申请数据要用实名的账户：请先完成实名。"))
    if spec.open:
        raise NotYoursToApply(_("“%(title)s”向社会开放，不用申请。") % words)
    if not may_apply(spec, actor):
        raise NotYoursToApply(_("“%(title)s”不予开放，不能申请。") % words)


def _locked(application: str, actor: Actor, *states: str) -> ApplicationRow:
    """One's own or one's department's application, kept from others until the act is over."""
    row = locked(application, *states)
    if row.account:
        if row.account != actor.id:
            raise NotYoursToApply(_("这份申请不是您提出的。"))
        return row
    if not may_ask(actor) or row.department != actor.department:
        raise NotYoursToApply(_("这份申请不是本部门提出的。"))
    return row


def locked(application: str, *states: str) -> ApplicationRow:
    application_row(application)
    row = ApplicationRow.objects.select_for_update().get(id=application)
    if row.state not in states:
        raise NotWaiting(_("申请 %(id)s 已不在这一步，请刷新后再看。") % {"id": row.id})
    return row


def _submit(row: ApplicationRow, spec: Resource, actor: Actor, wanted: Wanted) -> None:
    good, now = checked(spec, wanted, outside=bool(row.account)), timezone.now()
    for name in ("purpose", "basis", "until", "aggregate_only", "case_required", "agreed", "behalf"):
        setattr(row, name, getattr(good, name))
    row.columns, row.plain = list(good.columns), list(good.plain)
    row.filter = [one.as_list() for one in good.filter]
    row.state, row.applicant, row.applicant_name = ApplicationRow.SUBMITTED, actor.id, actor.name
    row.submitted_at, row.escalated_at, row.terms = now, None, {}
    row.answer_by = codes.after_working_days(timezone.localdate(now), rule("answer_days"))
    row.save()
    publish(
        events.ApplicationSubmitted(
            **told(row), columns=good.columns, plain=good.plain, answer_by=row.answer_by.isoformat()
        )
    )


# --- who answers ---


def return_application(application: str, actor: Actor, *, reason: str) -> Application:
    """Send it back to be mended; the reason says what."""
    return _turned_down(application, actor, ApplicationRow.RETURNED, reason, events.ApplicationReturned)


def refuse_application(application: str, actor: Actor, *, reason: str) -> Application:
    return _turned_down(application, actor, ApplicationRow.REFUSED, reason, events.ApplicationRefused)


def _turned_down(
    application: str, actor: Actor, state: str, reason: str,
    event: type[events.ApplicationReturned] | type[events.ApplicationRefused],
) -> Application:  # fmt: skip
    why = _reason(reason)

    def step() -> ApplicationRow:
        row = _answered(application, actor, state, why)
        publish(event(**told(row), reason=why))
        return row

    return application_of(taken(actor, step))


def approve_application(application: str, actor: Actor, terms: Terms | None = None) -> Application:
    """Grant what was asked for, or less. What is not shared with anybody needs the data bureau's yes besides."""
    said = terms or Terms()

    def step() -> ApplicationRow:
        row = locked(application, ApplicationRow.SUBMITTED, ApplicationRow.CONFIRMING)
        _may_answer(row, actor)
        spec = resource(row.resource)
        _check_still_open(spec, row)
        agreed = _agreed(spec, row, said)
        if spec.share == "none" and not is_bureau(actor):
            _agree(row, actor, agreed)
        else:
            _grant(row, actor, agreed, confirmed=is_bureau(actor))
        return row

    return application_of(taken(actor, step))


def _check_still_open(spec: Resource, row: ApplicationRow) -> None:
    """What somebody outside agreed to is what he is held to: another condition he has to be asked again."""
    if not row.account:
        return
    if spec.openness != "conditional":
        raise WrongApplication("agreed", _("“%(title)s”已不再有条件开放，不能授权。") % {"title": spec.title})
    if row.agreed.strip() != spec.open_condition.strip():
        raise WrongApplication("agreed", _("开放条件在申请之后改过，请退回申请人，看过新的条件再申请。"))


def may_answer(row: Application | ApplicationRow, actor: Actor) -> bool:
    """The provider's own officials first; the data bureau where it is overdue, or has to confirm."""
    if actor.kind != "official" or actor.id == row.applicant or actor.department == row.department:
        return False
    provider = actor.department == row.owner and (actor.may("grant") or actor.may("steward"))
    if row.state == ApplicationRow.SUBMITTED:
        return provider or (row.escalated_at is not None and is_bureau(actor))
    return row.state == ApplicationRow.CONFIRMING and is_bureau(actor)


def is_bureau(actor: Actor) -> bool:
    return actor.kind == "official" and actor.department == BUREAU and actor.may("steward")


def _may_answer(row: ApplicationRow, actor: Actor) -> None:
    if may_answer(row, actor):
        return
    if actor.id == row.applicant or actor.department == row.department:
        raise NotYoursToAnswer(_("自己提出的申请不能自己答复。"))
    raise NotYoursToAnswer(_("这份申请由提供方有授权职责的人员答复；逾期或不予共享的，由数据局答复。"))


def _answered(application: str, actor: Actor, state: str, reason: str) -> ApplicationRow:
    row = locked(application, ApplicationRow.SUBMITTED, ApplicationRow.CONFIRMING)
    _may_answer(row, actor)
    row.state, row.reason = state, reason
    _sign(row, actor)
    row.save()
    return row


def _sign(row: ApplicationRow, actor: Actor) -> None:
    row.answered_by, row.answered_name, row.answered_at = actor.id, actor.name, timezone.now()


def _reason(reason: str) -> str:
    if not reason.strip() or len(reason) > LONGEST_TEXT:
        raise WrongApplication("reason", _("请写明原因，最多 %(most)s 个字。") % {"most": LONGEST_TEXT})
    return reason.strip()


def _agreed(spec: Resource, row: ApplicationRow, terms: Terms) -> dict[str, Any]:
    """No more than was asked for, and no more than the data bureau is shown; the rest is the rules'."""
    before = row.terms or {}
    asked = before.get("columns", row.columns)
    columns = [name for name in asked if terms.columns is None or name in terms.columns]
    known = for_society(spec) if row.account else [f.name for f in spec.fields]
    columns = [name for name in columns if name in known]
    if not columns:
        raise WrongApplication("columns", _("请至少授予一个申请了的信息项；一个都不给，请写明原因后拒绝。"))
    plain = [
        name
        for name in before.get("plain", row.plain)
        if name in columns and (terms.plain is None or name in terms.plain)
    ]
    rows = [*before.get("filter", row.filter), *(one.as_list() for one in terms.filter)]
    where(spec, [Condition.from_list(one) for one in rows])
    until = date.fromisoformat(before.get("until", row.until.isoformat()))
    return {
        "columns": columns, "plain": plain, "filter": rows, "reason": terms.reason.strip()[:LONGEST_TEXT],
        "until": min(until, terms.until or until).isoformat(),
        "aggregate_only": row.aggregate_only or terms.aggregate_only or before.get("aggregate_only", False)
        or (bool(row.account) and spec.about_people),
        "case_required": row.case_required or terms.case_required or before.get("case_required", False),
        **{name: _figure(name, getattr(terms, name), before.get(name)) for name in FIGURES},
    }  # fmt: skip


FIGURES = ("smallest_group", "per_minute", "rows_per_day")


def _figure(name: str, value: int | None, before: int | None) -> int:
    least = rule("smallest_group_least") if name == "smallest_group" else 1
    most = rule(f"{name}_most") if name != "smallest_group" else 1_000_000
    chosen = value if value is not None else before if before is not None else rule(name)
    if not least <= chosen <= most:
        raise WrongApplication(
            name, _("这个数要在 %(least)s 到 %(most)s 之间。") % {"least": f"{least:,}", "most": f"{most:,}"}
        )
    return chosen


def _agree(row: ApplicationRow, actor: Actor, agreed: dict[str, Any]) -> None:
    row.state, row.terms, row.reason = ApplicationRow.CONFIRMING, agreed, agreed["reason"]
    row.provider_by, row.provider_name = actor.id, actor.name
    row.save()
    publish(events.ApplicationAgreed(**told(row)))


def _grant(row: ApplicationRow, actor: Actor, agreed: dict[str, Any], *, confirmed: bool) -> None:
    ends = end_of(date.fromisoformat(agreed["until"]))
    if ends <= timezone.now():
        raise WrongApplication("until", _("申请的使用期限已过，请退回申请方改期。"))
    # One at a time for each resource: two who say yes at one moment must see each other's grant.
    list(ResourceRow.objects.select_for_update().filter(code=row.resource).values_list("pk"))
    holder = {"department": row.department, "account": row.account}
    same = GrantRow.objects.filter(resource=row.resource, purpose=row.purpose, **holder)
    before = list(same.filter(revoked_at=None, expires__gt=timezone.now()))
    made = GrantRow.objects.create(
        id=number("G"), application=row.id, resource=row.resource, owner=row.owner, purpose=row.purpose,
        basis=row.basis, starts=timezone.now(), expires=ends, confirmed=confirmed, behalf=row.behalf,
        account_name=row.applicant_name if row.account else "", **holder,
        **{name: agreed[name] for name in TERMS},
    )  # fmt: skip
    QuotaRow.objects.bulk_create(QuotaRow(grant=made, span=span) for span in (QuotaRow.MINUTE, QuotaRow.DAY))
    for one in before:
        _replace(one, made)
    row.state, row.grant, row.reason, row.terms = ApplicationRow.APPROVED, made.id, agreed["reason"], agreed
    _sign(row, actor)
    row.save()
    publish(_granted(row, made, before))


TERMS = ("columns", "plain", "filter", "aggregate_only", "case_required", *FIGURES)


def end_of(day: date) -> datetime:
    """A grant holds to the end of its last day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def _replace(one: GrantRow, by: GrantRow) -> None:
    one.revoked_at, one.end_told = by.starts, True
    one.revoked_because = _("由 %(id)s 接替") % {"id": by.id}
    one.save()


def _granted(row: ApplicationRow, made: GrantRow, before: list[GrantRow]) -> events.AccessGranted:
    facts = {**told(row), "subject": f"grant:{made.id}"}
    return events.AccessGranted(
        **facts, application=row.id, columns=tuple(made.columns), plain=tuple(made.plain),
        expires=made.expires.isoformat(), replaced=tuple(one.id for one in before),
    )  # fmt: skip


def told(row: ApplicationRow | GrantRow) -> dict[str, str]:
    """What every event of this road says."""
    noun = "grant" if isinstance(row, GrantRow) else "application"
    return {
        "subject": f"{noun}:{row.id}", "purpose": row.purpose, "resource": row.resource,
        "department": row.department, "account": row.account, "owner": row.owner,
    }  # fmt: skip
