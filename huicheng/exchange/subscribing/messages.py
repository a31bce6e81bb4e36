"""Messages 推送 of a subscription: queued a page at a time, sent in order, tried again, given up and sent anew.

A message is stored as the place of its page between two versions, and its rows are read each time it is sent: what
may no longer be read is no longer sent, and no row lies about in a queue.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from datetime import datetime, timedelta

import pyarrow as pa
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.asking import NoData
from huicheng.exchange.catalogue import UnknownResource
from huicheng.exchange.catalogue import resource as find
from huicheng.exchange.granting.refusals import QuotaExceeded
from huicheng.exchange.landing import one_at_a_time
from huicheng.exchange.policy import decide
from huicheng.exchange.refusals import AccessDenied
from huicheng.exchange.sending import Asking
from huicheng.exchange.subscribing import posting, signing
from huicheng.exchange.subscribing.changes import Place, page, told
from huicheng.exchange.subscribing.events import (
    ChangesQueued,
    MessageDelivered,
    MessageFailed,
    MessageReplayed,
    SubscriptionResumed,
    SubscriptionStopped,
)
from huicheng.exchange.subscribing.models import Message, Subscription
from huicheng.exchange.subscribing.refusals import (
    BadAddress,
    CannotFollow,
    ChangesExpired,
    ChangesFailed,
    ChangesTooLong,
    NotDead,
)
from huicheng.ground.api import Actor, NoLongerThere, act, as_of_now, postpone, publish, submit
from huicheng.lake import api as lake

PAGE = 1000
# Seconds before the second, third, … try; one more failure than these and the message is given up.
WAITS = (5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600, 24 * 3600)
GONE = 410


def waits() -> tuple[float, ...]:
    """HUICHENG_WEBHOOK_WAITS, seconds between the tries, divided by commas."""
    said = os.environ.get("HUICHENG_WEBHOOK_WAITS", "")
    return tuple(float(one) for one in said.split(",")) if said else tuple(map(float, WAITS))


def asking_of(row: Subscription) -> Asking:
    """Who it stands for, with the rights he has by now: a key may be revoked, an official gone, since it was made."""
    return Asking(as_of_now(Actor.from_dict(row.actor)), row.purpose, row.case)


def push(subscription: str) -> dict[str, int]:
    """Queue what is new and send what is due, in order, until something has to wait. One process at a time."""
    sent = 0
    with one_at_a_time(f"subscription.{subscription}"):
        while row := Subscription.objects.filter(id=subscription, state=Subscription.ACTIVE).first():
            if reason := _ended(row):
                _stop(row, reason)
                break
            _queue(row)
            due = _next(row)
            if due is None or not _send(row, due):
                break
            sent += 1
    return {"sent": sent}


def _ended(row: Subscription) -> str:
    """Why nothing may be sent any more, before anything is read; empty while its right stands."""
    try:
        asking = asking_of(row)
        decision = decide(find(row.resource), asking.actor, asking.purpose, case=asking.case)
    except NoLongerThere as gone:
        return gone.reason
    except UnknownResource:
        return UnknownResource.__name__
    if decision.allowed:
        return ""
    if asking.actor.duties != Actor.from_dict(row.actor).duties:
        return "DutyWithdrawn"
    return type(decision.refusal or AccessDenied()).__name__


@act
def _stop(row: Subscription, reason: str) -> None:
    """What waits stays in line: who takes it over goes on where it stood."""
    Subscription.objects.filter(id=row.id).update(state=Subscription.PAUSED, reason=reason)
    publish(_stopped(row, reason))


def _stopped(row: Subscription, reason: str) -> SubscriptionStopped:
    return SubscriptionStopped(
        subject=f"subscription:{row.id}", resource=row.resource, department=row.department, reason=reason
    )


def _next(row: Subscription) -> Message | None:
    """The first in line; while it waits for its next try, so do all behind it."""
    first = row.messages.filter(state=Message.WAITING).order_by("number").first()
    return first if first and first.next_at <= timezone.now() else None


def _queue(row: Subscription) -> None:
    """A new version is a message as soon as the line is empty: several versions meanwhile become one."""
    if row.messages.filter(state=Message.WAITING).exists():
        return
    try:
        newest = lake.version(find(row.resource).table)
    except (UnknownResource, lake.NoSuchTable):
        return
    if row.version is None or newest > row.version:
        _stand(row, newest)


@act
def _stand(row: Subscription, newest: int) -> None:
    before, row.version = row.version, newest
    row.save(update_fields=["version"])
    _line_up(row, Place(before, newest))
    subject = f"subscription:{row.id}"
    publish(ChangesQueued(subject=subject, resource=row.resource, messages=1, version=newest))


def _line_up(row: Subscription, place: Place) -> None:
    now = timezone.now()
    last = row.messages.order_by("-number").first()
    number = (last.number if last else 0) + 1
    mark = hashlib.sha256(
        f"{row.id}.{number}.{place.before}.{place.after}.{place.position}".encode()
    ).hexdigest()
    Message.objects.create(
        id=f"msg_{mark[:32]}", subscription=row, number=number, before=place.before, after=place.after,
        position=place.position, next_at=now, at=now,
    )  # fmt: skip


def _send(row: Subscription, message: Message) -> bool:
    """Whether the next one may go: this one went, or had nothing to say."""
    place = Place(message.before, message.after, message.position)
    try:
        rows = page(find(row.resource), asking_of(row), place, PAGE)
    except QuotaExceeded as full:
        _waits(row, message, full.again)
        return False
    except NoLongerThere as gone:
        _stop(row, gone.reason)
        return False
    except AccessDenied as problem:
        _stop(row, type(problem).__name__)
        return False
    except (CannotFollow, ChangesExpired, NoData, UnknownResource) as problem:
        _given_up(row, message, type(problem).__name__)
        return False
    except (ChangesTooLong, ChangesFailed) as problem:
        return _failed(row, message, 0, type(problem).__name__)
    if rows.num_rows == 0:
        _delivered(row, message, 0, rows.num_rows)
        return True
    return _handed_over(row, message, rows)


def _handed_over(row: Subscription, message: Message, rows: pa.Table) -> bool:
    more = rows.num_rows == PAGE
    try:
        status = _posted(row, message, rows)
    except BadAddress as problem:
        _given_up(row, message, type(problem).__name__)
        return False
    except posting.NotDelivered as problem:
        return _failed(row, message, 0, str(problem), more=more)
    if 200 <= status < 300:
        _delivered(row, message, status, rows.num_rows)
        return True
    if status == GONE:
        _given_up(row, message, "Gone", status)
        return False
    return _failed(row, message, status, f"HTTP {status}", more=more)


def _posted(row: Subscription, message: Message, rows: pa.Table) -> int:
    table = told(rows)
    data = {
        "resource": row.resource,
        "subscription": row.id,
        "from": message.before,
        "version": message.after,
    }
    whole = {
        "type": "resource.changed",
        "timestamp": message.at.isoformat(),
        "data": {**data, "changes": table},
    }
    body = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    moment = int(timezone.now().timestamp())
    signed = signing.headers(row.id, message=message.id, moment=moment, body=body)
    return posting.post(posting.target_of(row.url), body, {**signed, "Content-Type": "application/json"})


@act
def _delivered(row: Subscription, message: Message, status: int, rows: int) -> None:
    now = timezone.now()
    message.state, message.attempts = Message.DELIVERED, message.attempts + 1
    message.status, message.error, message.ended_at = status or None, "", now
    message.save()
    Subscription.objects.filter(id=row.id).update(sent=row.sent + (1 if rows else 0), delivered_at=now)
    if rows == PAGE:
        _line_up_behind(row, message)
    publish(
        MessageDelivered(
            subject=f"subscription:{row.id}", message=message.id, attempts=message.attempts, status=status
        )
    )


def _line_up_behind(row: Subscription, message: Message) -> None:
    """The next page, unless it has stood in line already: this one was sent anew."""
    same = row.messages.filter(before=message.before, after=message.after, position__gt=message.position)
    if not same.exists():
        _line_up(row, Place(message.before, message.after, message.position + PAGE))


@act
def _failed(row: Subscription, message: Message, status: int, error: str, *, more: bool = False) -> bool:
    """Whether the line goes on behind it: only once it is given up; ``more``: its page was full, so one follows."""
    message.attempts, message.status, message.error = message.attempts + 1, status or None, error[:300]
    steps = waits()
    dead = message.attempts > len(steps)
    if dead:
        message.state, message.ended_at = Message.DEAD, timezone.now()
        if more:
            _line_up_behind(row, message)
    else:
        message.next_at = _later(steps[message.attempts - 1])
    message.save()
    if not dead:
        wake(row.id, at=message.next_at, key=f"{message.id}.{message.attempts}")
    publish(
        MessageFailed(
            subject=f"subscription:{row.id}", message=message.id, attempts=message.attempts, status=status,
            error=error[:60], dead=dead,
        )
    )  # fmt: skip
    return dead


@act
def _waits(row: Subscription, message: Message, again: datetime) -> None:
    """A quota that is used up is no end of the right: the message goes when there is room again."""
    message.next_at, message.error = again, "QuotaExceeded"
    message.save()
    wake(row.id, at=again, key=f"{message.id}.{int(again.timestamp())}")
    publish(
        MessageFailed(
            subject=f"subscription:{row.id}", message=message.id, attempts=message.attempts, status=0,
            error=message.error, dead=False,
        )
    )  # fmt: skip


@act
def _given_up(row: Subscription, message: Message, error: str, status: int = 0) -> None:
    """No use to try again: the version is gone, its rows have no key by now, or the receiver wants no more. It is held still."""
    message.state, message.ended_at, message.attempts = Message.DEAD, timezone.now(), message.attempts + 1
    message.status, message.error = status or None, error
    message.save()
    Subscription.objects.filter(id=row.id).update(state=Subscription.PAUSED, reason=error)
    subject = f"subscription:{row.id}"
    publish(
        MessageFailed(
            subject=subject,
            message=message.id,
            attempts=message.attempts,
            status=status,
            error=error,
            dead=True,
        )
    )
    publish(_stopped(row, error))


def _later(seconds: float) -> datetime:
    """A fifth more or less, so that many who failed together do not come back together."""
    return timezone.now() + timedelta(seconds=seconds * random.uniform(0.8, 1.2))


def wake(subscription: str, *, at: datetime | None = None, key: str = "") -> None:
    job = submit("subscribing.push", key=key or subscription, subscription=subscription)
    if at is not None:
        postpone(job.id, until=at)


@act
def replay(message: Message) -> None:
    """Send a given-up message anew, under the same id; a subscription that stopped by itself goes on.

    What somebody paused stays so, and the message stands in line until he resumes it.
    """
    now = timezone.now()
    changed = Message.objects.filter(id=message.id, state=Message.DEAD)
    if not changed.update(
        state=Message.WAITING, attempts=0, next_at=now, error="", status=None, ended_at=None
    ):
        raise NotDead(_("这条推送没有被放弃，不用重发。"))
    row = message.subscription
    stopped = Subscription.objects.filter(id=row.id, state=Subscription.PAUSED).exclude(
        reason=Subscription.BY_HAND
    )
    if stopped.update(state=Subscription.ACTIVE, reason=""):
        publish(SubscriptionResumed(subject=f"subscription:{row.id}", resource=row.resource))
    wake(row.id, key=f"{message.id}.replay")
    publish(MessageReplayed(subject=f"subscription:{row.id}", message=message.id))
