"""Columns of text: joined, patched and taken without a Python loop over rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huicheng.sandbox.chance import Flags, Ints, digits


def text_of(grid: NDArray[np.uint8]) -> pa.StringArray:
    """A byte matrix as a string array."""
    rows, width = grid.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)[: rows + 1]
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(grid)))


def numbered(numbers: Ints, width: int) -> pa.StringArray:
    return text_of(digits(numbers, width))


def plain(numbers: Ints) -> pa.StringArray:
    return pa.array(numbers).cast(pa.string())


def join(*parts: Any) -> pa.StringArray:
    """Strings and columns glued row by row; a null part leaves nothing."""
    scalars = [pa.scalar(part) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*scalars, "", null_handling="replace", null_replacement="")


def take(pool: Any, places: Ints) -> pa.StringArray:
    return pool.take(pa.array(places))


def patch(column: pa.StringArray, where: Flags, values: Any) -> pa.StringArray:
    """`values` (one per flagged row, or a scalar) put over the flagged rows."""
    if not where.any():
        return column
    if isinstance(values, list):
        values = pa.array(values, pa.string())
    return pc.replace_with_mask(column, pa.array(where), values)


def blank(column: pa.StringArray, where: Flags) -> pa.StringArray:
    return pc.if_else(pa.array(where), pa.scalar(None, column.type), column)


def rewrite(column: pa.StringArray, where: Flags, change: Any) -> pa.StringArray:
    """Flagged rows, few of them, rewritten one by one by `change(text, n)`."""
    rows = np.flatnonzero(where)
    old = column.take(pa.array(rows)).to_pylist()
    return patch(column, where, [None if text is None else change(text, n) for n, text in enumerate(old)])


def choose(which: Ints, *columns: Any) -> pa.StringArray:
    return pc.choose(pa.array(which), *columns)
