"""Erasure: rows that must be in no version and in no file, nor in the log beside them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from huicheng.lake.holding import LakeBusy, gate, held, in_use
from huicheng.lake.keeping import same_rows, spare, unlink
from huicheng.lake.quoting import literal, quoted
from huicheng.lake.tables import CHANGED, arrow_schema, folder, open_table, opened, read
from huicheng.lake.writing import KEPT, MERGE_MEMORY, NO_STATISTICS, PARQUET, retried

WAIT = 60.0


def erase(table: str, *, keys: Sequence[dict[str, str | int]], wait: float = WAIT) -> int:
    """Delete the rows that match any of ``keys`` and every older version with them; returns how many rows."""
    gone = remove_rows(table, keys=keys)
    forget(table, wait=wait)
    return gone


def remove_rows(table: str, *, keys: Sequence[dict[str, str | int]]) -> int:
    """Take rows out of the newest version; the log names no key, since the keys are joined and not spelled out."""
    with held(table):
        shape = arrow_schema(open_table(table))
        for key in keys:
            if not key or not set(key) <= set(shape.names):
                raise ValueError(f"{table} has no columns {sorted(set(key) - set(shape.names))}")
        alike = {tuple(sorted(key)) for key in keys}
        return sum(
            _remove(table, [key for key in keys if tuple(sorted(key)) == one]) for one in sorted(alike)
        )


def _remove(table: str, keys: Sequence[dict[str, str | int]]) -> int:
    columns = sorted(keys[0])
    shape = arrow_schema(open_table(table))
    unique = list(dict.fromkeys(tuple(key[c] for c in columns) for key in keys))
    given = pa.table(
        {c: pa.array([one[n] for one in unique]).cast(shape.field(c).type) for n, c in enumerate(columns)}
    )
    same = " AND ".join(f"kept.{quoted(c)} = gone.{quoted(c)}" for c in columns)

    def once() -> int:
        merger = open_table(table).merge(
            given, same, source_alias="gone", target_alias="kept", max_spill_size=MERGE_MEMORY,
            writer_properties=PARQUET,
        )  # fmt: skip
        return int(merger.when_matched_delete().execute().get("num_target_rows_deleted") or 0)

    return retried(once)


def expire(table: str, *, column: str, before: datetime, dry_run: bool = False) -> int:
    """Take out rows whose ``column``, a date or a moment, is older than ``before``; rows without one stay."""
    with held(table):
        delta = open_table(table)
        kind = arrow_schema(delta).field(column).type
        edge = before.date().isoformat() if pa.types.is_date(kind) else before.isoformat(sep=" ")
        old = f"{quoted(column)} < {_moment(kind)} {literal(edge)}"
        count = _count(table, column, before)
        if not count or dry_run:
            return count
        return retried(lambda: int(open_table(table).delete(old, PARQUET).get("num_deleted_rows") or 0))


def _moment(kind: pa.DataType) -> str:
    if pa.types.is_date(kind):
        return "DATE"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMP"
    raise ValueError(f"rows cannot be aged by a column of type {kind}: name a date or a moment")


def _count(table: str, column: str, before: datetime) -> int:
    count = 0
    for batch in read(table, columns=[column]):
        values = batch.column(0)
        edge = pa.scalar(before.date() if pa.types.is_date(values.type) else before, values.type)
        count += pc.sum(pc.less(values, edge)).as_py() or 0
    return count


def forget(table: str, *, wait: float = WAIT) -> None:
    """Let the newest version be the only one: its log begins anew, and every other file goes.

    Whoever reads an older version is waited for; ``LakeBusy`` after ``wait`` seconds, to be tried again.
    """
    deadline = time.monotonic() + wait
    while busy := _still_read(table):
        if time.monotonic() > deadline:
            numbers = ", ".join(map(str, sorted(busy)))
            raise LakeBusy(f"{table}: version {numbers} is still being read; its files go when it is not")
        time.sleep(0.1)


def _still_read(table: str) -> set[int]:
    """The older versions that stand in the way; where there are none, they are forgotten now."""
    with held(table):
        with gate(table, alone=True):
            if busy := _older_in_use(table):
                return busy
        _begin_anew(table)
        with gate(table, alone=True):
            if busy := _older_in_use(table):
                return busy
            _cut_log(table)
            unlink(spare(table, set()))
    return set()


def _older_in_use(table: str) -> set[int]:
    return in_use(table) - {opened(table).version()}


def _begin_anew(table: str) -> None:
    """A commit that says nothing and a checkpoint of it: all that came before can go."""
    log = folder(table) / "_delta_log"
    version = open_table(table).version()
    own = log / f"{version:020}.json"
    alone = len(list(log.glob("*.json"))) == 1
    fresh = _checkpoint(table, version).exists() and CHANGED in own.read_text(encoding="utf-8")
    if alone or fresh:
        return
    quiet = {NO_STATISTICS: KEPT[NO_STATISTICS]}
    open_table(table).alter.set_table_properties(
        quiet, raise_if_not_exists=False, commit_properties=same_rows(table)
    )
    open_table(table).create_checkpoint()


def _checkpoint(table: str, version: int) -> Path:
    return folder(table) / "_delta_log" / f"{version:020}.checkpoint.parquet"


def _cut_log(table: str) -> None:
    """Oldest first: a kill in the middle leaves a log that begins later, and the checkpoint that it begins with."""
    version = opened(table).version()
    if not _checkpoint(table, version).exists():
        return
    for path in sorted((folder(table) / "_delta_log").iterdir()):
        number = path.name.split(".")[0]
        if number.isdigit() and int(number) < version:
            path.unlink()
