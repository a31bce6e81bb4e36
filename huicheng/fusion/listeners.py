"""What fusion does when something is erased below it."""

from __future__ import annotations

from huicheng.exchange import api as exchange
from huicheng.ground.api import EventRecord, on, submit


@on(exchange.RowsErased)
def derive_anew_without_erased_rows(event: exchange.RowsErased, _record: EventRecord) -> None:
    submit("fusion.forget", key=f"{event.resource}@{event.version}")


@on(exchange.RowsAged)
def derive_anew_without_aged_rows(event: exchange.RowsAged, _record: EventRecord) -> None:
    submit("fusion.forget", key=f"{event.resource}@{event.version}")
