"""The catalogue 目录: what there is, whose it is, how fresh it is."""

import functools
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import searching
from huicheng.exchange.catalogue.classifying import info_code
from huicheng.exchange.catalogue.editing import completeness
from huicheng.exchange.declarations import Resource
from huicheng.exchange.models import EntryVersion, ResourceRow
from huicheng.ground.api import BadInput, Event, act, current_actor, declared, department, publish
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


# What everybody may know to be there; its rows may still be for those alone who were granted them.
LISTED = ("conditional", "unconditional")


class UnknownResource(BadInput):
    """Nothing in the catalogue has this code."""


class ResourceRetired(UnknownResource):
    """The entry was taken out of the catalogue; the message says why."""


class PersonalFieldOpen(ValueError):
    """A resource that holds personal fields was declared open: it never may be."""


class TableMismatch(ValueError):
    """A published table's columns are not those its resource declares."""


@dataclass(frozen=True, kw_only=True)
class ResourceDeclared(Event):
    version: int
    owner: str
    openness: str


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
    specs = [one.value for one in declared(Resource)]
    changed = sum(map(_sync, specs))
    with transaction.atomic():  # what a title is called in English may have changed with the version
        searching.index(spec for spec in specs if not _retired(spec.code))
    return changed


def _retired(code: str) -> bool:
    return ResourceRow.objects.filter(code=code, state=ResourceRow.RETIRED).exists()


def _sync(spec: Resource) -> bool:
    department(spec.owner)
    _refuse_open_personal(spec)
    row = ResourceRow.objects.filter(code=spec.code).first()
    settled = row and row.published_on  # an entry from before the index and numbers is written again
    if row and settled and (_same(row.spec, spec) or row.state == ResourceRow.RETIRED):
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
    version = next_version(spec.code)
    actor = current_actor()
    EntryVersion.objects.create(
        resource=spec.code, version=version, state=EntryVersion.PUBLISHED, owner=spec.owner,
        spec=spec.as_dict(), author=actor.id, author_name=actor.name,
    )  # fmt: skip
    put_in_place(spec, version, by_pack=by_pack)


def next_version(code: str) -> int:
    """One more than any version of the entry, drafts included."""
    newest = EntryVersion.objects.filter(resource=code).aggregate(most=Max("version"))["most"] or 0
    current = ResourceRow.objects.filter(code=code).values_list("version", flat=True).first() or 0
    return max(newest, current) + 1


def put_in_place(spec: Resource, version: int, *, by_pack: bool = False) -> None:
    """Make ``version`` the published one, inside the caller's act."""
    row = ResourceRow.objects.filter(code=spec.code).first()
    ResourceRow.objects.update_or_create(
        code=spec.code,
        defaults={
            "title": spec.title, "owner": spec.owner, "openness": spec.openness, "declared": by_pack,
            "spec": spec.as_dict(), "version": version, "state": ResourceRow.PUBLISHED, "retired_because": "",
            "category": spec.category, "share": spec.share, "update": spec.update, "items": len(spec.fields),
            "licence": spec.licence,
            "located": {"lng", "lat"} <= {f.name for f in spec.fields},
            "completeness": completeness(spec).score, "info_code": _number(spec, row),
            "published_on": (row and row.published_on) or timezone.localdate(),
        },
    )  # fmt: skip
    searching.index([spec])
    publish(
        ResourceDeclared(
            subject=f"resource:{spec.code}", version=version, owner=spec.owner, openness=spec.openness
        )
    )


def _number(spec: Resource, row: ResourceRow | None) -> str | None:
    """A resource keeps its number for life, and gets another only when it is put in another class."""
    if not spec.category:
        return None
    first = info_code(spec.category, 0).partition("/")[0] + "/"
    if row and (row.info_code or "").startswith(first):
        return row.info_code
    taken = ResourceRow.objects.filter(info_code__startswith=first).aggregate(last=Max("info_code"))["last"]
    return info_code(spec.category, int(re.sub(r"^.*/", "", taken)) + 1 if taken else 1)


# Asked for with every question: written out, not built each time.
ENTRY = "SELECT CAST(spec AS text), state, title, retired_because FROM exchange_resource WHERE code = %s"


def resource(code: str, *, retired: bool = False) -> Resource:
    """``retired``: also one that was taken out, for those who must still find its rows to delete them."""
    with connection.cursor() as cursor:
        cursor.execute(ENTRY, [code.removeprefix("raw.")])
        row = cursor.fetchone()
    if row is None:
        raise UnknownResource(_("目录里没有“%(code)s”。可用的代码见 huicheng resources。") % {"code": code})
    told, state, title, why = row
    if state == ResourceRow.RETIRED and not retired:
        raise ResourceRetired(_("“%(title)s”已从目录停用：%(why)s") % {"title": title, "why": why})
    return _read_once(told)


@functools.lru_cache(maxsize=1024)
def _read_once(told: str) -> Resource:
    """The same words are the same resource."""
    return Resource.from_dict(json.loads(told))


def resources(*, owner: str | None = None, listed: bool = False, retired: bool = False) -> list[Resource]:
    rows = ResourceRow.objects.all()
    rows = rows if retired else rows.filter(state=ResourceRow.PUBLISHED)
    rows = rows.filter(owner=owner) if owner else rows
    rows = rows.filter(openness__in=LISTED) if listed else rows
    return [Resource.from_dict(row.spec) for row in rows]


@dataclass(frozen=True)
class Entry:
    """A catalogue entry with what the platform adds to it: number, version, dates, marks."""

    spec: Resource
    info_code: str
    version: int
    state: str
    published_on: str
    completeness: float
    declared: bool = False
    retired_because: str = ""


@dataclass(frozen=True)
class Found:
    """One page of a search; ``facets`` count what each side would leave: {"owner": {"gongan": 3}}."""

    total: int
    entries: tuple[Entry, ...]
    facets: dict[str, dict[str, int]]


CITY = settings.CITY_NAME
FEW = 900  # SQLite takes so many parameters in one question
SIDES = ("owner", "category", "share", "openness", "update", "licence", "located")


def _published(*, listed: bool) -> QuerySet[ResourceRow]:
    rows = ResourceRow.objects.filter(state=ResourceRow.PUBLISHED)
    return rows.filter(openness__in=LISTED) if listed else rows


def near(text: str, *, listed: bool = False, limit: int = 3) -> list[Entry]:
    """For a search without a hit: the entries whose titles come closest, in either language or by sound."""
    rows = _published(listed=listed)
    return entries_of(searching.close(text, dict(rows.values_list("code", "title")), limit=limit))


def search(
    text: str = "",
    *,
    limit: int = 20,
    offset: int = 0,
    listed: bool = False,
    **sides: str,
) -> Found:
    """Entries that hold every word of ``text`` (pinyin too) and stand on every side chosen, the best first."""
    rows = _published(listed=listed)
    ranked = searching.ranked(text)
    chosen = {side: value for side, value in sides.items() if value and side in SIDES}
    if ranked is None:
        codes = _own_first(dict(rows.filter(**chosen).values_list("code", "title")))
        facets = {side: _counted(rows, side, chosen) for side in SIDES}
    else:
        codes, facets = _among(ranked, rows, chosen)
    return Found(len(codes), tuple(entries_of(codes[offset : offset + limit])), facets)


def retired_entries(
    text: str = "", *, owner: str = "", limit: int = 20, offset: int = 0
) -> tuple[int, list[Entry]]:
    """How many were taken out, and a page of them; found by their titles, for the index has let them go."""
    rows = ResourceRow.objects.filter(state=ResourceRow.RETIRED).order_by("-updated_at", "code")
    rows = rows.filter(title__icontains=text) if text else rows
    rows = rows.filter(owner=owner) if owner else rows
    return rows.count(), [_entry(row) for row in rows[offset : offset + limit]]


def count(*, listed: bool = False) -> int:
    """How many entries are published."""
    return _published(listed=listed).count()


def _own_first(standing: dict[str, str]) -> list[str]:
    """Our own city's resources stand before samples of other cities, which say so in brackets."""
    return sorted(standing, key=lambda code: ("（" in standing[code] and CITY not in standing[code], code))


# Each side is counted among what the other sides leave, so that no choice leads to nothing.
def _counted(rows: QuerySet[ResourceRow], side: str, chosen: dict[str, str]) -> dict[str, int]:
    others = {name: value for name, value in chosen.items() if name != side}
    found = rows.filter(**others).order_by().values_list(side).annotate(n=Count("code"))
    return {str(value): n for value, n in found.order_by("-n", side)}


def _among(
    ranked: list[str], rows: QuerySet[ResourceRow], chosen: dict[str, str]
) -> tuple[list[str], dict[str, dict[str, int]]]:
    near = rows.filter(code__in=ranked) if len(ranked) <= FEW else rows
    lines = {code: values for code, *values in near.values_list("code", *SIDES)}
    codes: list[str] = []
    beside: dict[str, list[str]] = {side: [] for side in SIDES}  # would be found, were it not for this side
    for code in ranked:
        if code not in lines:
            continue
        off = [side for side, value in chosen.items() if str(lines[code][SIDES.index(side)]) != value]
        if not off:
            codes.append(code)
        elif len(off) == 1:
            beside[off[0]].append(code)
    return codes, {
        side: _tally(lines[code][place] for code in (*codes, *beside[side]))
        for place, side in enumerate(SIDES)
    }


def _tally(values: Iterable[Any]) -> dict[str, int]:
    return {str(value): n for value, n in Counter(values).most_common()}


def entry(code: str) -> Entry:
    """Also one that was retired: its page still says what it was."""
    row = ResourceRow.objects.filter(code=code.removeprefix("raw.")).first()
    if row is None:
        raise UnknownResource(_("目录里没有“%(code)s”。可用的代码见 huicheng resources。") % {"code": code})
    return _entry(row)


def entries_of(codes: Sequence[str]) -> list[Entry]:
    """In the order asked."""
    rows = {row.code: row for row in ResourceRow.objects.filter(code__in=codes)}
    return [_entry(rows[code]) for code in codes if code in rows]


def _entry(row: ResourceRow) -> Entry:
    return Entry(
        spec=Resource.from_dict(row.spec),
        info_code=row.info_code or "",
        version=row.version,
        state=row.state,
        published_on=row.published_on.isoformat() if row.published_on else "",
        completeness=row.completeness,
        declared=row.declared,
        retired_because=row.retired_because,
    )


def table_of(one: Resource | str) -> str:
    """The lake table of a resource."""
    return (resource(one) if isinstance(one, str) else one).table


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
    """Read from the table's log, whatever its size; also of an entry that was retired."""
    spec = resource(code, retired=True)
    if not lake.exists(spec.table):
        return Statistics(0, 0, None, None, None)
    newest = lake.versions(spec.table)[0]
    late = timezone.now() - newest.at > CYCLE[spec.update] * 1.5
    return Statistics(lake.rows(spec.table), lake.size(spec.table), newest.number, newest.at, late)
