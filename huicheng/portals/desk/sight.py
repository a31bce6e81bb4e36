"""What an official sees: the own department's; the platform's stewards see all."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, JobView, current_actor


def sees_all(actor: Actor) -> bool:
    return actor.may("steward")


def department_of(actor: Actor) -> str | None:
    """The department to narrow a question to; None asks about all of them."""
    return None if sees_all(actor) else actor.department or "-"


def department_of_figures(actor: Actor) -> str | None:
    """Counts are shown to whoever leads the city too."""
    return None if actor.may("decide") else department_of(actor)


def may_see(actor: Actor, receipt: exchange.Receipt) -> bool:
    return sees_all(actor) or exchange.resource(receipt.resource, retired=True).owner == actor.department


def receipt_for(actor: Actor, receipt_id: str) -> exchange.Receipt:
    """The receipt, or 404: somebody else's is answered as if it were not there."""
    try:
        receipt = exchange.receipt(receipt_id)
    except LookupError:
        receipt = None
    if receipt is None or not may_see(actor, receipt):
        raise Http404(_("没有这份回执。"))
    return receipt


def may_undo(actor: Actor, receipt: exchange.Receipt) -> exchange.Rollback | None:
    """What undoing this delivery would do; None where it is not the newest, nothing stood before it, or it is not theirs."""
    if receipt.state != "accepted" or receipt.base is None or not actor.may("deliver"):
        return None
    try:
        found = exchange.rollback_of(receipt.resource)
    except (
        exchange.RollbackRefused,
        exchange.UnknownResource,
    ):  # what is out of the catalogue stays as it is
        return None
    return found if found.receipt.id == receipt.id else None


def deliverable(actor: Actor) -> list[exchange.Resource]:
    """What this official may deliver to; tables the platform makes (``base.``, ``stat.``) are nobody's to deliver."""
    found = [one for one in exchange.resources() if "." not in one.code]
    return [one for one in found if sees_all(actor) or one.owner == actor.department]


def sees_job(actor: Actor, job: JobView) -> bool:
    return sees_all(actor) or job.actor.id == actor.id or job.actor.department == actor.department


def page_context(**more: Any) -> dict[str, Any]:
    """What the desk's frame needs on every page."""
    actor = current_actor()
    return {"steward": sees_all(actor), "may_deliver": actor.may("deliver"), **more}
