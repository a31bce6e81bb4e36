"""Ageing 到期: rows past their resource's days go, and what was made of them is told, whatever stops in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from huicheng.exchange.declarations import Resource
from huicheng.exchange.landing import one_at_a_time
from huicheng.exchange.models import Ageing
from huicheng.ground.api import Event, act, publish
from huicheng.lake import api as lake


@dataclass(frozen=True, kw_only=True)
class RowsAged(Event):
    """Rows past their resource's days are out of the newest ``version``; ``before`` is where those days began."""

    resource: str
    rows: int
    before: str
    version: int


def aged() -> dict[str, int]:
    """By resource: the version from which on no row stands in it that grew old."""
    told = Ageing.objects.values_list("resource", "version")
    return {resource: version for resource, version in told if version is not None}


def age(spec: Resource, *, dry_run: bool = False) -> int:
    """Take the rows past their resource's days out of the newest version; returns how many went, or would."""
    if dry_run:
        return _past_days(spec, _edge(spec), dry_run=True)
    with one_at_a_time(spec.code):
        return age_rows(spec)


def age_rows(spec: Resource) -> int:
    """The caller holds the resource's lock.

    Written down before anything goes: whoever is killed after it leaves a promise, and the next sweep tells it.
    """
    before = _edge(spec)
    begun = Ageing.objects.filter(resource=spec.code, open=True).first()
    rows = _past_days(spec, before, dry_run=True)
    if rows:
        begun = _begin(spec, rows, begun)
        _past_days(spec, before)
    if begun and lake.exists(spec.table):
        _tell_aged(spec, begun, before)
    return rows


def _edge(spec: Resource) -> datetime:
    return timezone.now() - timedelta(days=spec.retention_days)


def _past_days(spec: Resource, before: datetime, *, dry_run: bool = False) -> int:
    """What the platform makes is made anew from its sources: only what was delivered grows old by itself."""
    if "." in spec.code or not lake.exists(spec.table):
        return 0
    column = spec.retention_by or "_received"
    if column not in lake.schema(spec.table).names:
        return 0
    return lake.expire(spec.table, column=column, before=before, dry_run=dry_run)


def _begin(spec: Resource, rows: int, cut_short: Ageing | None) -> Ageing:
    base = lake.version(spec.table)
    gone = cut_short.rows if cut_short and cut_short.base != base else 0  # they went, and nobody was told
    facts = {"open": True, "rows": rows + gone, "base": base}
    return Ageing.objects.update_or_create(resource=spec.code, defaults=facts)[0]


@act
def _tell_aged(spec: Resource, begun: Ageing, before: datetime) -> None:
    begun.version, begun.open = lake.version(spec.table), False
    begun.save()
    publish(
        RowsAged(
            subject=f"resource:{spec.code}", resource=spec.code, rows=begun.rows, before=before.date().isoformat(),
            version=begun.version,
        )
    )  # fmt: skip
