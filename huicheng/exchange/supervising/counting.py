"""Who reads what, counted from the receipts as the news brings them: reading itself waits for no counter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F
from django.utils import timezone

from huicheng.exchange.catalogue.entries import UnknownResource, statistics
from huicheng.exchange.evidence.models import SubjectSet
from huicheng.exchange.evidence.receipts import QuestionAsked
from huicheng.exchange.supervising.models import ReadOf, Standing, Use
from huicheng.ground.api import EventRecord

QUICK, SLOW = 100, 1000
Parts = Sequence[Mapping[str, Any]]


def count_reading(record: EventRecord) -> None:
    """One receipt of a reading: once for each table that it names, and once for the department."""
    document = record.data.get("signed", {}).get("document", {})
    parts: Parts = document.get("reads", ())
    if not parts:
        return
    if (
        record.kind == QuestionAsked.kind()
    ):  # a look-up of one record is for whom it is about, not for its provider
        _list(record, {table for part in parts for table in part["tables"]})
    sets = {part["set"] for part in parts if part["set"]}
    people = dict(SubjectSet.objects.filter(sha256__in=sets).values_list("sha256", "count"))
    ms = record.data.get("ms") or None
    _add(record, "", _figures(parts, people, ms))
    for table in sorted({table for part in parts for table in part["tables"]}):
        naming = [part for part in parts if table in part["tables"]]
        # How long one table of several took, nobody measured.
        _add(record, _code(table), _figures(naming, people, ms if len(parts) == 1 else None))


def _list(record: EventRecord, tables: Iterable[str]) -> None:
    same = {"reading": record.id, "department": record.department, "at": record.at}
    rows = [ReadOf(resource=code, **same) for code in ("", *sorted({_code(table) for table in tables}))]
    ReadOf.objects.bulk_create(rows, ignore_conflicts=True)


def _code(table: str) -> str:
    return table.removeprefix("raw.")[:120]


def _figures(parts: Parts, people: Mapping[str, int], ms: int | None) -> dict[str, int]:
    found = {
        "reads": 1,
        "rows": sum(part["rows"] or 0 for part in parts),
        "people": sum(people.get(part["set"], 0) for part in parts),
        "failed": int(any(part["rule"] == "failed" for part in parts)),
    }
    if ms is None:
        return found
    return found | {"ms": ms, "timed": 1, "quick": int(ms < QUICK), "slow": int(ms >= SLOW)}


def count_rows(record: EventRecord, tables: Iterable[str], rows: int) -> None:
    """The rows of an export are known when the last one has gone."""
    for resource in ("", *sorted({_code(table) for table in tables})):
        _add(record, resource, {"rows": rows})


def count_refusal(record: EventRecord) -> None:
    for resource in ("", *(_code(table) for table in record.data.get("tables", ()))):
        _add(record, resource, {"refused": 1})


def _add(record: EventRecord, resource: str, figures: Mapping[str, int]) -> None:
    day: date = timezone.localdate(record.at)
    row, _new = Use.objects.get_or_create(day=day, resource=resource, department=record.department)
    Use.objects.filter(pk=row.pk).update(**{name: F(name) + more for name, more in figures.items() if more})


def look_again(resource: str) -> None:
    """What the table's log says now."""
    code = resource.removeprefix("raw.")
    try:
        found = statistics(code)
    except UnknownResource:
        Standing.objects.filter(resource=code).delete()
        return
    facts = {"rows": found.rows, "size": found.size, "version": found.version, "at": found.updated_at}
    Standing.objects.update_or_create(resource=code, defaults=facts)
