from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.ground.api import Declared, Event, Watch, act, declared, publish, system_actor
from huicheng.sensing.models import Alarm

WATCHMAN = system_actor("sensing")


@dataclass(frozen=True, kw_only=True)
class AlarmsRaised(Event):
    """New alarms of one watch, counted by grade."""

    watch: str
    grades: dict[str, int]


@dataclass(frozen=True)
class AlarmView:
    watch: str
    key: str
    grade: str
    at: datetime
    message: str


def watches() -> dict[str, Declared[Watch]]:
    """Every declared watch under its full name, ``governance.air.heavy_hours``."""
    return {f"{d.pack.key}.{d.name}": d for d in declared(Watch)}


def run_watch(name: str) -> int:
    """Ask the watch's question and raise what is new; returns how many alarms were raised."""
    watch = watches()[name]
    answer = exchange.ask(watch.sql_path, WATCHMAN, purpose=f"监测：{watch.value.title}")
    known = set(Alarm.objects.filter(watch=name).values_list("key", flat=True))
    fresh = [row for row in _alarms(name, answer.table.to_pylist()) if row.key not in known]
    if fresh:
        _raise(name, fresh)
    return len(fresh)


def _alarms(name: str, rows: list[dict[str, Any]]) -> Iterator[Alarm]:
    for row in rows:
        at = row["at"]
        if timezone.is_naive(at):
            at = timezone.make_aware(at)  # clocks on the wall are in the city's own time
        yield Alarm(watch=name, key=str(row["key"]), grade=row["grade"], at=at, message=row["message"])


@act
def _raise(name: str, fresh: list[Alarm]) -> None:
    Alarm.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    grades: dict[str, int] = {}
    for alarm in fresh:
        grades[alarm.grade] = grades.get(alarm.grade, 0) + 1
    publish(AlarmsRaised(subject=f"watch:{name}", watch=name, grades=grades))


def alarms(
    *, watch: str | None = None, grade: str | None = None, limit: int = 100, offset: int = 0
) -> list[AlarmView]:
    """Latest first, by when it happened."""
    rows = Alarm.objects.order_by("-at", "-id")
    given = {"watch": watch, "grade": grade}
    rows = rows.filter(**{field: value for field, value in given.items() if value is not None})
    return [AlarmView(r.watch, r.key, r.grade, r.at, r.message) for r in rows[offset : offset + limit]]


def alarm_counts(watch: str) -> dict[str, int]:
    rows = Alarm.objects.filter(watch=watch).values("grade").annotate(n=Count("id"))
    return {row["grade"]: row["n"] for row in rows}
