"""Subscriptions as others see them: made, listed, ended; what was given up is seen and sent anew."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import resource as find
from huicheng.exchange.sending import Asking
from huicheng.exchange.subscribing import messages, posting, signing
from huicheng.exchange.subscribing.changes import Changes, changes_since
from huicheng.exchange.subscribing.events import (
    ChangesQueued,
    MessageDelivered,
    MessageFailed,
    MessageReplayed,
    SubscriptionEnded,
    SubscriptionMade,
    SubscriptionResumed,
    SubscriptionStopped,
    SubscriptionTakenOver,
)
from huicheng.exchange.subscribing.models import Message, Subscription
from huicheng.exchange.subscribing.refusals import (
    BadAddress,
    BadChangesCursor,
    CannotFollow,
    ChangesExpired,
    ChangesFailed,
    ChangesTooLong,
    NoSuchSubscription,
    NotDead,
    NotPaused,
    NotYoursToChange,
    NotYoursToTake,
)
from huicheng.ground.api import Actor, act, current_actor, events, publish
from huicheng.lake import api as lake

__all__ = [
    "Attempt",
    "BadAddress",
    "BadChangesCursor",
    "CannotFollow",
    "Changes",
    "ChangesExpired",
    "ChangesFailed",
    "ChangesQueued",
    "ChangesTooLong",
    "DeadLetter",
    "MessageDelivered",
    "MessageFailed",
    "MessageReplayed",
    "MessageView",
    "NoSuchSubscription",
    "NotDead",
    "NotPaused",
    "NotYoursToChange",
    "NotYoursToTake",
    "SubscriptionEnded",
    "SubscriptionMade",
    "SubscriptionResumed",
    "SubscriptionStopped",
    "SubscriptionTakenOver",
    "SubscriptionView",
    "attempts_of",
    "changes_since",
    "dead_letters",
    "messages_of",
    "pause_subscription",
    "replay",
    "resume_subscription",
    "subscribe",
    "subscription",
    "subscriptions",
    "take_over",
    "unsubscribe",
]
MOST_OF_A_DEPARTMENT = 200


@dataclass(frozen=True)
class SubscriptionView:
    id: str
    resource: str
    department: str
    purpose: str
    url: str
    state: str
    reason: str
    sent: int
    waiting: int
    dead: int
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True)
class DeadLetter:
    """A message that was given up; ``error`` names why."""

    id: str
    subscription: str
    resource: str
    department: str
    number: int
    attempts: int
    status: int | None
    error: str
    at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class MessageView:
    """One page of changes on its way: ``state`` waiting, delivered or dead; ``before`` and ``after`` are versions."""

    id: str
    number: int
    state: str
    before: int | None
    after: int
    attempts: int
    status: int | None
    error: str
    at: datetime
    next_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Attempt:
    """One try to send a message; ``error`` empty: the receiver took it."""

    message: str
    at: datetime
    status: int
    error: str
    dead: bool


def subscribe(
    code: str, url: str, asking: Asking, *, from_beginning: bool = False
) -> tuple[SubscriptionView, str]:
    """Be told of a resource's changes at ``url`` from now on. The second answer is the secret that signs them."""
    if not asking.actor.department:
        raise CannotFollow(_("只有部门可以订阅。"))
    target = posting.target_of(url)
    changes_since(code, asking, limit=1)  # refused here and now, not at night
    if _own(asking.actor.department).count() >= MOST_OF_A_DEPARTMENT:
        raise CannotFollow(_("一个部门最多有 %(most)s 个订阅。") % {"most": MOST_OF_A_DEPARTMENT})
    return _subscribe(code, url, asking, target.host, from_beginning=from_beginning)


@act
def _subscribe(
    code: str, url: str, asking: Asking, host: str, *, from_beginning: bool
) -> tuple[SubscriptionView, str]:
    number = f"S{timezone.localtime():%Y%m%d}-{secrets.token_hex(4)}"
    version = None if from_beginning else lake.version(find(code).table)
    row = Subscription.objects.create(
        id=number, resource=code, department=asking.actor.department or "", actor=asking.actor.as_dict(),
        purpose=asking.purpose, case=asking.case, url=url, version=version,
    )  # fmt: skip
    messages.wake(row.id)
    publish(
        SubscriptionMade(
            subject=f"subscription:{row.id}", resource=code, department=row.department, host=host[:100]
        )
    )
    return _view(row), signing.secret_of(row.id)


def _own(department: str) -> QuerySet[Subscription]:
    return Subscription.objects.filter(department=department).exclude(state=Subscription.ENDED)


def subscriptions(actor: Actor) -> list[SubscriptionView]:
    """One's department's; the data bureau's stewards see all."""
    waiting = Count("messages", filter=Q(messages__state=Message.WAITING))
    dead = Count("messages", filter=Q(messages__state=Message.DEAD))
    rows = _seen(actor).annotate(waiting=waiting, dead=dead).order_by("-created_at", "-id")
    return [_view(row, waiting=row.waiting, dead=row.dead) for row in rows]


def _seen(actor: Actor) -> QuerySet[Subscription]:
    rows = Subscription.objects.exclude(state=Subscription.ENDED)
    if actor.kind == "system" or (actor.department == "shuju" and actor.may("steward")):
        return rows
    return rows.filter(department=actor.department or "")


def _view(row: Subscription, *, waiting: int = 0, dead: int = 0) -> SubscriptionView:
    return SubscriptionView(
        row.id, row.resource, row.department, row.purpose, row.url, row.state, row.reason, row.sent, waiting, dead,
        row.created_at, row.delivered_at,
    )  # fmt: skip


