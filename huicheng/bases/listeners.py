"""Single records that were read count as use of their table."""

from __future__ import annotations

from huicheng.bases.records import RecordRead
from huicheng.exchange import api as exchange
from huicheng.ground.api import EventRecord, on


@on(RecordRead)
def count_record(event: RecordRead, record: EventRecord) -> None:
    exchange.count_reading(record)
