"""Who reads what 读取监测: figures by day, department and resource, and the newest receipts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from django.db.models import QuerySet, Sum
from django.utils import timezone

from huicheng.exchange.asking import AccessRefused
from huicheng.exchange.evidence.receipts import QuestionAsked
from huicheng.exchange.models import ResourceRow
from huicheng.exchange.supervising.models import ReadOf, Use
from huicheng.ground.api import EventRecord, events

FIGURES = ("reads", "rows", "people", "failed", "refused", "ms", "timed", "quick", "slow")
Side = Literal["day", "department", "resource"]


@dataclass(frozen=True)
class Used:
    """What was read, by day, by reading department or by resource; ``key`` says which."""

    key: Any
    reads: int
    rows: int
    people: int
    failed: int
    refused: int
    ms: int
    timed: int
    quick: int
    slow: int

    @property
    def mean(self) -> float | None:
        """Milliseconds a question took, where it was measured."""
        return self.ms / self.timed if self.timed else None


def use(
    by: Side,
    *,
    days: int = 30,
    reader: str | None = None,
    owner: str | None = None,
    resource: str | None = None,
) -> list[Used]:
    """Figures of the last ``days``: what ``reader`` read, what was read of ``owner``'s, or what of one resource.

    A question over three tables is one reading of its department, and one of each table.
    """
    rows = Use.objects.filter(day__gt=timezone.localdate() - timedelta(days=days))
    rows = rows.filter(department=reader) if reader is not None else rows
    if resource is not None:
        rows = rows.filter(resource=resource)
    elif owner is not None:
        rows = rows.filter(resource__in=ResourceRow.objects.filter(owner=owner).values("code"))
    else:
        rows = rows.exclude(resource="") if by == "resource" else rows.filter(resource="")
    found = rows.order_by().values(by).annotate(**{name: Sum(name) for name in FIGURES})
    made = [Used(one[by], *(one[name] for name in FIGURES)) for one in found]
    if by == "day":
        return sorted(made, key=lambda one: one.key)
    return sorted(made, key=lambda one: (-one.reads, -one.refused, one.key))


def filled(found: list[Used], *, days: int) -> list[Used]:
    """Days without a reading are days too."""
    known: Mapping[date, Used] = {one.key: one for one in found}
    last = timezone.localdate()
    every = [last - timedelta(days=back) for back in reversed(range(days))]
    return [known.get(day) or Used(day, *(0 for _name in FIGURES)) for day in every]


def readings(
    *, department: str | None = None, resource: str | None = None, limit: int = 30
) -> list[EventRecord]:
    """The newest receipts of readings: a department's own, or those whose event stands under ``resource``."""
    subject = f"resource:{resource}" if resource else None
    return events(kind=QuestionAsked.kind(), department=department, subject=subject, limit=limit)


def readings_told(*, reader: str | None = None, owner: str | None = None) -> QuerySet[ReadOf, Any]:
    """Every reading that the news brought, newest first, to be turned in pages: its number and moment.

    All of them, those of the department ``reader``, or those of at least one table that ``owner`` provides.
    """
    rows = ReadOf.objects.filter(resource="") if owner is None else _of(owner)
    rows = rows.filter(department=reader) if reader is not None else rows
    return rows.order_by("-at", "-reading").values("reading", "at").distinct()


def _of(owner: str) -> QuerySet[ReadOf]:
    return ReadOf.objects.filter(resource__in=ResourceRow.objects.filter(owner=owner).values("code"))


def refusals(*, department: str | None = None, limit: int = 30) -> list[EventRecord]:
    """Whom the policy turned away lately, and why."""
    return events(kind=AccessRefused.kind(), department=department, limit=limit)
