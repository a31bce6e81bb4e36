"""Erasure 删除: rows that are gone from the table, its past, and every file that delivered them."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange.catalogue import UnknownResource
from huicheng.exchange.catalogue import resource as find
from huicheng.exchange.checking import TYPED
from huicheng.exchange.declarations import Field, Resource
from huicheng.exchange.erasures import (
    Erasure,
    Hasher,
    enter,
    erasures,
    note_open,
    note_settled,
    pending,
    settled,
)
from huicheng.exchange.landing import kept_at, one_at_a_time, work_folder
from huicheng.exchange.models import Delivery
from huicheng.ground.api import BadInput, Event, act, current_actor, publish
from huicheng.lake import api as lake

Key = Mapping[str, str]
Tell = Callable[[str], None]
Wanted = dict[tuple[str, ...], list[Sequence[str]]]
WAIT = 60.0
HAS_FILES = ~Q(landing="") | ~Q(issues_file="") | ~Q(refused_file="")


class ErasureRefused(BadInput):
    """The resource does not say how its rows are erased, the key is not whole, or the actor may not."""


@dataclass(frozen=True, kw_only=True)
class RowsErased(Event):
    """Counted, never named: the event must not keep what was to be forgotten.

    What was derived from the table's older ``version`` is to be derived anew.
    """

    resource: str
    rows: int
    rule: str
    version: int = 0


@dataclass(frozen=True)
class Erased:
    """``waiting``: the tables whose older versions somebody still reads; the next sweep removes them."""

    rows: int
    deliveries: int
    waiting: tuple[str, ...] = ()


def erase(
    resource: str, keys: Sequence[Key], *, dry_run: bool = False, tell: Tell | None = None, wait: float = WAIT
) -> Erased:
    """Forget the rows with these keys: in the table, its older versions, and every file that delivered them."""
    spec, say = find(resource, retired=True), tell or _silent
    wanted = _admit(spec, keys)
    if dry_run:
        return Erased(len(_matching(spec, _rehearsed(spec, wanted))), _with_files(spec, None).count())
    return _settle(spec, enter(spec.code, wanted), say, wait)


def _silent(_step: str) -> None:
    pass


def _rehearsed(spec: Resource, wanted: Wanted) -> list[Erasure]:
    now = timezone.now().isoformat()
    return [Erasure("", spec.code, now, c, Hasher(spec.code, c).all(rows)) for c, rows in wanted.items()]


def _admit(spec: Resource, keys: Sequence[Key]) -> Wanted:
    """The keys by the columns that they name, each as given and in standard form."""
    actor = current_actor()
    own = actor.department == spec.owner and actor.may("deliver")
    steward = actor.department == "shuju" and actor.may("steward")
    if actor.kind != "system" and not (actor.kind == "official" and (own or steward)):
        raise ErasureRefused(_("您不能删除“%(title)s”的数据。") % {"title": spec.title})
    if "." in spec.code:
        raise ErasureRefused(
            _("“%(title)s”由平台计算而来，请删除来源资源中的行，它会随之重算。") % {"title": spec.title}
        )
    if not spec.erasure:
        raise ErasureRefused(_("“%(title)s”没有规定如何删除，请先在目录里写明。") % {"title": spec.title})
    if not keys:
        raise ErasureRefused(_("没有指明要删除哪些行。"))
    wanted: Wanted = {}
    for key in keys:
        columns = _columns(spec, key)
        given = [str(key[name]).strip() for name in columns]
        wanted.setdefault(columns, []).extend([given, _standard(spec, columns, given)])
    return wanted


def _columns(spec: Resource, key: Key) -> tuple[str, ...]:
    names = [one.name for one in spec.fields]
    fits = set(key) == set(spec.key) if spec.key else bool(key) and set(key) <= set(names)
    if not fits or not all(str(value).strip() for value in key.values()):
        wanted = "、".join(spec.key or names)
        raise ErasureRefused(_("要删除的行须用主键指明：%(key)s。") % {"key": wanted})
    return tuple(name for name in names if name in key)


def _standard(spec: Resource, columns: Sequence[str], given: Sequence[str]) -> list[str]:
    """As it would stand in the table: 2020/1/5 is 2020-01-05, a number's x is X."""
    forms = (_texts(spec.field(name), pa.array([text])) for name, text in zip(columns, given, strict=True))
    return [form[0].as_py() or text for form, text in zip(forms, given, strict=True)]


def _texts(field: Field, column: pa.Array) -> pa.Array:
    if field.kind == "text":
        return column
    values = codes.check(field.kind, column, codes=field.codes).values
    kind = TYPED.get(field.kind)
    return (values.cast(kind, safe=False) if kind is not None else values).cast(pa.string())


def _matching(spec: Resource, wanted: Sequence[Erasure], only: str = "") -> list[dict[str, str | int]]:
    """Where the rows stand; found by their hash, so that a register that names nobody is enough."""
    if not lake.exists(spec.table):
        return []
    there = set(lake.schema(spec.table).names)
    wanted = [one for one in wanted if set(one.columns) <= there]
    if not wanted:
        return []
    columns = sorted({name for one in wanted for name in one.columns} | {"_delivery", "_row", "_received"})
    found: set[tuple[str, int]] = set()
    for batch in lake.read(spec.table, columns=columns):
        for one in wanted:
            found.update(_in_batch(spec, batch, one, only))
    return [{"_delivery": delivery, "_row": row} for delivery, row in sorted(found)]


