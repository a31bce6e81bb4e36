"""The sealer, the auditor and the news: all read events in sealed order."""

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from huicheng.ground import merkle
from huicheng.ground.acts import Event
from huicheng.ground.keys import Signature, sign, verify
from huicheng.ground.models import EventRow, Listener, Lock, Seal
from huicheng.ground.place import home

log = logging.getLogger(__name__)
GENESIS = "0" * 64
BATCH = 2000
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class EventRecord:
    id: str
    seq: int | None
    kind: str
    subject: str
    purpose: str
    actor: str
    actor_name: str
    department: str
    at: datetime
    data: dict[str, Any]


@dataclass(frozen=True)
class AuditReport:
    """``problem`` is empty when the whole chain holds."""

    events: int
    unsealed: int
    seals: int
    head: str
    problem: str = ""


@dataclass(frozen=True)
class ListenerState:
    name: str
    seq: int
    behind: int
    failures: int
    error: str


@dataclass(frozen=True)
class _Ear:
    name: str
    kind: str
    event: type[Event]
    hear: Callable[[Any, EventRecord], None]


_ears: dict[str, _Ear] = {}


def on(event: type[E]) -> Callable[[Callable[[E, EventRecord], None]], Callable[[E, EventRecord], None]]:
    """Hear every ``event`` once, in sealed order, in one transaction with the listener's cursor.

    Retried until it succeeds, so keep outside effects idempotent and long work in a job.
    """

    def register(hear: Callable[[E, EventRecord], None]) -> Callable[[E, EventRecord], None]:
        name = f"{hear.__module__.removeprefix('huicheng.')}.{hear.__name__}"
        _ears[name] = _Ear(name, event.kind(), event, hear)
        return hear

    return register


def _record(row: EventRow) -> EventRecord:
    return EventRecord(
        **{f.name: getattr(row, f.name) for f in fields(EventRecord) if f.name != "id"}, id=str(row.id)
    )


def events(
    *, subject: str | None = None, kind: str | None = None, department: str | None = None, actor: str | None = None,
    limit: int = 100,
) -> list[EventRecord]:  # fmt: skip
    """Newest first, sealed or not."""
    rows = EventRow.objects.order_by("-at", "-id")
    given = {"subject": subject, "kind": kind, "department": department, "actor": actor}
    rows = rows.filter(**{field: value for field, value in given.items() if value is not None})
    return [_record(row) for row in rows[:limit]]


def event_of(event: str) -> EventRecord:
    return _record(EventRow.objects.get(id=event))


LINE = ("seq", "id", "kind", "subject", "purpose", "actor", "actor_name", "department", "at", "data")