def _found(subscription: str, actor: Actor) -> Subscription:
    row = _seen(actor).filter(id=subscription[:40]).first()
    if row is None:
        raise NoSuchSubscription(_("没有编号为 %(id)s 的订阅。") % {"id": subscription[:40]})
    return row


def _to_change(subscription: str) -> Subscription:
    actor = current_actor()
    return _changeable(_found(subscription, actor), actor)


def _changeable(row: Subscription, actor: Actor) -> Subscription:
    """By whoever reads for its department, or the one it stands for."""
    if actor.kind != "system" and not actor.may("read") and actor.id != row.actor["id"]:
        raise NotYoursToChange(_("没有查阅的职责，只能改动自己所订的订阅。"))
    return row


@act
def unsubscribe(subscription: str) -> None:
    row = _to_change(subscription)
    Subscription.objects.filter(id=row.id).update(state=Subscription.ENDED)
    row.messages.filter(state=Message.WAITING).delete()
    publish(SubscriptionEnded(subject=f"subscription:{row.id}", resource=row.resource))


def take_over(subscription: str) -> SubscriptionView:
    """Answer for it from now on: rows are read under one's own rights, and what waits goes on.

    By an official or program of the same department, who must be able to follow the table himself.
    """
    actor = current_actor()
    row = _found(subscription, actor)
    if not actor.serves_department or actor.department != row.department:
        raise NotYoursToTake(_("只有订阅部门自己的人员或程序可以接手这个订阅。"))
    changes_since(row.resource, Asking(actor, row.purpose, row.case), limit=1)
    return _take_over(row, actor)


@act
def _take_over(row: Subscription, actor: Actor) -> SubscriptionView:
    row.actor, row.state, row.reason = actor.as_dict(), Subscription.ACTIVE, ""
    row.save(update_fields=["actor", "state", "reason"])
    messages.wake(row.id, key=f"{row.id}.{secrets.token_hex(4)}")
    publish(
        SubscriptionTakenOver(
            subject=f"subscription:{row.id}", resource=row.resource, department=row.department
        )
    )
    return _view(row)


@act
def pause_subscription(subscription: str) -> None:
    """Send nothing until it is resumed; what changes meanwhile is sent then, as one step."""
    row = _to_change(subscription)
    if not Subscription.objects.filter(id=row.id, state=Subscription.ACTIVE).update(
        state=Subscription.PAUSED, reason=Subscription.BY_HAND
    ):
        raise NotPaused(_("这个订阅已经停下了。"))
    publish(
        SubscriptionStopped(
            subject=f"subscription:{row.id}",
            resource=row.resource,
            department=row.department,
            reason=Subscription.BY_HAND,
        )
    )


@act
def resume_subscription(subscription: str) -> None:
    """Go on where somebody paused it; one that stopped by itself has to be taken over."""
    row = _to_change(subscription)
    paused = Subscription.objects.filter(id=row.id, state=Subscription.PAUSED, reason=Subscription.BY_HAND)
    if not paused.update(state=Subscription.ACTIVE, reason=""):
        raise NotPaused(_("只有被暂停的订阅能恢复；自己停下的要由本部门的人接手。"))
    messages.wake(row.id, key=f"{row.id}.{secrets.token_hex(4)}")
    publish(SubscriptionResumed(subject=f"subscription:{row.id}", resource=row.resource))


def subscription(number: str, actor: Actor) -> SubscriptionView:
    row = _found(number, actor)
    waiting = row.messages.filter(state=Message.WAITING).count()
    return _view(row, waiting=waiting, dead=row.messages.filter(state=Message.DEAD).count())


def messages_of(subscription: str, actor: Actor, *, limit: int = 50) -> list[MessageView]:
    """The newest first; of what was on them nothing is kept."""
    rows = _found(subscription, actor).messages.order_by("-number")[:limit]
    return [MessageView(**{n: getattr(row, n) for n in MessageView.__dataclass_fields__}) for row in rows]


def attempts_of(subscription: str, actor: Actor, *, limit: int = 50) -> list[Attempt]:
    """Every try with how it ended, the newest first, as the audit has it."""
    subject = f"subscription:{_found(subscription, actor).id}"
    kinds = (MessageDelivered.kind(), MessageFailed.kind())
    found = [one for one in events(subject=subject, limit=4 * limit) if one.kind in kinds]
    return [
        Attempt(
            one.data["message"],
            one.at,
            one.data["status"],
            one.data.get("error", ""),
            one.data.get("dead", False),
        )
        for one in found[:limit]
    ]


def dead_letters(actor: Actor, *, limit: int = 200) -> list[DeadLetter]:
    rows = Message.objects.filter(state=Message.DEAD, subscription__in=_seen(actor))
    return [
        DeadLetter(
            row.id, row.subscription_id, row.subscription.resource, row.subscription.department, row.number,
            row.attempts, row.status, row.error, row.at, row.ended_at,
        )
        for row in rows.select_related("subscription").order_by("-ended_at")[:limit]
    ]  # fmt: skip


def replay(message: str) -> None:
    """Send a given-up message anew."""
    actor = current_actor()
    row = Message.objects.filter(id=message[:48], subscription__in=_seen(actor)).first()
    if row is None:
        raise NoSuchSubscription(_("没有编号为 %(id)s 的推送。") % {"id": message[:48]})
    _changeable(row.subscription, actor)
    messages.replay(row)
