"""A table changed: whoever follows it is told, by a job of his own."""

from __future__ import annotations

from huicheng.exchange.ageing import RowsAged
from huicheng.exchange.catalogue.entries import TablePublished
from huicheng.exchange.erasing import RowsErased
from huicheng.exchange.events import DeliveryReceived, DeliveryRolledBack
from huicheng.exchange.granting.door import AccessEnded, AccessRevoked, grant
from huicheng.exchange.subscribing import differences
from huicheng.exchange.subscribing.messages import wake
from huicheng.exchange.subscribing.models import Subscription
from huicheng.ground.api import EventRecord, on


def _tell(resource: str) -> None:
    for row in Subscription.objects.filter(resource=resource, state=Subscription.ACTIVE):
        wake(row.id)


@on(DeliveryReceived)
def tell_of_a_delivery(event: DeliveryReceived, record: EventRecord) -> None:
    _tell(event.resource)


@on(DeliveryRolledBack)
def tell_of_a_rollback(event: DeliveryRolledBack, record: EventRecord) -> None:
    _tell(event.resource)


@on(TablePublished)
def tell_of_a_published_table(event: TablePublished, record: EventRecord) -> None:
    _tell(event.subject.removeprefix("resource:"))


@on(RowsErased)
def tell_of_an_erasure(event: RowsErased, record: EventRecord) -> None:
    differences.forget(event.resource)
    _tell(event.resource)


@on(RowsAged)
def tell_of_ageing(event: RowsAged, record: EventRecord) -> None:
    differences.forget(event.resource)
    _tell(event.resource)


@on(AccessRevoked)
def forget_revoked(event: AccessRevoked, record: EventRecord) -> None:
    differences.forget(grant(event.subject.removeprefix("grant:")).resource)


@on(AccessEnded)
def forget_ended(event: AccessEnded, record: EventRecord) -> None:
    differences.forget(grant(event.subject.removeprefix("grant:")).resource)