def line_of(row: EventRow) -> dict[str, Any]:
    """The event as the chain has it, ready for JSON."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    return {name: getattr(row, name) for name in LINE} | {"id": str(row.id), "at": at}


def fingerprint_of(line: Mapping[str, Any], previous: str) -> str:
    parts = [previous, *(line[name] for name in LINE)]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _fingerprint(row: EventRow, previous: str) -> str:
    return fingerprint_of(line_of(row), previous)


def _hold(name: str) -> None:
    Lock.objects.get_or_create(name=name)
    Lock.objects.select_for_update().get(name=name)


def seal() -> int:
    """Give every committed, unsealed event its order and its link; returns how many."""
    sealed = 0
    while EventRow.objects.filter(seq__isnull=True).exists():
        sealed += _seal_batch()
    _anchor()
    return sealed


@transaction.atomic
def _seal_batch() -> int:
    _hold("sealer")
    last = Seal.objects.order_by("-last").first()
    seq, head = (last.last, last.head) if last else (0, GENESIS)
    rows = list(EventRow.objects.filter(seq__isnull=True).order_by("at", "id")[:BATCH])
    if not rows:
        return 0
    for row in rows:
        seq += 1
        row.seq = seq
        head = row.hash = _fingerprint(row, head)
    EventRow.objects.bulk_update(rows, ["seq", "hash"], batch_size=200)
    first = rows[0].seq or 0
    root = merkle.root([row.hash for row in rows])
    signature = sign(claim_of(first, seq, head, root))
    Seal.objects.create(
        first=first, last=seq, head=head, root=root, key=signature.key, signature=signature.value
    )
    return len(rows)


def claim_of(first: int, last: int, head: str, root: str) -> bytes:
    """What a seal signs; those of before there were roots sign none."""
    return f"huicheng-seal:{first}:{last}:{head}{':' if root else ''}{root}".encode()


def _anchor() -> None:
    """Copy the newest seal outside the database, so that cutting off its tail shows."""
    last = Seal.objects.order_by("-last").first()
    if last is None:
        return
    line = f"{last.last} {last.head}\n"
    path = home() / "audit" / "anchors.log"
    path.parent.mkdir(exist_ok=True)
    with path.open("a+") as log_file:
        log_file.seek(max(0, path.stat().st_size - 200))
        if log_file.read().endswith(line):
            return
        log_file.write(line)
        log_file.flush()
        os.fsync(log_file.fileno())


def _anchors() -> dict[int, set[str]]:
    """Every head ever anchored at a place: two of them mean that a tail was cut off and grew again."""
    path = home() / "audit" / "anchors.log"
    kept: dict[int, set[str]] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        parts = line.split()
        # A line cut short by a crash is no anchor.
        if len(parts) == 2 and len(parts[1]) == 64:
            kept.setdefault(int(parts[0]), set()).add(parts[1])
    return kept


def verify_audit() -> AuditReport:
    """Walk the whole chain: order, links, seals, signatures, anchors."""
    seals = list(Seal.objects.order_by("first"))
    unsealed = EventRow.objects.filter(seq__isnull=True).count()
    sealed = EventRow.objects.filter(seq__isnull=False).count()
    head, problem = GENESIS, ""
    ends = {s.last: s for s in seals}
    anchors = _anchors()
    expected, batch = 0, []
    for row in EventRow.objects.filter(seq__isnull=False).order_by("seq").iterator(chunk_size=2000):
        expected += 1
        batch.append(row.hash)
        problem = _event_problem(row, expected, head) or _end_problem(row, ends, anchors, batch)
        if problem:
            break
        if expected in ends:
            batch = []
        head = row.hash
    problem = problem or _tail_problem(expected, seals, anchors)
    return AuditReport(sealed, unsealed, len(seals), head, problem)


def _event_problem(row: EventRow, expected: int, head: str) -> str:
    if row.seq != expected:
        return f"event {expected} is missing: the chain jumps to {row.seq}"
    if row.hash != _fingerprint(row, head):
        return f"event {row.seq} ({row.kind}, {row.id}) was altered"
    return ""


def _end_problem(row: EventRow, ends: dict[int, Seal], anchors: dict[int, set[str]], batch: list[str]) -> str:
    seq = row.seq or 0
    mark = ends.get(seq)
    if mark and (mark.head != row.hash or not _signed(mark) or not _rooted(mark, batch)):
        return f"the seal over events {mark.first}–{mark.last} does not hold"
    if seq in anchors and anchors[seq] != {row.hash}:
        return f"event {seq} differs from the anchor kept outside the database"
    return ""


def _signed(mark: Seal) -> bool:
    claim = claim_of(mark.first, mark.last, mark.head, mark.root)
    return verify(claim, Signature(mark.key, mark.signature))


def _rooted(mark: Seal, batch: list[str]) -> bool:
    return not mark.root or (len(batch) == mark.last - mark.first + 1 and merkle.root(batch) == mark.root)


def _tail_problem(count: int, seals: list[Seal], anchors: dict[int, set[str]]) -> str:
    promised = max([0, *anchors, *(s.last for s in seals)])
    if count < promised:
        return f"events {count + 1}–{promised} were removed"
    if count > (seals[-1].last if seals else 0):
        return f"events after {seals[-1].last if seals else 0} carry an order but no seal"
    return ""


def unsealed() -> int:
    """How many committed events still wait for their order in the chain."""
    return EventRow.objects.filter(seq__isnull=True).count()


def deliver_news() -> int:
    """Tell every listener what it has not heard yet; returns how many events were heard."""
    return sum(_tell(ear) for ear in list(_ears.values()))


def _tell(ear: _Ear) -> int:
    cursor, _ = Listener.objects.get_or_create(name=ear.name)
    if cursor.not_before and cursor.not_before > timezone.now():
        return 0
    heard = 0
    for row in _unheard(ear, cursor.seq):
        if not _hear(ear, row):
            break
        heard += 1
    return heard


def _unheard(ear: _Ear, seq: int) -> Iterator[EventRow]:
    yield from EventRow.objects.filter(kind=ear.kind, seq__gt=seq).order_by("seq")[:BATCH]


def _hear(ear: _Ear, row: EventRow) -> bool:
    try:
        with transaction.atomic():
            cursor = Listener.objects.select_for_update().get(name=ear.name)
            if cursor.seq >= (row.seq or 0):
                return True
            ear.hear(_rebuild(ear.event, row), _record(row))
            Listener.objects.filter(name=ear.name).update(seq=row.seq, failures=0, error="", not_before=None)
        return True
    except Exception as error:
        log.exception("listener %s failed on event %s", ear.name, row.seq)
        _stumble(ear.name, f"{row.kind} {row.seq}: {type(error).__name__}: {error}")
        return False


def _rebuild(event: type[Event], row: EventRow) -> Event:
    known = {f.name for f in fields(event)}
    data = {key: value for key, value in row.data.items() if key in known}
    return event(subject=row.subject, purpose=row.purpose, **data)


def _stumble(name: str, error: str) -> None:
    cursor = Listener.objects.get(name=name)
    pause = timedelta(seconds=min(300, 2 ** min(cursor.failures, 8)))
    Listener.objects.filter(name=name).update(
        failures=cursor.failures + 1, error=error[:2000], not_before=timezone.now() + pause
    )


def listener_states() -> list[ListenerState]:
    """Every listener, how far behind it is, and its last stumble."""
    states = []
    for ear in _ears.values():
        cursor = Listener.objects.filter(name=ear.name).first() or Listener(name=ear.name)
        behind = EventRow.objects.filter(kind=ear.kind, seq__gt=cursor.seq).count()
        states.append(ListenerState(ear.name, cursor.seq, behind, cursor.failures, cursor.error))
    return states
