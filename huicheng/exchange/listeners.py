"""Rows were erased, or grew old: whoever is gone from a table is gone from its editions too."""

from __future__ import annotations

from huicheng.exchange import editions
from huicheng.exchange.ageing import RowsAged
from huicheng.exchange.catalogue import resource
from huicheng.exchange.erasing import RowsErased
from huicheng.ground.api import EventRecord, on


@on(RowsErased)
def forget_erased(event: RowsErased, record: EventRecord) -> None:
    editions.forget(resource(event.resource, retired=True))


@on(RowsAged)
def forget_aged(event: RowsAged, record: EventRecord) -> None:
    editions.forget(resource(event.resource, retired=True))
