"""Rows by a column's exact value, found without reading the table: an index of a file's column, kept in memory.

Files of the lake never change, so an index of one holds for as long as the file is there. What is found is all that
can matter and perhaps more: the question is then asked of these rows as it would have been of the files.
"""

from __future__ import annotations

import functools
import hashlib
import os
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from huicheng.lake.engine import connection
from huicheng.lake.quoting import literal, quoted
from huicheng.lake.tables import Snapshot

ASKED_OFTEN = 3  # a first question is answered sooner by looking through the files
MOST_ROWS = 1000  # for more an index is of no use
MOST_FILES = 500
MEMORY = int(os.environ.get("HUICHENG_INDEX_MEMORY", 384 << 20))
A_ROW = 12  # bytes of an index
HELD = int(os.environ.get("HUICHENG_HELD_MEMORY", 384 << 20))
LOOKED_EVERY = 1.0
Numbers: TypeAlias = NDArray[Any]


@dataclass(frozen=True)
class _Kind:
    """How a column's values become numbers: in SQL for a file's, in Python for one."""

    sql: str
    dtype: type[np.generic]
    fits: Callable[[Any], bool]
    number: Callable[[Any], int]


def _of_text(value: str) -> int:
    """The same as ``md5_number_lower`` makes of it."""
    data = hashlib.md5(value.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return int.from_bytes(data[8:], "little")


INT64 = range(-(2**63), 2**63)
WHOLE = _Kind("{c}::BIGINT", np.int64, lambda value: type(value) is int and value in INT64, int)
DAY = _Kind(
    "{c} - DATE '1970-01-01'", np.int64, lambda value: type(value) is date, lambda d: d.toordinal() - 719_163
)
TEXT = _Kind("md5_number_lower({c})", np.uint64, lambda value: type(value) is str, _of_text)


def _kind_of(column: pa.DataType) -> _Kind | None:
    if pa.types.is_signed_integer(column):
        return WHOLE
    if pa.types.is_date32(column):
        return DAY
    return TEXT if pa.types.is_string(column) else None


@dataclass(frozen=True)
class _Index:
    """A column's values as sorted numbers, and the row of the file that each stands in."""

    numbers: Numbers
    rows: NDArray[np.uint32]

    def at(self, number: int) -> list[int]:
        sought = self.numbers.dtype.type(number)
        first = int(np.searchsorted(self.numbers, sought, "left"))
        last = int(np.searchsorted(self.numbers, sought, "right"))
        return sorted(self.rows[first : min(last, first + MOST_ROWS + 1)].tolist())

    @property
    def size(self) -> int:
        return self.numbers.nbytes + self.rows.nbytes


_indexes: OrderedDict[tuple[str, str], _Index] = OrderedDict()
_whole: OrderedDict[str, pa.Table] = OrderedDict()  # files small enough to be held with all their rows
_asked: Counter[tuple[str, str]] = Counter()
_shelf, _building = threading.Lock(), threading.Lock()
_looked = 0.0


def rows_near(found: Snapshot, points: Mapping[str, Any]) -> pa.Table | None:
    """All rows of this version that can have these values, and few others; None where that is not known quickly."""
    _forget_sometimes()
    try:
        return _near(found, points)
    except duckdb.Error:  # an older file without the column, say: the question itself will tell
        return None


def _forget_sometimes() -> None:
    global _looked
    if time.monotonic() - _looked < LOOKED_EVERY:
        return
    with _shelf:
        _looked = time.monotonic()
        _forget_gone()


def _near(found: Snapshot, points: Mapping[str, Any]) -> pa.Table | None:
    for column, value in points.items():
        kind = _kind_of(found.shape.field(column).type)
        if kind is None or not kind.fits(value) or len(found.files) > MOST_FILES:
            continue
        indexes = _indexes_of(found.files, column, kind)
        if indexes is None:
            continue
        places = {path: index.at(kind.number(value)) for path, index in indexes.items()}
        if sum(map(len, places.values())) <= MOST_ROWS:
            return _fetched(found, {path: rows for path, rows in places.items() if rows})
    return None


def _indexes_of(files: Sequence[str], column: str, kind: _Kind) -> dict[str, _Index] | None:
    with _shelf:
        kept = {path: _indexes[path, column] for path in files if (path, column) in _indexes}
        for path in kept:
            _indexes.move_to_end((path, column))
        if len(kept) == len(files):
            return kept
        _asked[files[0], column] += 1
        if len(_asked) > 10_000:
            _asked.clear()
        wanted = _asked[files[0], column] >= ASKED_OFTEN
    # Who comes while one is being made does not wait for it.
    if not wanted or not _building.acquire(blocking=False):
        return None
    try:
        return _made({path: kept.get(path) for path in files}, column, kind)
    finally:
        _building.release()


def _made(kept: Mapping[str, _Index | None], column: str, kind: _Kind) -> dict[str, _Index] | None:
    sizes = {path: pq.read_metadata(path) for path in kept}
    if sum(one.num_rows for one in sizes.values()) * A_ROW > MEMORY:
        return None
    made = {path: index or _index(path, column, kind) for path, index in kept.items()}
    with _shelf:
        _forget_gone()
        _indexes.update({(path, column): index for path, index in made.items()})
        while sum(index.size for index in _indexes.values()) > MEMORY:
            _indexes.popitem(last=False)
    if sum(map(_unpacked, sizes.values())) <= HELD // 4:
        _hold([path for path in made if path not in _whole])
    return made


def _unpacked(facts: pq.FileMetaData) -> int:
    """About how many bytes; repeated values are told once in it."""
    return sum(facts.row_group(number).total_byte_size for number in range(facts.num_row_groups))


def _hold(paths: Sequence[str]) -> None:
    for path in paths:
        table = (
            _engine(os.getpid())
            .cursor()
            .sql(f"SELECT * FROM {literal(path)}")
            .to_arrow_table()
            .combine_chunks()
        )
        with _shelf:
            _whole[path] = table
            while sum(one.nbytes for one in _whole.values()) > HELD:
                _whole.popitem(last=False)


def _forget_gone() -> None:
    """Rows that were erased are in no file any more, nor shall they be here."""
    gone = {path for path in {*_whole, *(path for path, _column in _indexes)} if not Path(path).exists()}
    for path, column in [key for key in _indexes if key[0] in gone]:
        del _indexes[path, column]
    for path in gone:
        _whole.pop(path, None)


def _index(path: str, column: str, kind: _Kind) -> _Index:
    number = kind.sql.format(c=quoted(column))
    asked = (
        f"SELECT {number} AS n, file_row_number AS r FROM {_file(path)} WHERE {quoted(column)} IS NOT NULL"
    )
    found = _engine(os.getpid()).cursor().execute(asked).fetchnumpy()
    numbers, rows = np.asarray(found["n"], kind.dtype), np.asarray(found["r"], np.uint32)
    order = np.argsort(numbers, kind="stable")
    return _Index(numbers[order], rows[order])


def _fetched(found: Snapshot, places: Mapping[str, Sequence[int]]) -> pa.Table:
    """The rows, in the order in which the files have them, in the types in which the engine reads all files together."""
    shape = _shape(found.files)
    parts = [_fitted(_rows(path, rows), shape) for path, rows in places.items()]
    return pa.concat_tables([shape.empty_table(), *parts])


def _rows(path: str, rows: Sequence[int]) -> pa.Table:
    if (table := _whole.get(path)) is not None:
        return table.take(pa.array(rows, pa.int64()))
    listed = ",".join(map(str, rows))
    asked = f"SELECT * EXCLUDE (file_row_number) FROM {_file(path)} WHERE file_row_number IN ({listed})"
    return _engine(os.getpid()).cursor().sql(asked).to_arrow_table()


def _fitted(part: pa.Table, shape: pa.Schema) -> pa.Table:
    """An older file may lack columns, or have narrower ones."""
    names = set(part.schema.names)
    columns = [part[f.name].cast(f.type) if f.name in names else pa.nulls(len(part), f.type) for f in shape]
    return pa.table(columns, schema=shape)


@functools.lru_cache(maxsize=256)
def _shape(files: tuple[str, ...]) -> pa.Schema:
    listed = ",".join(literal(path) for path in files)
    asked = f"SELECT * FROM read_parquet([{listed}], union_by_name = true) LIMIT 0"
    return _engine(os.getpid()).cursor().sql(asked).to_arrow_table().schema


@functools.lru_cache(maxsize=1)
def _engine(process: int) -> duckdb.DuckDBPyConnection:
    """One for this process alone; only what stands here is ever asked of it."""
    engine = connection(memory="512MB")
    engine.execute("SET preserve_insertion_order = true")
    engine.execute("SET parquet_metadata_cache = true")
    return engine


def _file(path: str) -> str:
    return f"read_parquet({literal(path)}, file_row_number = true)"
