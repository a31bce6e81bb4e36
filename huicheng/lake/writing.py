"""Every change to a table is one Delta commit: seen whole or not at all, and only once per transaction."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError

from huicheng.lake.holding import LakeBusy, held
from huicheng.lake.quoting import quoted
from huicheng.lake.tables import arrow_schema, exists, folder, open_table

Data: TypeAlias = pa.Table | pa.RecordBatchReader | Iterable[pa.RecordBatch]
Txn: TypeAlias = tuple[str, int]
RETRIES = 20
MERGE_MEMORY = 512 * 1024 * 1024
NO_STATISTICS = "delta.dataSkippingNumIndexedCols"
# delta-rs forgets deleted files after a week by default; a whole version must stay readable for 30 days.
KEPT = {
    "delta.deletedFileRetentionDuration": "interval 30 days",
    "delta.logRetentionDuration": "interval 30 days",
    "delta.checkpointInterval": "20",
    # The log would otherwise repeat the smallest and largest value of each column, names and numbers of people too.
    NO_STATISTICS: "0",
}
MANY = 0.5  # of the values of a column's first batch: where so many differ, a dictionary only costs time
ENOUGH_TO_TELL = 1000


def parquet(sample: pa.RecordBatch | None = None) -> WriterProperties:
    """How files are written; columns of ever new values without looking for repeated ones."""
    many = {} if sample is None or len(sample) < ENOUGH_TO_TELL else _various(sample)
    # Small pages: who wants one row unpacks one page of each column.
    return WriterProperties(
        compression="ZSTD", compression_level=1, max_row_group_size=131_072, data_page_row_count_limit=4096,
        write_batch_size=1024, column_properties=many or None,
    )  # fmt: skip


def parquet_writer(path: Path, sample: pa.RecordBatch) -> pq.ParquetWriter:
    """The same for a file of one's own that begins with these rows."""
    names = set(sample.schema.names) - (set(_various(sample)) if len(sample) >= ENOUGH_TO_TELL else set())
    kept = [name for name in sample.schema.names if name in names]
    return pq.ParquetWriter(
        path, sample.schema, compression="zstd", compression_level=1, use_dictionary=kept or False
    )


def _various(sample: pa.RecordBatch) -> dict[str, ColumnProperties]:
    counts = {
        field.name: pc.count_distinct(column).as_py()
        for field, column in zip(sample.schema, sample.columns, strict=True) if not pa.types.is_nested(field.type)
    }  # fmt: skip
    plain = ColumnProperties(dictionary_enabled=False)
    return {name: plain for name, count in counts.items() if count > MANY * len(sample)}


PARQUET = parquet()


class SchemaClash(Exception):
    """The new rows do not fit the columns that the table already has."""


def write(
    table: str, data: Data, *, mode: Literal["replace", "append"] = "replace",
    txn: Txn | None = None, schema: pa.Schema | None = None,
) -> int:  # fmt: skip
    """Commit ``data`` and return the version that holds it.

    ``txn=(app, number)`` makes a commit that was made before a no-op. New columns are added by an append.
    """
    if mode not in ("replace", "append"):
        raise ValueError(f"mode is replace or append, not {mode!r}")
    shared = mode == "append" and txn is None and exists(table)
    with held(table, shared=shared):
        if (done := _done(table, txn)) is not None:
            return done
        return _commit(table, readable(data, schema), mode, txn)


def _commit(table: str, stream: pa.RecordBatchReader, mode: str, txn: Txn | None) -> int:
    folder(table).parent.mkdir(parents=True, exist_ok=True)
    first, stream = _begun(stream)
    with _clashes_named(table, stream.schema):
        write_deltalake(
            str(folder(table)),
            stream,
            mode="append" if mode == "append" else "overwrite",
            schema_mode="merge" if mode == "append" else "overwrite",
            configuration=None if exists(table) else KEPT,
            writer_properties=parquet(first),
            commit_properties=_properties(txn),
        )
    return open_table(table).version()


def _begun(stream: pa.RecordBatchReader) -> tuple[pa.RecordBatch | None, pa.RecordBatchReader]:
    """The first batch, and the stream with it."""
    first = next(stream, None)
    whole = itertools.chain([first] if first is not None else [], stream)
    return first, pa.RecordBatchReader.from_batches(stream.schema, whole)


def upsert(
    table: str, data: Data, *, keys: Sequence[str], kept: Sequence[str] = (), txn: Txn | None = None
) -> int:
    """Rows whose ``keys`` are already there replace them, the others are added. Keys in ``data`` are unique.

    In the columns ``kept`` the rows that are there keep their values.
    """
    if not keys:
        raise ValueError(f"{table}: an upsert needs at least one key column")
    return _onto(table, data, txn, lambda stream: _merge(open_table(table), stream, keys, kept, txn))


