"""Rows written out piece by piece, in bounded memory: Arrow as they come, Parquet by way of a file."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from huicheng.ground.api import scratch

Batches = Iterator[pa.RecordBatch]
CHUNK = 1 << 20


def arrow(batches: Batches) -> Iterator[bytes]:
    """The end-of-stream mark is sent last: a stream that was cut has none."""
    first = next(batches)
    out = io.BytesIO()
    writer = pa.ipc.new_stream(out, first.schema)
    yield _taken(out)
    for batch in batches:
        writer.write_batch(batch)
        yield _taken(out)
    writer.close()
    yield _taken(out)


def _taken(out: io.BytesIO) -> bytes:
    data = out.getvalue()
    out.seek(0)
    out.truncate()
    return data


def parquet(batches: Batches) -> Iterator[bytes]:
    """Written aside first: its directory stands at its end."""
    with scratch("pieces") as folder:
        first = next(batches)
        with pq.ParquetWriter(folder / "rows.parquet", first.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
        with (folder / "rows.parquet").open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece
