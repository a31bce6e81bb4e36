"""What becomes of shared files when their rows or their grants go."""

from __future__ import annotations

from huicheng.exchange.ageing import RowsAged
from huicheng.exchange.erasing import RowsErased
from huicheng.exchange.events import DeliveryRolledBack
from huicheng.exchange.granting.door import AccessEnded, AccessRevoked
from huicheng.exchange.sharing.making import forget_grant, forget_resource
from huicheng.ground.api import EventRecord, on


@on(RowsErased)
def forget_erased(event: RowsErased, record: EventRecord) -> None:
    forget_resource(event.resource)


@on(RowsAged)
def forget_aged(event: RowsAged, record: EventRecord) -> None:
    forget_resource(event.resource)


@on(DeliveryRolledBack)
def forget_rolled_back(event: DeliveryRolledBack, record: EventRecord) -> None:
    """An older version by its number would still show the rows that were taken back."""
    forget_resource(event.resource)


@on(AccessRevoked)
def forget_revoked(event: AccessRevoked, record: EventRecord) -> None:
    forget_grant(event.subject.removeprefix("grant:"))


@on(AccessEnded)
def forget_ended(event: AccessEnded, record: EventRecord) -> None:
    forget_grant(event.subject.removeprefix("grant:"))
