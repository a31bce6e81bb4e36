"""What a steward changes about accounts in Django's admin: each change is an act and leaves its event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from huicheng.ground.api import Event, act, department, publish
from huicheng.identity.accounts import DUTIES, AccountCreated, UnknownDuty
from huicheng.identity.giving import check_giver
from huicheng.identity.models import Account, OpenSession, Role
from huicheng.identity.sessions import PasswordChanged


@dataclass(frozen=True, kw_only=True)
class DutyGranted(Event):
    duty: str
    department: str


@dataclass(frozen=True, kw_only=True)
class DutyWithdrawn(Event):
    duty: str
    department: str


@dataclass(frozen=True, kw_only=True)
class AccountChanged(Event):
    """``fields``: what was changed, by name; never to what."""

    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AccountDeleted(Event):
    pass


@act
def save_account(account: Account, *, fields: Iterable[str], new: bool) -> None:
    account.save()
    subject = f"account:{account.pk}"
    if new:
        publish(AccountCreated(subject=subject, kind_of_account="official"))
        return
    publish(AccountChanged(subject=subject, fields=tuple(fields)))


@act
def delete_account(account: Account) -> None:
    subject = f"account:{account.pk}"
    for role in account.roles.all():
        withdraw_duty(role)
    account.delete()
    publish(AccountDeleted(subject=subject))


@act
def grant_duty(role: Role) -> None:
    """Also of a role that was another until now: then that one is withdrawn."""
    if role.duty not in DUTIES:
        raise UnknownDuty(f"{role.duty!r} is no duty; known: {', '.join(DUTIES)}")
    department(role.department)
    check_giver(role)
    if before := Role.objects.filter(pk=role.pk).first():
        check_giver(before)
        publish(DutyWithdrawn(subject=_subject(before), duty=before.duty, department=before.department))
    role.save()
    publish(DutyGranted(subject=_subject(role), duty=role.duty, department=role.department))


@act
def withdraw_duty(role: Role) -> None:
    check_giver(role)
    subject = _subject(role)
    role.delete()
    publish(DutyWithdrawn(subject=subject, duty=role.duty, department=role.department))


@act
def set_password(account: Account, *, save: Callable[[], Account]) -> Account:
    """Given anew by a steward: whoever is logged in with the old one is out."""
    saved = save()
    OpenSession.objects.filter(account=account).delete()
    publish(PasswordChanged(subject=f"account:{account.pk}"))
    return saved


def _subject(role: Role) -> str:
    return f"account:{role.account_id}"


def duty_choices() -> list[tuple[str, str]]:
    return [(code, _(words)) for code, words in DUTIES.items()]
