"""JSON Lines: one object a line. Arrow reads a block at once; a block it stumbles over is read line by line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as arrow_json
from django.utils.translation import gettext as _

from huicheng.exchange.reading import text
from huicheng.exchange.reading.source import MAX_ROW_BYTES, BadRow, Chunk, Source, check_rows, tidy_header
from huicheng.exchange.refusals import EmptySource, FieldTooLong, UnknownFormat

HEADER_BYTES = 4 << 20
BLOCK = 4 << 20


def open_lines(path: Path, name: str, form: str) -> Source:
    encoding = text.detect(path, name)
    sample = text.first_text(path, name, encoding, HEADER_BYTES)
    if not sample.strip():
        raise EmptySource(name, _("是空文件"), do=_("请检查导出是否成功"))
    if sample.lstrip()[0] == "[":
        raise UnknownFormat(name, _("是一个 JSON 数组"), do=_("请改成每行一个对象（JSON Lines）"), row=1)
    keys: dict[str, None] = {}
    for line in sample.splitlines():
        found = _object(line)
        keys.update(dict.fromkeys(found if isinstance(found, dict) else ()))
    if not keys:
        raise UnknownFormat(name, _("没有一行是 JSON 对象"), do=_("请每行写一个对象（JSON Lines）"), row=1)
    header = tuple(keys)
    tidy_header(name, header)
    return Source(
        name, form, header, lambda: _chunks(path, name, encoding, header), path.stat().st_size,
        {"encoding": encoding},
    )  # fmt: skip


def _object(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):  # nested deeper than any record
        return None


def _chunks(path: Path, name: str, encoding: str, header: tuple[str, ...]) -> Iterator[Chunk]:
    stream, counted = text.Utf8(path, name, encoding), 0
    schema = pa.schema([(key, pa.string()) for key in header])
    for block in _blocks(stream, name):
        lines = [line for line in block.split(b"\n") if line.strip()]
        if not lines:
            continue
        columns = _by_arrow(block, schema, len(lines))
        bad: list[BadRow] = []
        rows = np.arange(counted + 1, counted + len(lines) + 1, dtype=np.int64)
        if columns is None:
            columns, bad = _by_line(lines, counted, header)
            rows = rows[~np.isin(rows, [one.row for one in bad])]
        counted += len(lines)
        check_rows(name, counted)
        yield Chunk(rows, columns, bad, stream.at)


def _blocks(stream: text.Utf8, name: str) -> Iterator[bytes]:
    kept, row = b"", 0
    while piece := stream.read(BLOCK):
        kept += piece
        end = kept.rfind(b"\n") + 1
        if end:
            row += kept.count(b"\n", 0, end)
            yield kept[:end]
            kept = kept[end:]
        elif len(kept) > MAX_ROW_BYTES:
            raise FieldTooLong(
                name,
                _("一行超过 %(most)s MB") % {"most": MAX_ROW_BYTES >> 20},
                do=_("请每行只写一个对象"),
                row=row + 1,
            )
    yield kept


def _by_arrow(block: bytes, schema: pa.Schema, lines: int) -> list[pa.StringArray] | None:
    try:
        table = arrow_json.read_json(
            io.BytesIO(block),
            read_options=arrow_json.ReadOptions(use_threads=False, block_size=max(len(block), 1024)),
            parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != lines:
        return None
    return [table.column(place).combine_chunks() for place in range(len(schema))]


def _by_line(
    lines: list[bytes], counted: int, header: tuple[str, ...]
) -> tuple[list[pa.StringArray], list[BadRow]]:
    good: list[list[str | None]] = []
    bad = []
    for number, line in enumerate(lines, counted + 1):
        found = _object(line.decode("utf-8", errors="replace"))
        problem = _problem(found, header)
        if problem:
            cells = (line.decode("utf-8", errors="replace")[:500], *[""] * (len(header) - 1))
            bad.append(BadRow(number, "row.json", problem, cells))
        else:
            good.append([_cell(found.get(key)) for key in header])
    columns = zip(*good, strict=True) if good else [[]] * len(header)
    return [pa.array(column, pa.string()) for column in columns], bad


def _problem(found: Any, header: tuple[str, ...]) -> str:
    if not isinstance(found, dict):
        return _("这一行不是一个完整的 JSON 对象")
    extra = [key for key in found if key not in header]
    return _("这一行有 %(count)s 个前面没有出现过的列") % {"count": len(extra)} if extra else ""


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
