"""The receipt of a reading as a file, for those who may have it: with what went out, and for a resident with himself."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import UnknownResource, resource
from huicheng.exchange.evidence.members import members_of
from huicheng.exchange.evidence.receipts import ExportFinished, QuestionAsked
from huicheng.ground.api import Actor, BadInput, EventRecord, event_of, events, proof


class NoSuchReading(BadInput, LookupError):
    """There is no receipt of this number, or it is none of the caller's."""

    status = 404


def reading_proof(reading: str) -> dict[str, Any]:
    """The signed receipt of a reading; once the last piece of what it sent has gone, with how much that was and its hash."""
    return proof(_newest(event_of(reading)).id)


def disclosed_proof(reading: str, person: str, names: Collection[str | int]) -> dict[str, Any]:
    """The same for whom it disclosed: it shows offline that he is among them, and nothing of anybody else."""
    told = _newest(event_of(reading))
    return proof(told.id, members=members_of(told, person, names))


def _newest(begun: EventRecord) -> EventRecord:
    """An end of before ends were signed is left aside."""
    ends = events(subject=f"reading:{begun.id}", kind=ExportFinished.kind(), limit=1)
    return next((one for one in ends if one.data.get("signed")), begun)


def rows_handed_out(begun: EventRecord) -> int | None:
    """Of all its questions together; None while they are on their way, and where they broke off or failed."""
    rows = [part["rows"] for part in begun.data["signed"]["document"]["reads"]]
    if None not in rows:
        return sum(rows)
    ends = events(subject=f"reading:{begun.id}", kind=ExportFinished.kind(), limit=1)
    return int(ends[0].data["rows"]) if ends else None


def reading_of(number: str, actor: Actor) -> EventRecord:
    """A reading of the actor's own department, or of a table that it provides; anybody else's is not there."""
    found = _reading(number)
    if found is None or not actor.department or not _concerns(found, actor.department):
        raise NoSuchReading(_("没有这份回执。"))
    return found


def _reading(number: str) -> EventRecord | None:
    try:
        found = event_of(str(UUID(number)))
    except (ValueError, ObjectDoesNotExist):
        return None
    return found if found.kind == QuestionAsked.kind() else None


def _concerns(found: EventRecord, department: str) -> bool:
    return found.department == department or department in {_owner(one) for one in found.data["tables"]}


def _owner(table: str) -> str:
    try:
        return resource(table, retired=True).owner
    except UnknownResource:
        return ""
