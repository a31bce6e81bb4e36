"""The node's loop: tell the centre how we are, cut what is new, send, answer; with the centre away, wait and go on."""

from __future__ import annotations

import contextlib
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from huicheng import __version__
from huicheng.exchange.nodes import health, outbox, relaying
from huicheng.exchange.nodes.calling import Line
from huicheng.exchange.nodes.cutting import BATCH_ROWS
from huicheng.exchange.nodes.joining import centre
from huicheng.exchange.nodes.models import Centre, Outgoing, Published
from huicheng.exchange.nodes.problems import NodeProblem
from huicheng.exchange.nodes.room import room_here
from huicheng.exchange.nodes.sending import Sent, answer_all, send_all
from huicheng.ground.api import home

BEAT, IDLE, LONGEST = 15.0, 1.0, 60.0
Tell = Callable[[str], None]


@dataclass(frozen=True)
class PublishedState:
    """A resource of this node's slice: where its entry stands at the centre, what went there, what is in the way."""

    resource: str
    title: str
    stays: bool
    state: str
    sent: int
    waiting: int
    accepted: int
    problem: str


@dataclass(frozen=True)
class NodeStatus:
    """This home as a node: its centre, and what waits."""

    node: str
    title: str
    city: str
    url: str
    joined_at: datetime
    reached_at: datetime | None
    clock_offset: float
    problem: str
    waiting: outbox.Waiting
    resources: tuple[PublishedState, ...]


def one_pass(*, batch_rows: int = BATCH_ROWS, tell: Tell | None = None) -> Sent:
    """Everything once; raises CentreAway or what the centre refused, and remembers it for the status."""
    try:
        with room_here():
            return _pass(centre(), batch_rows, tell)
    except NodeProblem as problem:
        _problem(str(problem))
        raise


def _pass(parent: Centre, batch_rows: int, tell: Tell | None) -> Sent:
    outbox.cut_new(batch_rows=batch_rows)
    line = Line(parent.url, node=parent.node)
    said = line.ask("POST", "heartbeat", data=_of_ourselves(parent))
    _reached(parent, said)
    outbox.learn(said.get("entries", {}))
    outbox.cut_new(batch_rows=batch_rows)
    sent = send_all(line, parent, tell=tell)
    if sent.batches:
        outbox.learn(line.ask("POST", "heartbeat", data=_of_ourselves(parent)).get("entries", {}))
    if said.get("questions"):
        answer_all(line, parent)
    _problem("；".join(sent.problems.values()))
    return sent


def _of_ourselves(parent: Centre) -> dict[str, Any]:
    left = outbox.waiting()
    troubles = [row.problem for row in Published.objects.exclude(problem="").order_by("resource")]
    return {
        "version": __version__, "disk_free": shutil.disk_usage(home()).free, "waiting_batches": left.batches + left.uncut,
        "waiting_bytes": left.bytes, "oldest_waiting": left.oldest.isoformat() if left.oldest else None,
        "problem": "；".join(troubles)[:2000], "below": health.summary(),
    }  # fmt: skip


def _reached(parent: Centre, said: dict[str, Any]) -> None:
    now = timezone.now()
    theirs = parse_datetime(str(said.get("now", ""))) or now
    offset = (now - theirs).total_seconds()
    Centre.objects.filter(id=parent.id).update(reached_at=now, clock_offset=round(offset, 3))


def _problem(words: str) -> None:
    with contextlib.suppress(DatabaseError):  # a full disk takes not even that; it is said all the same
        Centre.objects.exclude(problem=words[:2000]).update(problem=words[:2000])


def run(*, batch_rows: int = BATCH_ROWS, tell: Tell | None = None) -> None:
    """For ever. Trouble that may pass is tried again, later and later up to a minute, never all nodes at once."""
    failures, said = 0, ""
    while True:
        before = outbox.waiting().batches
        try:
            sent = one_pass(batch_rows=batch_rows, tell=tell)
            pause, failures = (IDLE if sent.batches else _until_news(sent)), 0
        except NodeProblem as problem:
            failures = (
                failures + 1 if outbox.waiting().batches >= before else 1
            )  # what got through is progress
            pause = min(LONGEST, 2.0 ** min(failures, 6)) * random.uniform(0.5, 1.0)
            if tell and str(problem) != said:
                said = str(problem)
                tell(said)
        close_old_connections()
        _sleep(pause)


def _until_news(sent: Sent) -> float:
    return BEAT / 3 if sent.again else BEAT


def _sleep(pause: float) -> None:
    """Until there is something to send, or the pause is over."""
    until = time.monotonic() + pause
    known = _news()
    while time.monotonic() < until:
        time.sleep(min(IDLE, max(0.05, until - time.monotonic())))
        if _news() != known:
            return


def _news() -> tuple[outbox.Waiting, int]:
    """What would go up at once: rows, and answers of nodes below."""
    return outbox.waiting(), relaying.spoken()


def status() -> NodeStatus:
    row = centre()
    return NodeStatus(
        row.node, row.title, row.city, row.url, row.joined_at, row.reached_at, row.clock_offset, row.problem,
        outbox.waiting(), tuple(_state(one) for one in Published.objects.order_by("resource")),
    )  # fmt: skip


def _state(row: Published) -> PublishedState:
    batches = Outgoing.objects.filter(resource=row.resource).exclude(delivery="")
    sent = batches.filter(sent_at__isnull=False)
    accepted = sum(one["document"]["accepted"] for one in sent.values_list("receipt", flat=True))
    return PublishedState(
        row.resource, row.spec["title"], row.stays, row.state, sent.count(), batches.count() - sent.count(), accepted,
        row.problem,
    )  # fmt: skip
