"""The catalogue 目录: what there is, whose it is, how fresh it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.declarations import Resource
from huicheng.exchange.models import ResourceRow
from huicheng.ground.api import BadInput, Event, act, declared, department, publish
from huicheng.lake import api as lake

# How old a table may be before it counts as late: its declared cycle and half as much again.
CYCLE = {
    "realtime": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=31),
    "quarterly": timedelta(days=92),
    "yearly": timedelta(days=366),
}


class UnknownResource(BadInput):
    """Nothing in the catalogue has this code."""


class PersonalFieldOpen(ValueError):
    """A resource that holds personal fields was declared open: it never may be."""


class TableMismatch(ValueError):
    """A published table's columns are not those its resource declares."""


@dataclass(frozen=True, kw_only=True)
class ResourceDeclared(Event):
    version: int
    owner: str
    open: bool


@dataclass(frozen=True, kw_only=True)
class TablePublished(Event):
    version: int
    rows: int


@dataclass(frozen=True)
class Statistics:
    """``late``: older than its cycle allows; None where nothing was delivered yet."""

    rows: int
    size: int
    version: int | None
    updated_at: datetime | None
    late: bool | None


def sync_declared() -> int:
    """Bring what packs declare into the catalogue; returns how many entries changed."""
    return sum(_sync(one.value) for one in declared(Resource))


def _sync(spec: Resource) -> bool:
    department(spec.owner)
    _refuse_open_personal(spec)
    row = ResourceRow.objects.filter(code=spec.code).first()
    if row and _same(row.spec, spec):
        return False
    declare(spec)
    return True


def _same(stored: dict[str, Any], spec: Resource) -> bool:
    try:
        return Resource.from_dict(stored) == spec
    except (KeyError, TypeError):
        return False  # written by an older version of the schema


def _refuse_open_personal(spec: Resource) -> None:
    personal = [f.name for f in spec.fields if f.sensitivity == "personal"]
    if spec.open and personal:
        raise PersonalFieldOpen(f"{spec.code} is open but {', '.join(personal)} is personal")


@act
def declare(spec: Resource, *, by_pack: bool = True) -> None:
    """Write a catalogue entry, as a new version of itself if it is there."""
    _refuse_open_personal(spec)
    row = ResourceRow.objects.filter(code=spec.code).first()
    version = row.version + 1 if row else 1
    ResourceRow.objects.update_or_create(
        code=spec.code,
        defaults={
            "title": spec.title, "owner": spec.owner, "open": spec.open, "declared": by_pack,
            "spec": spec.as_dict(), "version": version,
        },
    )  # fmt: skip
    publish(
        ResourceDeclared(subject=f"resource:{spec.code}", version=version, owner=spec.owner, open=spec.open)
    )


def resource(code: str) -> Resource:
    row = ResourceRow.objects.filter(code=code.removeprefix("raw.")).first()
    if row is None:
        raise UnknownResource(_("目录里没有“%(code)s”。可用的代码见 huicheng resources。") % {"code": code})
    return Resource.from_dict(row.spec)


def resources(*, owner: str | None = None, open_only: bool = False) -> list[Resource]:
    rows = ResourceRow.objects.all()
    rows = rows.filter(owner=owner) if owner else rows
    rows = rows.filter(open=True) if open_only else rows
    return [Resource.from_dict(row.spec) for row in rows]


def table_of(one: Resource | str) -> str:
    """The lake table of a resource."""
    return (resource(one) if isinstance(one, str) else one).table


def search(text: str, *, among: Iterable[Resource] | None = None) -> list[Resource]:
    """Every word must be found somewhere; a title counts most."""
    words = text.lower().split()
    found = [
        (sum(_weight(one, word) for word in words), one) for one in (resources() if among is None else among)
    ]
    hits = [pair for pair in found if all(_weight(pair[1], word) for word in words)]
    return [one for _score, one in sorted(hits, key=lambda pair: -pair[0])]


def _weight(one: Resource, word: str) -> int:
    fields = " ".join(f"{f.name} {f.title}" for f in one.fields)
    places = ((one.title, 8), (one.code, 4), (one.category, 3), (one.summary, 2), (fields, 1))
    return sum(weight for text, weight in places if word in text.lower())


def publish_table(code: str, data: Any, *, mode: str = "replace", txn: tuple[str, int] | None = None) -> int:
    """Publish a table that the platform itself makes; returns its version. A ``txn`` seen before is a no-op."""
    spec = resource(code)
    before = lake.version(spec.table) if lake.exists(spec.table) else None
    stream = _checked(spec, data)
    version = lake.write(spec.table, stream, mode="append" if mode == "append" else "replace", txn=txn)
    if version != before:
        _announce(spec, version)
    return version


def _checked(spec: Resource, data: Any) -> pa.RecordBatchReader:
    stream = data.to_reader() if isinstance(data, pa.Table) else data
    given, wanted = set(stream.schema.names), {f.name for f in spec.fields}
    if missing := wanted - given:
        raise TableMismatch(f"{spec.code} declares {', '.join(sorted(missing))}, which the table lacks")
    if extra := given - wanted:
        raise TableMismatch(
            f"{spec.code} does not declare {', '.join(sorted(extra))}: declare it or leave it out"
        )
    return stream


@act
def _announce(spec: Resource, version: int) -> None:
    publish(TablePublished(subject=f"resource:{spec.code}", version=version, rows=lake.rows(spec.table)))


def statistics(code: str) -> Statistics:
    """Read from the table's log, whatever its size."""
    spec = resource(code)
    if not lake.exists(spec.table):
        return Statistics(0, 0, None, None, None)
    newest = lake.versions(spec.table)[0]
    late = timezone.now() - newest.at > CYCLE[spec.update] * 1.5
    return Statistics(lake.rows(spec.table), lake.size(spec.table), newest.number, newest.at, late)