def _onto(table: str, data: Data, txn: Txn | None, put: Callable[[pa.RecordBatchReader], int]) -> int:
    """Put new rows onto a table, a transaction's once; the first rows make it."""
    with held(table):
        if (done := _done(table, txn)) is not None:
            return done
        stream = readable(data)
        if not exists(table):
            return _commit(table, stream, "replace", txn)
        with _clashes_named(table, stream.schema):
            return put(stream)


def _merge(
    delta: DeltaTable, stream: pa.RecordBatchReader, keys: Sequence[str], kept: Sequence[str], txn: Txn | None
) -> int:
    same = " AND ".join(f"kept.{quoted(key)} = fresh.{quoted(key)}" for key in keys)
    merger = delta.merge(
        stream, same, source_alias="fresh", target_alias="kept", merge_schema=True,
        max_spill_size=MERGE_MEMORY, writer_properties=PARQUET, commit_properties=_properties(txn),
    )  # fmt: skip
    merger.when_matched_update_all(except_cols=list(kept)).when_not_matched_insert_all().execute()
    return delta.version()


def retried(change: Callable[[], int]) -> int:
    """Locks keep our own writers apart; this is for one beside us that does not know them."""
    for _ in range(RETRIES):
        try:
            return change()
        except CommitFailedError as error:
            last = error
    raise LakeBusy(f"another writer kept winning {RETRIES} times: {last}")


def _done(table: str, txn: Txn | None) -> int | None:
    """The version to answer with, if this transaction was committed before."""
    if txn is None or not exists(table):
        return None
    delta = open_table(table)
    seen = delta.transaction_version(txn[0])
    return delta.version() if seen is not None and seen >= txn[1] else None


def _properties(txn: Txn | None) -> CommitProperties:
    marks = [Transaction(app_id=txn[0], version=txn[1])] if txn else None
    return CommitProperties(app_transactions=marks, max_commit_retries=RETRIES)


@contextmanager
def _clashes_named(table: str, given: pa.Schema) -> Iterator[None]:
    """The writer's words for rows of other types quote a value of theirs: ours name the columns alone."""
    try:
        yield
    except Exception as error:
        if not _is_clash(str(error)):
            raise
        there = {f.name: str(f.type) for f in arrow_schema(open_table(table))} if exists(table) else {}
        shapes = [there, {f.name: str(f.type) for f in given}]
        has, came = (json.dumps(shape, ensure_ascii=False) for shape in shapes)
        raise SchemaClash(f"{table} has the columns {has}; what came has {came}") from None


def _is_clash(said: str) -> bool:
    cast = any(words in said for words in ("Cast error", "Failed to parse string", "truncated converting"))
    return cast or ("chema" in said and "onflict" not in said)


def readable(data: Data, schema: pa.Schema | None = None) -> pa.RecordBatchReader:
    """Any of the three shapes as one stream, in types that Delta knows."""
    if isinstance(data, pa.Table):
        data = data.to_reader(max_chunksize=131_072)
    if not isinstance(data, pa.RecordBatchReader):
        data = _from_batches(iter(data), schema)
    shape = pa.schema([pa.field(f.name, _delta_type(f.type)) for f in data.schema])
    if shape.equals(data.schema):
        return data
    return pa.RecordBatchReader.from_batches(shape, _recast(data, shape))


def _from_batches(batches: Iterator[pa.RecordBatch], schema: pa.Schema | None) -> pa.RecordBatchReader:
    first = next(batches, None)
    if first is None and schema is None:
        raise ValueError("no batches and no schema: say schema= to write an empty table")
    known: Any = schema if first is None else first.schema
    return pa.RecordBatchReader.from_batches(known, itertools.chain([first] if first else [], batches))


def _recast(batches: Iterable[pa.RecordBatch], shape: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        columns = [
            c if c.type == f.type else c.cast(f.type) for c, f in zip(batch.columns, shape, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=shape)


def _fitted(stream: pa.RecordBatchReader, shape: pa.Schema) -> pa.RecordBatchReader:
    """The same rows with the table's columns: those the stream does not have are null."""
    if extra := sorted(set(stream.schema.names) - set(shape.names)):
        raise SchemaClash(f"the table has no columns {', '.join(extra)}: add them with an append first")

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in stream:
            known = dict(zip(batch.schema.names, batch.columns, strict=True))
            columns = [
                known[f.name].cast(f.type) if f.name in known else pa.nulls(len(batch), f.type) for f in shape
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=shape)

    return pa.RecordBatchReader.from_batches(shape, batches())


def _delta_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _delta_type(kind.value_type)
    if pa.types.is_unsigned_integer(kind):
        return pa.int64()
    if pa.types.is_null(kind):
        return pa.string()
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", tz="UTC") if kind.tz else pa.timestamp("us")
    return kind
