"""Applications 申请 as everybody else sees them, and what may be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.declarations import Resource
from huicheng.exchange.granting.conditions import Condition, where
from huicheng.exchange.granting.models import ApplicationRow
from huicheng.exchange.granting.rules import rule
from huicheng.ground.api import Actor, BadInput

LONGEST_PURPOSE, LONGEST_TEXT, SHORTEST_PURPOSE = 200, 500, 4
WAITING = (ApplicationRow.SUBMITTED, ApplicationRow.CONFIRMING)


class UnknownApplication(BadInput):
    """No application has this number."""


class WrongApplication(BadInput):
    """An application that cannot be taken as it is; ``field`` says which part of it is to be mended."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.field = part


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for: which columns, which of the personal ones unmasked, what for, on what ground.

    From outside government: ``agreed`` is the condition that is said yes to, ``behalf`` the firm that it is for.
    """

    columns: tuple[str, ...]
    purpose: str
    until: date
    plain: tuple[str, ...] = ()
    basis: str = ""
    filter: tuple[Condition, ...] = ()
    aggregate_only: bool = False
    case_required: bool = False
    agreed: str = ""
    behalf: str = ""


@dataclass(frozen=True, kw_only=True)
class Application:
    """``state``: submitted, confirming (by the data bureau), returned, approved, refused or withdrawn.

    It is a ``department``'s or an ``account``'s, never both.
    """

    id: str
    state: str
    department: str
    account: str
    owner: str
    applicant: str
    applicant_name: str
    resource: str
    wanted: Wanted
    submitted_at: datetime
    answer_by: date
    escalated_at: datetime | None
    provider_name: str
    answered_name: str
    answered_at: datetime | None
    reason: str
    grant: str
    terms: dict[str, Any] = field(default_factory=dict)

    @property
    def waiting(self) -> bool:
        return self.state in WAITING

    @property
    def overdue(self) -> bool:
        return self.waiting and timezone.localdate() > self.answer_by


def application_of(row: ApplicationRow) -> Application:
    wanted = Wanted(
        columns=tuple(row.columns), plain=tuple(row.plain), purpose=row.purpose, basis=row.basis, until=row.until,
        filter=tuple(map(Condition.from_list, row.filter)), aggregate_only=row.aggregate_only,
        case_required=row.case_required, agreed=row.agreed, behalf=row.behalf,
    )  # fmt: skip
    told = {name: getattr(row, name) for name in Application.__dataclass_fields__ if name != "wanted"}
    return Application(wanted=wanted, **told)


def agreed_filter(asked: Application) -> tuple[Condition, ...]:
    """The rows as they stand on its road: what was asked for, and what the provider has narrowed it to since."""
    rows = asked.terms.get("filter")
    return asked.wanted.filter if rows is None else tuple(map(Condition.from_list, rows))


def application_row(number: str) -> ApplicationRow:
    row = ApplicationRow.objects.filter(id=number).first()
    if row is None:
        raise UnknownApplication(_("没有编号为 %(id)s 的申请。") % {"id": str(number)[:60]})
    return row


def application(number: str) -> Application:
    return application_of(application_row(number))


def applications_of(department: str) -> list[Application]:
    """What a department asked for, newest first."""
    return [application_of(row) for row in ApplicationRow.objects.filter(department=department, account="")]


def own_applications(actor: Actor) -> list[Application]:
    """What somebody outside government asked for himself, newest first."""
    return [application_of(row) for row in ApplicationRow.objects.filter(account=actor.id, department="")]


def applications_to(owner: str) -> list[Application]:
    """What a department is asked for, newest first."""
    return [application_of(row) for row in ApplicationRow.objects.filter(owner=owner)]


def applications_escalated() -> list[Application]:
    """What waits for the data bureau: overdue at the provider, or agreed for a resource that is not shared."""
    rows = ApplicationRow.objects.filter(state__in=WAITING)
    return [application_of(row) for row in rows if row.escalated_at or row.state == ApplicationRow.CONFIRMING]


def checked(spec: Resource, wanted: Wanted, *, outside: bool = False) -> Wanted:
    """What is asked for, in order; else what is wrong with it."""
    if outside:  # first: no basis opens to society what is for departments alone
        _check_columns_of_society(spec, wanted)
    _check_words(spec, wanted)
    check_until(wanted.until)
    where(spec, wanted.filter)
    if outside:
        wanted = _for_society(spec, wanted)
    columns = chosen(spec, wanted.columns)
    return Wanted(
        columns=columns, plain=tuple(n for n in personal(spec) if n in wanted.plain and n in columns),
        purpose=wanted.purpose.strip(), basis=wanted.basis.strip(), until=wanted.until, filter=wanted.filter,
        aggregate_only=wanted.aggregate_only, case_required=wanted.case_required, agreed=wanted.agreed,
        behalf=wanted.behalf,
    )  # fmt: skip


def _check_columns_of_society(spec: Resource, wanted: Wanted) -> None:
    titles = {f.name: f.title for f in spec.fields}
    if closed := [
        titles[name] for name in wanted.columns if name in titles and name not in for_society(spec)
    ]:
        raise WrongApplication(
            "columns", _("“%(what)s”只供政府内部使用，不对社会提供。") % {"what": "、".join(closed)}
        )


def _for_society(spec: Resource, wanted: Wanted) -> Wanted:
    """Nothing unmasked, no rows picked by what is hidden; of people sums; and the condition is agreed to."""
    titles = {f.name: f.title for f in spec.fields}
    public = {f.name for f in spec.fields if f.sensitivity == "public"}
    if hidden := [titles[one.field] for one in wanted.filter if one.field not in public]:
        raise WrongApplication(
            "filter", _("行范围不能用“%(what)s”：它是脱敏的或内部的。") % {"what": "、".join(hidden)}
        )
    if wanted.agreed.strip() != spec.open_condition.strip() or not wanted.agreed.strip():
        raise WrongApplication("agreed", _("请看过开放条件，打勾同意。"))
    if len(wanted.behalf) > LONGEST_PURPOSE or not wanted.behalf.isprintable():
        raise WrongApplication("behalf", _("企业名称最多 %(most)s 个字。") % {"most": LONGEST_PURPOSE})
    sums = wanted.aggregate_only or spec.about_people
    return replace(wanted, plain=(), case_required=False, aggregate_only=sums)


def for_society(spec: Resource) -> tuple[str, ...]:
    """The columns that somebody outside government may be granted.

    Personal ones are masked for him; where rows are people's, of which he gets sums, they are not given at all.
    """
    known = ("public",) if spec.about_people else ("public", "personal")
    return tuple(f.name for f in spec.fields if f.sensitivity in known)


def personal(spec: Resource) -> tuple[str, ...]:
    return tuple(f.name for f in spec.fields if f.sensitivity == "personal")


def chosen(spec: Resource, columns: Sequence[str]) -> tuple[str, ...]:
    known = tuple(f.name for f in spec.fields)
    if strange := [name for name in columns if name not in known]:
        raise WrongApplication(
            "columns",
            _("“%(title)s”没有信息项“%(name)s”。") % {"title": spec.title, "name": str(strange[0])[:60]},
        )
    if not columns:
        raise WrongApplication("columns", _("请至少选一个信息项。"))
    return tuple(name for name in known if name in columns)


def _check_words(spec: Resource, wanted: Wanted) -> None:
    purpose, basis = wanted.purpose.strip(), wanted.basis.strip()
    if not SHORTEST_PURPOSE <= len(purpose) <= LONGEST_PURPOSE or not purpose.isprintable():
        raise WrongApplication(
            "purpose",
            _("用途要写 %(least)s 到 %(most)s 个字，说清办什么事；提问时要一字不差地写同样的用途。")
            % {"least": SHORTEST_PURPOSE, "most": LONGEST_PURPOSE},
        )
    if len(basis) > LONGEST_TEXT:
        raise WrongApplication("basis", _("依据最多 %(most)s 个字。") % {"most": LONGEST_TEXT})
    if not basis and spec.share == "none":
        raise WrongApplication("basis", _("“%(title)s”不予共享，必须写明法律依据。") % {"title": spec.title})
    if not basis and set(wanted.plain) & set(personal(spec)):
        raise WrongApplication("basis", _("要看不脱敏的个人信息，必须写明依据的法律条文。"))
    if not basis and (
        inner := [f.title for f in spec.fields if f.name in wanted.columns and f.sensitivity == "internal"]
    ):
        raise WrongApplication(
            "basis", _("“%(name)s”是内部信息项，要用就必须写明依据的法律条文。") % {"name": "、".join(inner)}
        )


def check_until(until: date) -> None:
    today, days = timezone.localdate(), rule("longest_days")
    if not today < until <= today + timedelta(days=days):
        raise WrongApplication(
            "until", _("使用期限要在明天到 %(days)s 天之内，到期可以续期。") % {"days": days}
        )
