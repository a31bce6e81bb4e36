"""Parquet: row group by row group; plain types stay as they are, all others are turned to text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from huicheng.exchange.reading.source import (
    BATCH_ROWS,
    MAX_BYTES,
    MAX_ROW_BYTES,
    Chunk,
    Source,
    check_rows,
    tidy_header,
)
from huicheng.exchange.refusals import BrokenFile, FieldTooLong, TooLarge

SPELT_OUT = 1 << 28


def open_parquet(path: Path, name: str, form: str) -> Source:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise BrokenFile(
            name, _("不是完整的 Parquet 文件（%(why)s）") % {"why": str(error)[:200]}, do=_("请重新导出")
        ) from error
    facts = file.metadata
    weight = sum(facts.row_group(number).total_byte_size for number in range(facts.num_row_groups))
    if weight > MAX_BYTES:
        raise TooLarge(name, _("解开后超过 %(size)s GB") % {"size": MAX_BYTES >> 30}, do=_("请分成几个文件"))
    check_rows(name, facts.num_rows)
    shape = file.schema_arrow
    header = tidy_header(name, shape.names)
    file.close()
    types = {column: family(one.type) for column, one in zip(header, shape, strict=True)}
    return Source(name, form, header, lambda: _chunks(path, name, header), facts.num_rows, {"types": types})


FAMILIES: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_integer, "integer"), (pa.types.is_floating, "number"), (pa.types.is_decimal, "number"),
    (pa.types.is_date, "date"), (pa.types.is_timestamp, "datetime"), (pa.types.is_boolean, "boolean"),
    (pa.types.is_time, "time"), (pa.types.is_nested, "nested"),
)  # fmt: skip


def family(kind: pa.DataType) -> str:
    """Coarse, so that a wider number is no other type."""
    if pa.types.is_dictionary(kind):
        return family(kind.value_type)
    return next((name for belongs, name in FAMILIES if belongs(kind)), "text")


def _chunks(path: Path, name: str, header: tuple[str, ...]) -> Iterator[Chunk]:
    counted = promised = 0
    try:
        for batch in _batches(path):
            rows = np.arange(counted + 1, counted + len(batch) + 1, dtype=np.int64)
            columns = [_text(c, name, header[n], counted + 1) for n, c in enumerate(batch.columns)]
            counted += len(batch)
            yield Chunk(rows, columns, (), counted)
        promised = pq.read_metadata(path).num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise BrokenFile(
            name,
            _("读不下去（%(why)s）") % {"why": str(error)[:200]},
            do=_("请重新导出"),
            row=counted + 1,
        ) from error
    _refuse_lie(name, counted, promised)


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    """A long value repeated in every row must not be written out before it is seen: its dictionary is looked at first.

    Row groups without one are read three times as fast as with dictionaries.
    """
    texts = _texts(path)
    with pq.ParquetFile(path) as plain, pq.ParquetFile(path, read_dictionary=texts) as careful:
        for group in range(plain.num_row_groups):
            harmless = _spelt_out(careful, group, texts) <= SPELT_OUT
            file = plain if harmless else careful
            yield from file.iter_batches(batch_size=BATCH_ROWS, row_groups=[group], use_threads=False)


def _spelt_out(careful: pq.ParquetFile, group: int, texts: Sequence[str]) -> int:
    """How many bytes a batch of the longest values in this row group's dictionaries would be."""
    if not texts:
        return 0
    first = next(
        careful.iter_batches(batch_size=1, row_groups=[group], columns=list(texts), use_threads=False), None
    )
    if first is None:
        return 0
    kept = [column.dictionary for column in first.columns if pa.types.is_dictionary(column.type)]
    longest = (pc.max(pc.binary_length(values)).as_py() or 0 for values in kept)
    return sum(longest) * BATCH_ROWS


def _refuse_lie(name: str, counted: int, promised: int) -> None:
    """Arrow reads what is there and says nothing about what is missing."""
    if counted != promised:
        counts = {"promised": f"{promised:,}", "counted": f"{counted:,}"}
        raise BrokenFile(
            name, _("文件尾写着有 %(promised)s 行，实际只有 %(counted)s 行") % counts, do=_("请重新导出"), row=counted
        )  # fmt: skip


def _texts(path: Path) -> list[str]:
    schema = pq.read_schema(path)
    return [
        field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_binary(field.type)
    ]


def _text(column: pa.Array, name: str, title: str, row: int) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        longest = pc.max(pc.binary_length(column.dictionary)).as_py() or 0
        if longest > MAX_ROW_BYTES or (longest > 65536 and longest * len(column) > 1 << 28):
            raise FieldTooLong(
                name, _("有长达 %(size)s 字节的值") % {"size": f"{longest:,}"}, do=_("请改为交付文件地址"), row=row,
                column=title,
            )  # fmt: skip
        column = column.dictionary_decode()
    return column if is_plain(column.type) else to_text(column)


def is_plain(kind: pa.DataType) -> bool:
    """Types that a field may have too: their values stay as they are until it is known whether it does."""
    one_of = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_timestamp)
    return kind == pa.date32() or any(belongs(kind) for belongs in one_of)


def to_text(column: pa.Array) -> pa.StringArray:
    """Any Arrow column as the text a department would have written."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_floating(kind):
        return _plain_number(column)
    if pa.types.is_timestamp(kind):
        return pc.replace_substring_regex(column.cast(pa.string()), r"(\.0+)?Z?$", "")
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array([_decoded(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_nested(kind):
        return pa.array([_written(value) for value in column.to_pylist()], pa.string())
    return column.cast(pa.string())


def _plain_number(column: pa.Array) -> pa.StringArray:
    whole = pc.and_(pc.equal(column, pc.trunc(column)), pc.less(pc.abs(column), 1e15)).fill_null(False)
    as_integers = pc.if_else(whole, column, pa.scalar(None, column.type)).cast(pa.int64()).cast(pa.string())
    return pc.if_else(whole, as_integers, column.cast(pa.string()))


def _decoded(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", errors="replace").replace("\0", "\u2400")


def _written(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)
