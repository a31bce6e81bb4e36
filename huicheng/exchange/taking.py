"""Columns looked at as a whole first: typed ones that fit as they are, texts with nothing to tidy, bytes with no mark.

Most columns of a machine's export are already what the lake keeps. Each test here answers "nothing to do" for a whole
batch at the speed of memory; where it cannot, the column goes the long way, value by value.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huicheng.exchange.declarations import Field
from huicheng.exchange.reading.parquet import to_text

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
FIRST_DAY, LAST_DAY = -43830, 47846  # 1850-01-01 and 2100-12-31, as the check of a date has them
FIRST_MOMENT, LAST_MOMENT = -43830 * 86_400_000_000, 47847 * 86_400_000_000 - 1
# What a character of white space beyond ASCII begins with in UTF-8: U+0085 and U+00A0, U+1680, U+2000…, U+3000.
SPACE_LEADS = np.zeros(256, bool)
SPACE_LEADS[[0xC2, 0xE1, 0xE2, 0xE3]] = True


def taken(one: Field, column: pa.Array) -> pa.Array | None:
    """A typed column as the lake keeps it, where its type alone says that every value fits; None: ask of its text."""
    if pa.types.is_string(column.type):
        return None
    try:
        return _as_is(one.kind, column)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def _as_is(kind: str, column: pa.Array) -> pa.Array | None:
    given = column.type
    if kind == "integer" and pa.types.is_integer(given):
        return column.cast(pa.int64())
    if kind == "number" and (pa.types.is_integer(given) or pa.types.is_floating(given)):
        return _numbers(column)
    if kind == "date" and given == pa.date32():
        days = column.cast(pa.int32())
        return column if _within(days, FIRST_DAY, LAST_DAY) else None
    if kind == "datetime" and pa.types.is_timestamp(given) and given.tz in (None, "UTC"):
        plain = column.cast(pa.timestamp("us", tz=given.tz)).cast(pa.timestamp("us"))
        return plain if _within(plain.cast(pa.int64()), FIRST_MOMENT, LAST_MOMENT) else None
    return column if kind == "boolean" and pa.types.is_boolean(given) else None


def _numbers(column: pa.Array) -> pa.Array | None:
    """Not-a-number is an empty cell; an infinite one is none."""
    values = column.cast(pa.float64())
    if pc.all(pc.is_finite(values), min_count=0).as_py():
        return values
    if pc.any(pc.is_inf(values)).as_py():
        return None
    return pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)


def _within(values: pa.Array, first: int, last: int) -> bool:
    ends = pc.min_max(values)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    return low is None or (low >= first and high <= last)


def as_texts(column: pa.Array) -> pa.Array:
    """What the department would have written."""
    return column if pa.types.is_string(column.type) else to_text(column)


def written(column: pa.Array) -> tuple[Bytes, np.ndarray[Any, np.dtype[np.int32]]]:
    """A string column's bytes and where each value begins and ends in them; both as they lie in memory."""
    _validity, offsets, data = column.buffers()
    places = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    return (np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)), places


def tidy_already(column: pa.Array) -> bool:
    """Whether no value is empty or has white space around it; may say no where there is none, never the other way."""
    data, places = written(column)
    starts, ends = places[:-1], places[1:]
    full = ends > starts
    if int(full.sum()) + column.null_count < len(column):
        return False
    starts, ends = starts[full], ends[full]
    if not len(starts):
        return True
    first, last = data[starts], data[ends - 1]
    if (first <= 0x20).any() or (last <= 0x20).any() or SPACE_LEADS[first].any():
        return False
    wide = ends[last >= 0x80]
    return not (SPACE_LEADS[data[np.maximum(wide - 3, 0)]] | (data[np.maximum(wide - 2, 0)] == 0xC2)).any()


def holds(column: pa.Array, *needles: bytes) -> bool:
    """Whether any of these bytes stand anywhere in a string column."""
    data, places = written(column)
    if not len(places) or places[0] == places[-1]:
        return False
    part = data[places[0] : places[-1]]
    if min(min(needle) for needle in needles) >= 0x80 and not (part & 0x80).any():
        return False
    whole = part.tobytes()
    return any(needle in whole for needle in needles)
