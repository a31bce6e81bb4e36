"""What goes out is hashed as it goes: of an answer nothing but its hash is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pyarrow as pa


def digest(table: pa.Table) -> str:
    """The SHA-256 of the answer as an Arrow stream, one piece a column; of the answer nothing else is kept."""
    sink = Sink()
    whole = table.combine_chunks()
    with pa.ipc.new_stream(pa.PythonFile(sink, "w"), whole.schema) as writer:
        writer.write_table(whole)
    return sink.sha256.hexdigest()


class Sink:
    """Takes bytes and keeps only their hash."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self.closed = False

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None:
        self.closed = True


class Sent:
    """An export on its way out: counted and hashed as it goes, and told of when the last piece has gone."""

    def __init__(
        self, write: Callable[[Iterator[pa.RecordBatch]], Iterator[bytes]], batches: Iterator[pa.RecordBatch]
    ) -> None:
        self.rows, self.sha256 = 0, hashlib.sha256()
        self.pieces = write(self._rows(batches))

    def _rows(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            self.rows += batch.num_rows
            yield batch

    def counted(self, tell: Callable[[int, str], None]) -> Iterator[bytes]:
        for piece in self.pieces:
            self.sha256.update(piece)
            yield piece
        tell(self.rows, self.sha256.hexdigest())


def counted(batches: Iterator[pa.RecordBatch], tell: Callable[[int, str], None]) -> Iterator[pa.RecordBatch]:
    """The same for rows that stay in this process: hashed as the Arrow stream that they would be."""
    sink, rows = Sink(), 0
    first = next(batches)
    writer = pa.ipc.new_stream(pa.PythonFile(sink, "w"), first.schema)
    yield first
    for batch in batches:
        writer.write_batch(batch)
        rows += batch.num_rows
        yield batch
    writer.close()
    tell(rows, sink.sha256.hexdigest())
