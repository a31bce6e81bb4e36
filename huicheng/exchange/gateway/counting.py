"""How a service does: its calls counted by day as the news brings their lines, its pace from the latest of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F
from django.utils import timezone

from huicheng.exchange.gateway.models import Tally
from huicheng.exchange.gateway.services import ServiceCalled
from huicheng.ground.api import EventRecord, events

LATEST = 200


@dataclass(frozen=True)
class CallLine:
    """One call: who, when, how it ended."""

    at: datetime
    department: str
    actor_name: str
    purpose: str
    method: str
    status: int
    outcome: str
    unfit: str
    ms: int


@dataclass(frozen=True)
class DayOfCalls:
    day: date
    calls: int
    failures: int


@dataclass(frozen=True)
class ServiceUse:
    """``middle`` and ``slow``: the time in ms that half, and nineteen in twenty, of the latest calls took at most."""

    calls: int
    failures: int
    unfit: int
    middle: int | None
    slow: int | None
    last_at: datetime | None
    days: tuple[DayOfCalls, ...]


def count_call(event: ServiceCalled, record: EventRecord) -> None:
    row, _new = Tally.objects.get_or_create(service=event.resource, day=timezone.localdate(record.at))
    failed, unfit = int(event.outcome != "ok"), int(bool(event.unfit) or event.outcome == "AnswerUnfit")
    Tally.objects.filter(pk=row.pk).update(
        calls=F("calls") + 1, failures=F("failures") + failed, unfit=F("unfit") + unfit, ms=F("ms") + event.ms
    )


def calls_of(code: str, *, limit: int = 20) -> list[CallLine]:
    """The newest first; of a call its path and its words are not kept."""
    found = events(subject=f"service:{code}"[:120], kind=ServiceCalled.kind(), limit=limit)
    return [
        CallLine(
            one.at, one.department, one.actor_name, one.purpose, one.data["method"], one.data["status"],
            one.data["outcome"], one.data.get("unfit", ""), one.data["ms"],
        )
        for one in found
    ]  # fmt: skip


def use_of_service(code: str, *, days: int = 30) -> ServiceUse:
    today = timezone.localdate()
    rows = list(Tally.objects.filter(service=code, day__gt=today - timedelta(days=days)))
    by_day = {row.day: row for row in rows}
    latest = calls_of(code, limit=LATEST)
    paces = sorted(one.ms for one in latest)
    return ServiceUse(
        calls=sum(row.calls for row in rows), failures=sum(row.failures for row in rows),
        unfit=sum(row.unfit for row in rows), middle=_part(paces, 0.5), slow=_part(paces, 0.95),
        last_at=latest[0].at if latest else None,
        days=tuple(
            _day(today - timedelta(days=back), by_day.get(today - timedelta(days=back)))
            for back in range(days - 1, -1, -1)
        ),
    )  # fmt: skip


def _part(paces: list[int], share: float) -> int | None:
    return paces[min(len(paces) - 1, int(len(paces) * share))] if paces else None


def _day(day: date, row: Tally | None) -> DayOfCalls:
    return DayOfCalls(day, row.calls if row else 0, row.failures if row else 0)
