"""Receipts 回执 of readings and deliveries: a signed document in the chain, written before anything is handed out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.codetables.translating import told
from huicheng.exchange.evidence.members import root_of
from huicheng.exchange.evidence.models import Reading, ReadingPart
from huicheng.exchange.evidence.reading import (
    Admitted,
    Read,
    keep_rows,
    lay_set,
    read_of_record,
    seen_columns,
)
from huicheng.exchange.models import Delivery
from huicheng.ground.api import (
    Actor,
    BadInput,
    Event,
    act,
    acting_as,
    event_of,
    events,
    proof,
    publish,
    signed,
    together,
)
from huicheng.lake import api as lake


@dataclass(frozen=True, kw_only=True)
class QuestionAsked(Event):
    """A reading of tables that are not open; ``masked`` counts the columns it saw only masked.

    ``signed`` holds the receipt: who, why, on what ground, which columns of which versions, the hash of the answer
    and the sets of those it disclosed. Nothing of the answer itself. ``ms`` is how long the questions took.
    """

    tables: tuple[str, ...]
    question: str
    masked: int
    signed: dict[str, Any] = field(default_factory=dict)
    ms: int = 0


@dataclass(frozen=True, kw_only=True)
class ExportFinished(Event):
    """The last row of an export went out: how many there were, and the hash of all that was sent.

    ``signed`` holds the reading's receipt once more, with just that beside it.
    """

    reading: str
    rows: int
    sha256: str
    signed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DeliverySigned(Event):
    """The receipt of a delivery that ended, well or badly."""

    signed: dict[str, Any]


# Where whoever answers a program gathers the receipts that its request left.
_left: ContextVar[list[str] | None] = ContextVar("left", default=None)


@contextmanager
def receipts_left() -> Iterator[list[str]]:
    """The receipts of the readings inside, in their order."""
    left: list[str] = []
    token = _left.set(left)
    try:
        yield left
    finally:
        _left.reset(token)


def note(
    actor: Actor, purpose: str, reads: Sequence[Read], *, beside: Callable[[], None] | None = None
) -> str:
    """One receipt for all that was read at once, for good when this returns; the id of its event.

    ``beside``: what is written with it, or neither.
    """
    sets = [one.known or (lay_set(one.keys) if len(one.keys) else "") for one in reads]
    event = _event(actor, purpose, reads, sets)
    number = together(partial(_note, actor, event, reads, sets, beside))
    if (left := _left.get()) is not None:
        left.append(number)
    return number


@act
def _note(
    actor: Actor, event: QuestionAsked, reads: Sequence[Read], sets: list[str], beside: Callable[[], None] | None
) -> str:  # fmt: skip
    if beside:
        beside()
    for one, kept in zip(reads, sets, strict=True):
        if kept and not one.known:
            keep_rows(kept, one.keys, event.signed["document"]["roots"][kept])
    with acting_as(actor):
        number = publish(event)
    if any(sets):
        reading = Reading.objects.create(event=number, actor=actor.id, at=timezone.now())
        parts = [
            ReadingPart(reading=reading, subjects_id=kept, place=at) for at, kept in enumerate(sets) if kept
        ]
        ReadingPart.objects.bulk_create(parts)
    return number


def _event(actor: Actor, purpose: str, reads: Sequence[Read], sets: list[str]) -> QuestionAsked:
    closed = {table: one for each in reads for table, one in each.admitted.items() if not one.spec.open}
    masked = {t: sum(show == "masked" for show in one.decision.columns.values()) for t, one in closed.items()}
    # The event stands under the table with most to hide.
    first = max(masked, key=lambda table: masked[table])
    questions = ", ".join(dict.fromkeys(one.question for one in reads if one.question))
    return QuestionAsked(
        subject=f"resource:{first.removeprefix('raw.')}", purpose=purpose[:200], tables=tuple(closed),
        question=questions, masked=sum(masked.values()), signed=signed(_document(actor, purpose, reads, sets)),
        ms=sum(one.ms for one in reads),
    )  # fmt: skip


def signed_record(
    sql: Path, answer: lake.Answer, admitted: Admitted, *, actor: Actor, purpose: str
) -> dict[str, Any]:
    """The receipt of one record that was looked up: its subject is the event's own, so it needs no set."""
    return signed_records([(sql, answer, admitted)], actor=actor, purpose=purpose)


def signed_records(
    found: Sequence[tuple[Path, lake.Answer, Admitted]], *, actor: Actor, purpose: str
) -> dict[str, Any]:
    """The same for one that was put together from several tables."""
    reads = [read_of_record(sql, answer, admitted) for sql, answer, admitted in found]
    return signed(_document(actor, purpose, reads, [""] * len(reads)))


def _document(actor: Actor, purpose: str, reads: Sequence[Read], sets: list[str]) -> dict[str, Any]:
    return {
        "kind": "reading", "at": timezone.now().isoformat(), "actor": actor.id, "name": actor.name,
        "department": actor.department or "", "duties": sorted(actor.duties), "purpose": purpose[:200],
        "reads": [_part(one, kept) for one, kept in zip(reads, sets, strict=True)],
        "sets": sorted({kept for kept in sets if kept}),
        "roots": {kept: root_of(kept, one.keys) for one, kept in zip(reads, sets, strict=True) if kept},
    }  # fmt: skip


def _part(one: Read, kept: str) -> dict[str, Any]:
    tables = {}
    for table, admitted in one.admitted.items():
        if admitted.spec.open:
            continue
        plain, masked = seen_columns(one, table)
        tables[table] = {
            "version": one.versions.get(table), "ground": admitted.decision.reason, "plain": plain, "masked": masked
        }  # fmt: skip
        if granted := admitted.decision.grant:
            tables[table] |= {"grant": granted.id, "case": admitted.decision.case}
        if above := admitted.decision.granted_above:
            tables[table] |= {"grant_above": above, "case": admitted.decision.case}
    text = hashlib.sha256(one.text.encode()).hexdigest()
    told = {"node": one.node} if one.node else {}
    return told | {
        "question": one.question, "sha256": text, "tables": tables, "rows": one.rows, "answer": one.answer,
        "rule": one.rule, "set": kept,
    }  # fmt: skip


@act
def finish_export(actor: Actor, reading: str, *, rows: int, sha256: str) -> None:
    sent = {"rows": rows, "sha256": sha256, "at": timezone.now().isoformat()}
    document = event_of(reading).data["signed"]["document"] | {"began": reading, "sent": sent}
    told = ExportFinished(
        subject=f"reading:{reading}", reading=reading, rows=rows, sha256=sha256, signed=signed(document)
    )
    with acting_as(actor):
        publish(told)


def sign_delivery(row: Delivery) -> None:
    """Inside the act that ends a delivery. The file's name stays out: departments put people's names in it."""
    facts = ("id", "resource", "department", "actor", "actor_name", "source", "sha256", "size", "state", "rows",
             "accepted", "refused", "flagged", "version")  # fmt: skip
    document: dict[str, Any] = {name: getattr(row, name) for name in facts}
    ends = {"at": row.at.isoformat(), "finished_at": (row.finished_at or timezone.now()).isoformat()}
    refusal = row.options.get("refusal", "") if isinstance(row.options, dict) else ""
    document |= {"kind": "delivery", **ends, "refusal": refusal, "mapping": _mapping(row), "sets": []}
    if translated := told(row.id):
        document["codes"] = translated
    publish(DeliverySigned(subject=f"delivery:{row.id}", signed=signed(document)))


class NotSigned(BadInput):
    """The delivery has no signed receipt."""


def delivery_proof(delivery: str) -> dict[str, Any]:
    """The signed receipt of a delivery, as a file that anybody can check."""
    found = events(subject=f"delivery:{delivery}", kind=DeliverySigned.kind(), limit=1)
    if not found:
        raise NotSigned(_("交付 %(id)s 还没有签过名的回执。") % {"id": delivery[:60]})
    return proof(found[0].id)


def _mapping(row: Delivery) -> str:
    """The hash of the mapping: a header may hold what should stand in a row."""
    pairs = sorted((str(column), str(name)) for column, name in (row.mapping or {}).items())
    return hashlib.sha256(repr(pairs).encode()).hexdigest()
