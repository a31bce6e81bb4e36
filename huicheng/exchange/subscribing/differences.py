"""Differences 差异 between two versions as one sight shows them: found once, kept a short while, and read by the page.

A file is named by all that makes it: table, versions, columns, masks, filter, and the hash that rows are known by, which
is another one under every grant. So nobody reads a file that was made for another.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import uuid
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from huicheng.exchange.declarations import Resource
from huicheng.exchange.landing import alone
from huicheng.ground.api import home
from huicheng.lake import api as lake

LONGEST = 120.0
IDLE = timedelta(minutes=15)
GROUP = 2_000
# Differences whose names begin alike are made in turn.
LOCKED_BY = 2


def rows_of(
    spec: Resource, versions: tuple[int | None, int], sight: lake.Sight, *, skip: int, limit: int
) -> pa.Table:
    """One page. Where none follows nothing is kept."""
    path = _folder(spec.code) / f"{_name(spec.table, versions, sight)}.parquet"
    with _held(path.stem):
        if _kept(path, spec.table, versions):
            return _page(path, skip, limit)
        draft = path.with_name(f".{path.stem}.{uuid.uuid4().hex}")
        try:
            rows = _written(draft, spec.table, versions, sight)
            found = _page(draft, skip, limit)
            if rows > skip + limit:
                tidy()
                os.replace(draft, path)
            return found
        finally:
            draft.unlink(missing_ok=True)


def _held(name: str) -> AbstractContextManager[bool]:
    return alone(_folders() / ".locks" / name[:LOCKED_BY])


def _folders() -> Path:
    return home() / "changes"


def _folder(code: str) -> Path:
    path = _folders() / code
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _name(table: str, versions: tuple[int | None, int], sight: lake.Sight) -> str:
    mount = sight.mount
    whole = [
        table,
        versions,
        dict(mount.columns),
        dict(mount.absent),
        mount.where,
        sight.row,
        dict(sight.beside),
    ]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


def _kept(path: Path, table: str, versions: tuple[int | None, int]) -> bool:
    """Only while both versions stand: an erasure removes them first."""
    if not path.exists():
        return False
    for number in versions:
        if number is not None:
            with lake.pinned({table: number}):
                pass
    os.utime(path)
    return True


def _written(draft: Path, table: str, versions: tuple[int | None, int], sight: lake.Sight) -> int:
    """How many rows there are."""
    rows = 0
    batches = lake.changes(table, *versions, sight=sight, timeout=LONGEST)
    first = next(batches)
    with pq.ParquetWriter(draft, first.schema, compression="zstd") as writer:
        for batch in batches:
            rows += batch.num_rows
            writer.write_batch(batch, row_group_size=GROUP)
    return rows


def _page(path: Path, skip: int, limit: int) -> pa.Table:
    """The row groups that the page lies in, and no others."""
    with pq.ParquetFile(path) as file:
        sizes = [file.metadata.row_group(place).num_rows for place in range(file.num_row_groups)]
        wanted, before, at = [], 0, 0
        for place, size in enumerate(sizes):
            if at + size <= skip:
                before += size
            elif at < skip + limit:
                wanted.append(place)
            at += size
        return file.read_row_groups(wanted).slice(skip - before, limit)


def tidy() -> int:
    """What nobody has read for a while goes, and what a kill left half-written."""
    old = time.time() - IDLE.total_seconds()
    gone = 0
    for path in _folders().glob("*/*"):
        with suppress(FileNotFoundError):  # another process may have come first
            if path.parent.name != ".locks" and path.stat().st_mtime < old:
                path.unlink()
                gone += 1
    return gone


def forget(code: str) -> None:
    """Rows were erased, or a right has ended: who still may has it made anew, and what is being made is waited for."""
    folder = _folder(code)
    for name in sorted({path.name.lstrip(".")[:LOCKED_BY] for path in folder.iterdir()}):
        with _held(name):
            for path in (*folder.glob(f"{name}*"), *folder.glob(f".{name}*")):
                path.unlink(missing_ok=True)
