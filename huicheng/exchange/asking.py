"""``ask``: the one way to a table for everyone above."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import UnknownResource, resource
from huicheng.exchange.declarations import Resource
from huicheng.exchange.harmless import harmless_cell
from huicheng.exchange.looking import Look, held, open_look, recalled
from huicheng.exchange.policy import decide, mount_of
from huicheng.ground.api import Actor, BadInput, Event, act, acting_as, publish, scratch
from huicheng.lake import api as lake

Format = Literal["csv", "json", "parquet"]
Answer = lake.Answer
CHUNK = 1 << 20


class AccessDenied(BadInput):
    """The actor may not read what the question names."""


class NoData(BadInput):
    """The resource is in the catalogue, but nothing was delivered yet."""


@dataclass(frozen=True, kw_only=True)
class QuestionAsked(Event):
    """A question over tables that are not open; ``masked`` counts the columns it saw only masked."""

    tables: tuple[str, ...]
    question: str
    masked: int


@dataclass(frozen=True, kw_only=True)
class AccessRefused(Event):
    tables: tuple[str, ...]
    reason: str


def ask(
    sql: Path | str,
    actor: Actor,
    *,
    purpose: str,
    params: Mapping[str, Any] | None = None,
    limit: int | None = None,
) -> Answer:
    """Answer one SELECT for ``actor``; every table it names passes the policy, or the whole is denied."""
    mounts = _admit(sql, actor, purpose)
    try:
        return lake.ask(sql, params, mounts=mounts, limit=limit)
    except lake.NoSuchTable as error:
        raise NoData(_("这份数据还没有交付：%(what)s") % {"what": error}) from None


def recall(sql: Path | str, actor: Actor, *, purpose: str, params: Mapping[str, Any] | None = None) -> Answer:
    """``ask`` for a figure that many look at: admitted and noted each time, counted once per state of its tables."""
    mounts = _admit(sql, actor, purpose)
    try:
        return recalled(sql, params, mounts)
    except lake.NoSuchTable as error:
        raise NoData(_("这份数据还没有交付：%(what)s") % {"what": error}) from None


@contextmanager
def one_look(actor: Actor, *, purpose: str) -> Iterator[None]:
    """What ``actor`` asks inside is one look, noted by one event that names every table, however it ends.

    The event is written before the look closes: send nothing of it earlier.
    """
    look = Look(actor, purpose)
    try:
        with held(look):
            yield
    finally:
        if look.tables:
            _note(actor, purpose, look.tables, ", ".join(look.questions))


def _admit(sql: Path | str, actor: Actor, purpose: str) -> dict[str, lake.Mount]:
    tables = lake.tables_in(sql)
    mounts: dict[str, lake.Mount] = {}
    closed: dict[str, int] = {}
    for table in tables:
        spec = _resource_of(table, actor)
        decision = decide(spec, actor, purpose)
        if not decision.allowed:
            _refuse(actor, purpose, table, decision.reason)
            raise AccessDenied(
                _("不能读取“%(title)s”：%(reason)s。") % {"title": spec.title, "reason": _(decision.reason)}
            )
        mounts[table] = mount_of(spec, decision)
        if not spec.open:
            closed[table] = sum(show == "masked" for show in decision.columns.values())
    if closed and actor.kind != "system":
        question = sql.name if isinstance(sql, Path) else ""
        if look := open_look(actor):
            look.add(closed, question)
        else:
            _note(actor, purpose, closed, question)
    return mounts


def _resource_of(table: str, actor: Actor) -> Resource:
    try:
        spec = resource(table)
    except UnknownResource:
        spec = None
    if spec is None or spec.table != table:
        _refuse(actor, "", table, "目录里没有这张表")
        raise AccessDenied(_("目录里没有表“%(table)s”，因此谁也不能读。") % {"table": table})
    return spec


@act
def _publish(actor: Actor, event: Event) -> None:
    with acting_as(actor):
        publish(event)


def _note(actor: Actor, purpose: str, tables: Mapping[str, int], question: str) -> None:
    # The event stands under the table with most to hide.
    first = max(tables, key=lambda name: tables[name])
    event = QuestionAsked(
        subject=f"resource:{first.removeprefix('raw.')}", purpose=purpose[:200], tables=tuple(tables),
        question=question, masked=sum(tables.values()),
    )  # fmt: skip
    _publish(actor, event)


def _refuse(actor: Actor, purpose: str, table: str, reason: str) -> None:
    subject = f"resource:{table.removeprefix('raw.')}"
    _publish(
        actor,
        AccessRefused(subject=subject[:120], purpose=purpose[:200], tables=(table[:200],), reason=reason),
    )


def _all_of(spec: Resource) -> str:
    columns = ", ".join(f'"{f.name}"' for f in spec.fields)
    return f"SELECT {columns} FROM {spec.table}"


def sample(code: str, actor: Actor, *, purpose: str = "预览", limit: int = 20) -> pa.Table:
    """The first rows of a resource, as the actor may see them."""
    return ask(_all_of(resource(code)), actor, purpose=purpose, limit=limit).table


def export(code: str, actor: Actor, *, form: Format, purpose: str = "下载") -> Iterator[bytes]:
    """The whole of a resource as the actor may see it, streamed in bounded memory."""
    spec = resource(code)
    sql = _all_of(spec)
    mounts = _admit(sql, actor, purpose)
    if not lake.exists(spec.table):
        raise NoData(_("这份数据还没有交付：%(what)s") % {"what": spec.title})
    batches = lake.stream(sql, mounts=mounts)
    return {"csv": _csv, "json": _json, "parquet": _parquet}[form](batches)


def _csv(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    """With a BOM: without one Excel reads Chinese as gibberish."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for number, batch in enumerate(batches):
        if number == 0:
            out.write("\ufeff")
            writer.writerow(batch.schema.names)
        columns = [[harmless_cell(value) for value in column.to_pylist()] for column in batch.columns]
        writer.writerows(zip(*columns, strict=True))
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def _json(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    yield b"["
    first = True
    for batch in batches:
        rows = (json.dumps(row, ensure_ascii=False, default=str) for row in batch.to_pylist())
        text = ",\n".join(rows)
        if text:
            yield (("" if first else ",\n") + text).encode()
            first = False
    yield b"]\n"


def _parquet(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    with scratch("export") as folder:
        first = next(batches)
        with pq.ParquetWriter(folder / "part.parquet", first.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
        with (folder / "part.parquet").open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece
