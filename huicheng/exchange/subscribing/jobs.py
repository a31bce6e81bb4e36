"""Jobs 作业 of subscriptions: each message is tried by a job that survives a kill."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from huicheng.exchange.subscribing import differences, messages
from huicheng.exchange.subscribing.models import Message, Subscription
from huicheng.ground.api import Progress, job

KEPT = timedelta(days=30)


@job("subscribing.push", title=gettext_noop("推送变化"))
def push(progress: Progress, *, subscription: str) -> dict[str, Any]:
    return messages.push(subscription)


@job("subscribing.tend", title=gettext_noop("检查订阅"), every=timedelta(minutes=10))
def tend(progress: Progress) -> dict[str, Any]:
    """Whatever was missed is found here: a wake-up lost to a restore, messages that nobody asks for any more."""
    active = Subscription.objects.filter(state=Subscription.ACTIVE).values_list("id", flat=True)
    for one in active:
        messages.wake(one)
    old = Message.objects.filter(state=Message.DELIVERED, ended_at__lt=timezone.now() - KEPT)
    return {"subscriptions": len(active), "forgotten": old.delete()[0], "differences": differences.tidy()}
