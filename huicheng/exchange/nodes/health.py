"""How the nodes are: what each said last, what it still has to send, and the levels below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import UnknownResource, resource, unfinished
from huicheng.exchange.nodes.inviting import found
from huicheng.exchange.nodes.models import Batch, Invitation, Node, Question, Stream
from huicheng.exchange.nodes.problems import MalformedRequest

Condition = Literal["live", "behind", "troubled", "away", "never", "revoked"]
AWAY = timedelta(minutes=5)
BEHIND = timedelta(hours=1)
MOST_BELOW = 500


@dataclass(frozen=True)
class NodeHealth:
    """One node as its centre sees it; ``below`` are the nodes that have joined it."""

    id: str
    title: str
    department: str
    level: str
    division: str
    condition: Condition
    seen_at: datetime | None
    version: str
    clock_offset: float
    disk_free: int | None
    waiting_batches: int
    waiting_bytes: int
    oldest_waiting: datetime | None
    problem: str
    resources: int
    trusted: bool
    fingerprint: str
    revoked_because: str
    joined_at: datetime | None
    below: tuple[NodeHealth, ...]


@dataclass(frozen=True)
class OpenInvitation:
    title: str
    department: str
    level: str
    division: str
    expires: datetime


@dataclass(frozen=True)
class TakenBatch:
    """A batch as the centre took it; ``state`` of an entry is where it stands now."""

    resource: str
    seq: int
    kind: str
    rows: int
    size: int
    outcome: str
    delivery: str
    at: datetime | None
    reason: str


def nodes() -> list[NodeHealth]:
    """Every node that has joined here, by level and division."""
    counts: dict[str, int] = {}
    for one in Stream.objects.values_list("node", flat=True):
        counts[one] = counts.get(one, 0) + 1
    rows = Node.objects.order_by("division", "title", "id")
    return [_health(row, counts.get(row.id, 0)) for row in rows]


def node(number: str) -> NodeHealth:
    row = found(number)
    return _health(row, Stream.objects.filter(node=row).count())


def _health(row: Node, resources: int) -> NodeHealth:
    return NodeHealth(
        row.id, row.title, row.department, row.level, row.division, _condition(row), row.seen_at, row.version,
        row.clock_offset, row.disk_free, row.waiting_batches, row.waiting_bytes, row.oldest_waiting, row.problem,
        resources, row.trusted, row.fingerprint, row.revoked_because, row.joined_at,
        tuple(_told(one) for one in row.below if isinstance(one, dict)),
    )  # fmt: skip


def _condition(row: Node) -> Condition:
    if row.revoked_at:
        return "revoked"
    if row.seen_at is None:
        return "never"
    if timezone.now() - row.seen_at > AWAY:
        return "away"
    if row.problem:
        return "troubled"
    late = row.oldest_waiting and timezone.now() - row.oldest_waiting > BEHIND
    return "behind" if late else "live"


def _told(data: Mapping[str, Any]) -> NodeHealth:
    """What a node said of one below it: taken as words, never trusted with a type."""
    seen = parse_datetime(str(data.get("seen_at") or "")) if data.get("seen_at") else None
    condition = str(data.get("condition"))
    known = ("live", "behind", "troubled", "away", "never", "revoked")
    below = data.get("below")
    return NodeHealth(
        str(data.get("id", ""))[:20], str(data.get("title", ""))[:80], str(data.get("department", ""))[:40],
        str(data.get("level", ""))[:12], str(data.get("division", ""))[:12],
        condition if condition in known else "away",  # type: ignore[arg-type]
        seen, str(data.get("version", ""))[:40], 0.0, None, _whole(data.get("waiting_batches")),
        _whole(data.get("waiting_bytes")), None, str(data.get("problem", ""))[:300], _whole(data.get("resources")),
        False, "", "", None,
        tuple(_told(one) for one in below if isinstance(one, dict)) if isinstance(below, list) else (),
    )  # fmt: skip


def summary() -> list[dict[str, Any]]:
    """The nodes below this one, as it tells them to its own centre."""
    return [_summed(one) for one in nodes()][:MOST_BELOW]


def _summed(one: NodeHealth) -> dict[str, Any]:
    names = ("id", "title", "department", "level", "division", "condition", "version", "waiting_batches",
             "waiting_bytes", "problem", "resources")  # fmt: skip
    seen = one.seen_at.isoformat() if one.seen_at else None
    return {
        **{name: getattr(one, name) for name in names},
        "seen_at": seen,
        "below": [_summed(b) for b in one.below],
    }


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 1 << 62 else 0


def beat(row: Node, said: Mapping[str, Any], *, offset: float) -> dict[str, Any]:
    """Keep what a node says of itself; answer with what waits for it."""
    below, oldest = said.get("below", []), said.get("oldest_waiting")
    if not isinstance(below, list) or not isinstance(oldest, str | None):
        raise MalformedRequest(_("心跳的栏目不对。"))
    Node.objects.filter(id=row.id).update(
        seen_at=timezone.now(), clock_offset=round(offset, 3), version=str(said.get("version", ""))[:40],
        disk_free=_whole(said.get("disk_free")), waiting_batches=_whole(said.get("waiting_batches")),
        waiting_bytes=_whole(said.get("waiting_bytes")), oldest_waiting=_moment(oldest),
        problem=str(said.get("problem", ""))[:2000], below=below[:MOST_BELOW],
    )  # fmt: skip
    questions = Question.objects.filter(node=row, state=Question.WAITING, expires__gt=timezone.now()).count()
    return {"now": timezone.now().isoformat(), "questions": questions, "entries": _entries(row)}


def _moment(text: str | None) -> datetime | None:
    try:
        return parse_datetime(text) if text else None
    except ValueError:
        return None


def _entries(row: Node) -> dict[str, dict[str, str]]:
    """Where each entry of the slice stands: published, review, or back at its author with the reviewer's words."""
    started = {one.spec.code: one for one in unfinished(owner=row.department)}
    found = {}
    for code in Stream.objects.filter(node=row).values_list("resource", flat=True):
        version = started.get(code)
        found[code] = {
            "state": version.state if version else _stands(code),
            "note": version.note if version else "",
        }
    return found


def _stands(code: str) -> str:
    try:
        resource(code)
    except UnknownResource:
        return "refused"
    return "published"


def batches(number: str, *, limit: int = 50) -> list[TakenBatch]:
    """What a node delivered, the newest first."""
    rows = Batch.objects.filter(node=found(number), state=Batch.TAKEN).order_by("-taken_at")[:limit]
    return [
        TakenBatch(
            row.resource, row.seq, row.manifest["kind"], row.manifest["rows"], row.manifest["size"], row.outcome,
            row.delivery, row.taken_at, row.receipt["document"]["reason"],
        )
        for row in rows
    ]  # fmt: skip


def open_invitations() -> list[OpenInvitation]:
    rows = Invitation.objects.filter(used_at__isnull=True, expires__gt=timezone.now()).order_by("expires")
    return [OpenInvitation(r.title, r.department, r.level, r.division, r.expires) for r in rows]
