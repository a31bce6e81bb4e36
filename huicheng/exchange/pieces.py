"""Rows written out piece by piece as they come, in bounded memory: whoever sends them may stop between any two."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Batches = Iterator[pa.RecordBatch]


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


class _Outgoing(io.RawIOBase):
    """A file that only grows: what was written is handed on, and its place remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.place, self.waiting = 0, list[bytes]()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self.waiting.append(piece)
        self.place += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self.place

    def taken(self) -> bytes:
        data = b"".join(self.waiting)
        self.waiting.clear()
        return data


def parquet(batches: Batches) -> Iterator[bytes]:
    """Row group by row group. The directory is sent last: a file that was cut has none, and no reader takes it."""
    first, out = next(batches), _Outgoing()
    with pq.ParquetWriter(out, first.schema, compression="zstd") as writer:
        yield out.taken()
        for batch in batches:
            writer.write_batch(batch)
            yield out.taken()
    yield out.taken()