def _in_batch(spec: Resource, batch: pa.RecordBatch, one: Erasure, only: str) -> Iterator[tuple[str, int]]:
    """Those received before it; or of ``only`` this delivery, whose rows are older than the day they came."""
    received = pa.scalar(one.moment, batch.schema.field("_received").type)
    early = pc.less_equal(batch.column("_received"), received)
    batch = batch.filter(pc.equal(batch.column("_delivery"), only) if only else early)
    marks = list(zip(batch.column("_delivery").to_pylist(), batch.column("_row").to_pylist(), strict=True))
    yield from (marks[place] for place in _hits(spec, batch, one))


def without_erased(spec: Resource, table: pa.Table, todo: Sequence[Erasure]) -> pa.Table:
    """Rows that lie outside the lake, without those that the register knows again."""
    batch = table.combine_chunks()
    fitting = [one for one in todo if set(one.columns) <= set(table.column_names)]
    guilty = {place for one in fitting for place in _hits(spec, batch, one)}
    return table.filter(pa.array([place not in guilty for place in range(len(table))], pa.bool_()))


def _hits(spec: Resource, batch: pa.RecordBatch | pa.Table, one: Erasure) -> Iterator[int]:
    plain = [batch.column(name) for name in one.columns]
    fields = {field.name: field for field in spec.fields}  # the catalogue may have dropped one since
    standard = [
        _texts(fields[name], column) if name in fields and pa.types.is_string(column.type) else column
        for name, column in zip(one.columns, plain, strict=True)
    ]
    hasher, hashes = Hasher(spec.code, one.columns), set(one.hashes)
    known: dict[
        tuple[str | None, ...], bool
    ] = {}  # most values are in standard form already, and many repeat
    for form in (plain, standard):
        texts = [column.cast(pa.string()).to_pylist() for column in form]
        for place, values in enumerate(zip(*texts, strict=True)):
            if values not in known:
                known[values] = None not in values and hasher.of(values) in hashes
            if known[values]:
                yield place


def forget_pending(*, wait: float = WAIT) -> dict[str, Erased]:
    """What a kill cut short, a reader held up, or an older backup brought back; by resource."""
    done = {}
    for code in sorted({one.resource for one in pending()}):
        todo = [one for one in erasures(code) if settled(one) is None]
        with contextlib.suppress(
            UnknownResource
        ):  # what is no longer in the catalogue has nobody's word for its keys
            done[code] = _settle(find(code, retired=True), todo, _silent, wait)
    return done


def erase_again(delivery: str, *, since: datetime | None = None) -> None:
    """A delivery that was received before an erasure and landed after it: what it brought back goes.

    ``since``: when its rows were given out of the house that sent them, where that was before we received them.
    """
    row = Delivery.objects.filter(id=delivery).first()
    later = [one for one in erasures(row.resource) if one.moment >= (since or row.at)] if row else []
    if row and later:
        _settle(find(row.resource, retired=True), later, _silent, WAIT, only=row if since else None)


def _settle(
    spec: Resource, todo: Sequence[Erasure], tell: Tell, wait: float, *, only: Delivery | None = None
) -> Erased:
    """May be killed anywhere: whatever has no mark at the end is begun again by the next sweep."""
    for one in todo:
        note_open(one)
    tell(_("等待进行中的交付"))
    with one_at_a_time(spec.code):
        tell(_("删除行"))
        there = lake.exists(spec.table)
        rows = _matching(spec, todo, only.id if only else "")
        gone = lake.remove_rows(spec.table, keys=rows) if rows else 0
        version = lake.version(spec.table) if there else 0
        tell(_("删除文件"))
        until = max([one.moment for one in todo] + ([only.at] if only else []))
        deliveries = _forget_deliveries(spec, until, gone, version)
    tell(_("删除旧版本"))
    try:
        if there:
            lake.forget(spec.table, wait=wait)
    except lake.LakeBusy:
        return Erased(gone, deliveries, (spec.table,))
    for one in todo:
        note_settled(one, version)
    return Erased(gone, deliveries)


def _with_files(spec: Resource, until: datetime | None) -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(HAS_FILES, resource=spec.code).exclude(state=Delivery.WORKING)
    return rows.filter(at__lte=until) if until else rows


@act
def _forget_deliveries(spec: Resource, until: datetime, rows: int, version: int) -> int:
    count = 0
    for row in _with_files(spec, until):
        forget_files(row)
        count += 1
    publish(
        RowsErased(
            subject=f"resource:{spec.code}", resource=spec.code, rows=rows, rule=spec.erasure[:200], version=version
        )
    )  # fmt: skip
    return count


def forget_files(row: Delivery) -> None:
    shutil.rmtree(work_folder(row.id), ignore_errors=True)
    landing = kept_at(row.landing)
    name = Path(row.landing).name
    shared = Delivery.objects.filter(landing__endswith=name).exclude(id=row.id).exclude(resource=row.resource)
    if landing and not shared.exists():
        with contextlib.suppress(OSError):
            landing.unlink()
    row.landing = row.issues_file = row.refused_file = ""
    row.save(update_fields=["landing", "issues_file", "refused_file"])
