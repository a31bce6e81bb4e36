"""Readings, refusals and new versions, counted once each in the order of the chain."""

from __future__ import annotations

from huicheng.exchange.ageing import RowsAged
from huicheng.exchange.asking import AccessRefused
from huicheng.exchange.catalogue.entries import TablePublished
from huicheng.exchange.erasing import RowsErased
from huicheng.exchange.events import DeliveryReceived, DeliveryRolledBack
from huicheng.exchange.evidence.receipts import ExportFinished, QuestionAsked
from huicheng.exchange.supervising.counting import count_reading, count_refusal, count_rows, look_again
from huicheng.ground.api import EventRecord, event_of, on


@on(QuestionAsked)
def count_question(event: QuestionAsked, record: EventRecord) -> None:
    count_reading(record)


@on(ExportFinished)
def count_export(event: ExportFinished, record: EventRecord) -> None:
    count_rows(record, event_of(event.reading).data["tables"], event.rows)


@on(AccessRefused)
def count_refused(event: AccessRefused, record: EventRecord) -> None:
    count_refusal(record)


@on(DeliveryReceived)
def look_at_delivered(event: DeliveryReceived, record: EventRecord) -> None:
    look_again(event.resource)


@on(DeliveryRolledBack)
def look_at_rolled_back(event: DeliveryRolledBack, record: EventRecord) -> None:
    look_again(event.resource)


@on(TablePublished)
def look_at_published(event: TablePublished, record: EventRecord) -> None:
    look_again(event.subject.removeprefix("resource:"))


@on(RowsErased)
def look_at_erased(event: RowsErased, record: EventRecord) -> None:
    look_again(event.resource)


@on(RowsAged)
def look_at_aged(event: RowsAged, record: EventRecord) -> None:
    look_again(event.resource)
