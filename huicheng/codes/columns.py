"""How a column of text meets numpy: equal-length rows become one byte matrix, the odd ones go one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huicheng.codes.checked import Checked
from huicheng.codes.problems import Refused

if TYPE_CHECKING:
    from numpy.typing import NDArray


def as_text(column: Any) -> Any:
    """Any Arrow column as one string array; numbers are written out, outer blanks go, empty means null."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        column = _whole_numbers(column)
    if column.type != pa.string():
        column = column.cast(pa.string())
    column = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(pc.binary_length(column), 0), pa.scalar(None, pa.string()), column)


def _whole_numbers(column: Any) -> Any:
    # A spreadsheet hands 13812345678 over as 13812345678.0.
    whole = pc.equal(column, pc.trunc(column))
    small = pc.less(pc.abs(column), 1e15)
    if pc.all(pc.and_(whole, small), min_count=0).as_py() is True:
        return column.cast(pa.int64())
    return column


def mend(column: Any, fine: str, slow: Callable[[str], str]) -> Any:
    """Rows that match `fine` stay as they are; the others are rewritten by `slow`."""
    odd = pc.invert(pc.match_substring_regex(column, fine))
    rows = np.flatnonzero(odd.fill_null(False).to_numpy(zero_copy_only=False))
    if not len(rows):
        return column
    rewritten = [slow(text) for text in column.take(pa.array(rows)).to_pylist()]
    return pc.replace_with_mask(column, odd.fill_null(False), pa.array(rewritten, pa.string()))


def matrix(column: Any, width: int) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
    """The row numbers and the bytes of all rows exactly `width` bytes long."""
    fits = pc.equal(pc.binary_length(column), width).fill_null(False)
    rows = np.flatnonzero(fits.to_numpy(zero_copy_only=False))
    picked = column if len(rows) == len(column) else column.filter(fits)
    return rows, raw_bytes(picked).reshape(-1, width)


def raw_bytes(column: Any) -> NDArray[np.uint8]:
    if not len(column):
        return np.zeros(0, np.uint8)
    _, offsets, data = column.buffers()
    bounds = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    if data is None:
        return np.zeros(0, np.uint8)
    return np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]


def text_of(grid: NDArray[np.uint8]) -> Any:
    """A byte matrix back as a string array."""
    rows, width = grid.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    data = np.ascontiguousarray(grid)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data))


class Verdicts:
    """Problem codes for a column while it is being judged: the first problem a row meets is the one it keeps."""

    def __init__(self, size: int, *codes: str) -> None:
        self.codes = codes
        self.marks = np.zeros(size, np.int8)

    def accuse(self, code: str, guilty: Any, rows: NDArray[np.intp] | None = None) -> None:
        mark = self.codes.index(code) + 1
        if rows is not None:
            guilty = rows[guilty]
        elif guilty.dtype == bool:
            guilty = np.flatnonzero(guilty)
        free = guilty[self.marks[guilty] == 0]
        self.marks[free] = mark

    def column(self) -> Any:
        return pa.DictionaryArray.from_arrays(
            pa.array(self.marks - 1, pa.int8(), mask=self.marks == 0), pa.array(self.codes, pa.string())
        )

    def standing(self, doubts: Sequence[str]) -> NDArray[np.bool_]:
        """Rows whose value stands: no problem, or only a doubt."""
        marks = [0, *(self.codes.index(code) + 1 for code in doubts)]
        return np.isin(self.marks, marks)


def no_problems(size: int) -> Any:
    return pa.DictionaryArray.from_arrays(pa.nulls(size, pa.int8()), pa.array([], pa.string()))


def one_by_one(column: Any, read: Callable[[str], Any], kind: Any) -> Checked:
    """Judge each distinct text once. `read` returns the value, or (value, doubt), or raises Refused."""
    encoded = as_text(column).dictionary_encode()
    values, problems = [], []
    for text in encoded.dictionary.to_pylist():
        value, problem = _judge(read, text)
        values.append(value)
        problems.append(problem)
    indices = encoded.indices
    spread = pa.array(values, kind).take(indices)
    return Checked(spread, pa.array(problems, pa.string()).take(indices).dictionary_encode())


def _judge(read: Callable[[str], Any], text: str) -> tuple[Any, str | None]:
    try:
        value = read(text)
    except Refused as refusal:
        return None, refusal.code
    return value if isinstance(value, tuple) else (value, None)


@cache
def leap_days() -> NDArray[np.bool_]:
    """Is month*100+day a real day? Row 1 is for leap years."""
    lengths = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    table = np.zeros((2, 10000), bool)
    for leap in (0, 1):
        for month, length in enumerate(lengths, 1):
            days = length + (leap and month == 2)
            table[leap, month * 100 + 1 : month * 100 + days + 1] = True
    return table


def real_dates(years: NDArray[Any], month_days: NDArray[Any]) -> NDArray[np.bool_]:
    leap = ((years % 4 == 0) & (years % 100 != 0)) | (years % 400 == 0)
    return leap_days()[leap.astype(np.intp), month_days]
