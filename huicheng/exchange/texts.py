"""A whole file at once, as text, for programs that need all of it: the same readers, limits and errors as deliveries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from huicheng.exchange.reading.opening import open_source
from huicheng.exchange.reading.source import BadRow
from huicheng.exchange.taking import as_texts


@dataclass(frozen=True)
class Texts:
    """``table``: columns of text under the file's own header. ``rows``: which row of the file each is, from 1;
    ``bad``: rows that are no rows of this table, with reasons."""

    table: pa.Table
    rows: np.ndarray[Any, np.dtype[np.int64]]
    bad: tuple[BadRow, ...]


def read_texts(path: Path, *, tell: Callable[[int, int], None] | None = None) -> Texts:
    """``tell``: done and total, in what the format counts (bytes or rows)."""
    source = open_source(path)
    schema = pa.schema([(name, pa.string()) for name in source.header])
    batches, rows, bad = list[pa.RecordBatch](), [np.zeros(0, np.int64)], list[BadRow]()
    for chunk in source.chunks():
        columns = [as_texts(column) for column in chunk.columns]
        batches.append(pa.RecordBatch.from_arrays(columns, schema=schema))
        rows.append(chunk.rows)
        bad.extend(chunk.bad)
        if tell:
            tell(chunk.done, source.total)
    return Texts(pa.Table.from_batches(batches, schema), np.concatenate(rows), tuple(bad))
