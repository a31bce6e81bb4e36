"""Who may give which duty to whom 授予职责: nobody to himself, and nothing above what he holds."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from huicheng.ground.api import Actor, BadInput, Event, act, bureau, current_actor, publish
from huicheng.identity.models import Account, Role


class DutyNotYours(BadInput):
    """This duty is not this actor's to give or to take."""


@dataclass(frozen=True, kw_only=True)
class DutyRefused(Event):
    """Somebody tried to give or take a duty that is not theirs to give."""

    duty: str
    department: str


def check_giver(role: Role) -> None:
    """Before a duty is given, changed or taken. The system itself, on the machine's terminal, is asked nothing."""
    giver = current_actor()
    if giver.kind == "system":
        return
    if giver.id == f"account:{role.account_id}":
        raise DutyNotYours(_("谁也不能改自己的职责和部门，请另一位数据管理员来改。"))
    if not may_give(giver, role.department, role.duty):
        held = {"bureau": bureau(role.department), "duty": role.duty}
        raise DutyNotYours(_("您没有%(bureau)s的“%(duty)s”职责，不能授予或收回它；请数据管理员来办。") % held)


def may_give(giver: Actor, department: str, duty: str) -> bool:
    """A steward gives any; others what they hold themselves, where they hold it."""
    if giver.may("steward") or _appoints_first(giver):
        return True
    return duty in giver.duties and giver.department == department


def _appoints_first(giver: Actor) -> bool:
    """The keeper of the machine room appoints where the city has no steward, and no longer once it has one."""
    number = giver.id.removeprefix("account:")
    keeper = (
        Account.objects.filter(pk=number, is_superuser=True, is_active=True) if number.isdigit() else None
    )
    if keeper is None or not keeper.exists():
        return False
    return not Role.objects.filter(duty="steward", account__is_active=True).exists()


def is_above(account: Account) -> bool:
    """Whether it holds what the actor could not give: then its password and its being are not the actor's to change."""
    giver = current_actor()
    if giver.id == f"account:{account.pk}" or giver.kind == "system":
        return False
    return any(not may_give(giver, one.department, one.duty) for one in account.roles.all())


@act
def note_refused(role: Role) -> None:
    subject = f"account:{role.account_id}"
    publish(DutyRefused(subject=subject, duty=role.duty[:40], department=role.department[:40]))
