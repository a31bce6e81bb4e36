"""Rows were erased, or grew old: what lies of them between a node and its centre goes too."""

from __future__ import annotations

from huicheng.exchange.ageing import RowsAged
from huicheng.exchange.erasing import RowsErased
from huicheng.exchange.nodes import asking, inbox, outbox, replying
from huicheng.ground.api import EventRecord, on


def _forget(resource: str) -> None:
    inbox.forget(resource)
    asking.wipe_of(resource)
    replying.wipe_of(resource)


@on(RowsErased)
def forget_erased(event: RowsErased, record: EventRecord) -> None:
    _forget(event.resource)
    outbox.forget(event.resource)


@on(RowsAged)
def forget_aged(event: RowsAged, record: EventRecord) -> None:
    _forget(event.resource)
