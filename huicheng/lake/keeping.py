"""Compaction, retention and erasure."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyarrow.parquet as pq
from deltalake import DeltaTable

from huicheng.ground.api import scratch
from huicheng.lake.tables import arrow_schema, folder, held, open_table, tables
from huicheng.lake.writing import name, retried, text

TARGET_FILE = 128 * 1024 * 1024
LITERALS = ("string", "large_string")


@dataclass(frozen=True)
class Cleaned:
    """How many files went: of versions past their days, and of writes that never finished."""

    expired: int
    orphans: int


def compact(table: str) -> int:
    """Join small files; readers of older versions notice nothing."""

    def once() -> int:
        delta = open_table(table)
        delta.optimize.compact(target_size=TARGET_FILE, max_concurrent_tasks=1)
        return delta.version()

    with held(table):
        return retried(once)


def clean(table: str, *, keep_days: int = 30) -> Cleaned:
    """Remove files that only versions older than ``keep_days`` use, and what killed writers left behind."""
    with held(table):
        delta = open_table(table)
        expired = delta.vacuum(
            retention_hours=keep_days * 24, dry_run=False, enforce_retention_duration=False
        )
        return Cleaned(len(expired), _remove_orphans(folder(table), delta))


def purge(*, keep_days: int = 30) -> dict[str, Cleaned]:
    """``clean`` for every table."""
    return {table: clean(table, keep_days=keep_days) for table in tables()}


def _remove_orphans(place: Path, delta: DeltaTable) -> int:
    # The lock is ours, so no writer is at work: a file that no commit ever named was left by a dead one.
    named = set(_named_in_log(place / "_delta_log"))
    if not named and delta.file_uris():
        return 0  # a log we cannot read: remove nothing
    gone = 0
    for path in place.rglob("*"):
        if path.is_file() and "_delta_log" not in path.parts and str(path.relative_to(place)) not in named:
            path.unlink()
            gone += 1
    for path in (place / "_delta_log").glob("*#*"):
        path.unlink()
        gone += 1
    return gone


def _named_in_log(log: Path) -> Iterator[str]:
    for commit in log.glob("*.json"):
        for line in commit.read_text(encoding="utf-8").splitlines():
            action = json.loads(line)
            yield from (unquote(action[kind]["path"]) for kind in ("add", "remove") if kind in action)
    for checkpoint in log.glob("*.checkpoint*.parquet"):
        for kind in ("add", "remove"):
            column = pq.read_table(checkpoint, columns=[f"{kind}.path"]).column(kind)
            yield from (unquote(one["path"]) for one in column.to_pylist() if one and one.get("path"))


def erase(table: str, *, keys: Sequence[dict[str, str | int]]) -> int:
    """Delete the rows that match any of ``keys`` and every older version with them; returns how many rows."""
    with held(table):
        delta = open_table(table)
        known = set(arrow_schema(delta).names)
        for key in keys:
            if not key or not set(key) <= known:
                raise ValueError(f"{table} has no columns {sorted(set(key) - known)}")
        result = retried(lambda: _delete(delta, keys))
        delta.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
        return result


def _delete(delta: DeltaTable, keys: Sequence[dict[str, str | int]]) -> int:
    one_row = (" AND ".join(f"{name(c)} = {_literal(v)}" for c, v in key.items()) for key in keys)
    told = delta.delete(" OR ".join(f"({row})" for row in one_row))
    return int(told.get("num_deleted_rows") or 0)


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else text(value)


def delete(table: str) -> None:
    """Forget the table and all its versions."""
    with held(table), scratch("dropped") as grave:
        place = folder(table)
        if place.exists():
            os.replace(place, grave / "table")
            shutil.rmtree(grave / "table")
