"""Point look-ups: one record at a time, decided, masked and noted before it is handed out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, BadInput, Event, act, acting_as, publish
from huicheng.lake import api as lake

HERE = Path(__file__).parent
NOUNS: Mapping[str, str] = {"people": "person", "firms": "firm", "houses": "house"}


class UnknownRecord(BadInput):
    """No base record has this id; perhaps it was merged into another."""


@dataclass(frozen=True, kw_only=True)
class RecordRead(Event):
    """Somebody read one base record. For a person it stands in the log that the person can see.

    ``signed`` is the receipt; what is put together from several records has none of its own.
    """

    masked: bool
    what: str = "record"
    signed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReadRefused(Event):
    reason: str


@dataclass(frozen=True)
class Record:
    """A base record as the actor may see it."""

    base_id: str
    values: Mapping[str, Any]
    masked: bool

    def __getitem__(self, field: str) -> Any:
        return self.values[field]


@dataclass(frozen=True)
class FieldValue:
    """One department's value of one field; ``chosen`` marks the base value."""

    field: str
    value: str | None
    department: str
    resource: str
    delivery: str
    row: int | None
    as_of: date | None
    rule: str
    score: float | None
    chosen: bool


def read_record(kind: str, base_id: str, *, actor: Actor, purpose: str) -> Record:
    rows, masked = _read(kind, "", base_id, actor, purpose)
    return Record(base_id, rows[0], masked)


def read_fields(kind: str, base_id: str, *, actor: Actor, purpose: str) -> list[FieldValue]:
    """Where each value comes from, the losing values too."""
    rows, _masked = _read(kind, "_fields", base_id, actor, purpose)
    names = FieldValue.__dataclass_fields__
    return [FieldValue(**{name: row[name] for name in names}) for row in rows]


def _read(
    kind: str, part: str, base_id: str, actor: Actor, purpose: str
) -> tuple[list[dict[str, Any]], bool]:
    spec = exchange.resource(f"base.{kind}{part}")
    decision = exchange.decide(spec, actor, purpose)
    subject = f"{NOUNS[kind]}:{base_id}"[:120]
    if not decision.allowed:
        refuse(actor, subject, purpose, decision.reason)
    if decision.grant:
        needed = FieldValue.__dataclass_fields__ if part else ("base_id",)
        _admit_granted(decision, actor, subject, purpose, needed)
    mounts = {spec.table: exchange.mount_of(spec, decision)}
    sql = HERE / kind / f"one{part}.sql"
    answer = _answer(sql, base_id, mounts)
    unseen = {f.name: None for f in spec.fields if f.name not in decision.columns and not part}
    rows = [{**unseen, **row} for row in answer.table.to_pylist()] if answer else []
    if not answer or not rows:
        _missing(kind, base_id, actor, purpose, decision)
    masked = "masked" in decision.columns.values()
    what = part[1:] or "record"
    signed = exchange.signed_record(
        sql, answer, exchange.Admitted(spec, decision), actor=actor, purpose=purpose
    )
    read = RecordRead(subject=subject, purpose=purpose[:200], masked=masked, what=what, signed=signed)
    note(actor, read)
    return rows, masked


def _admit_granted(
    decision: exchange.Decision, actor: Actor, subject: str, purpose: str, needed: Iterable[str]
) -> None:
    """Under a grant one record is a question of one row; one that is for sums only opens no record."""
    granted = decision.grant
    if granted is None or granted.aggregate_only or not set(needed) <= set(decision.columns):
        refuse(actor, subject, purpose, "授权不含单条记录")
    try:
        exchange.take_quota(granted, questions=1, rows=1)
    except exchange.QuotaExceeded:
        note(actor, ReadRefused(subject=subject, purpose=purpose[:200], reason="超出授权配额"))
        raise


def _answer(sql: Path, base_id: str, mounts: Mapping[str, lake.Mount]) -> lake.Answer | None:
    try:
        return lake.ask(sql, {"base_id": base_id}, mounts=mounts)
    except lake.NoSuchTable:
        return None


def _missing(kind: str, base_id: str, actor: Actor, purpose: str, decision: exchange.Decision) -> NoReturn:
    if decision.grant and decision.where:
        refuse(actor, f"{NOUNS[kind]}:{base_id}"[:120], purpose, "不在授权的行范围内")
    if decision.where is not None and base_id != actor.person:
        refuse(actor, f"{NOUNS[kind]}:{base_id}"[:120], purpose, "不是本人")
    raise UnknownRecord(_("基础库里没有 %(id)s；可能已并入另一条记录。") % {"id": base_id})


def refuse(actor: Actor, subject: str, purpose: str, reason: str) -> NoReturn:
    note(actor, ReadRefused(subject=subject, purpose=purpose[:200], reason=reason))
    raise exchange.AccessDenied(_("不能查看这条记录：%(reason)s。") % {"reason": _(reason)})


@act
def _publish(event: Event) -> None:
    publish(event)


def note(actor: Actor, event: Event) -> None:
    if actor.kind == "system" and isinstance(event, RecordRead):
        return  # the platform at work is noted by its runs, not by each record
    with acting_as(actor):
        _publish(event)
