"""Our own file of refused rows on its way back: what was added for the spreadsheet is taken off again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from huicheng.exchange.declarations import Resource
from huicheng.exchange.harmless import harmful_cell
from huicheng.exchange.reading.source import Chunk, Source

REASON = gettext_noop("退回原因")
LANGUAGES = ("zh-hans", "en")


def reason_column() -> str:
    return _(REASON)


def mended(source: Source, spec: Resource) -> Source:
    """Where the last column says why rows came back, it goes, and so do the apostrophes; else the source itself."""
    own_field = {name for one in spec.fields for name in (one.title, one.name, *one.synonyms)}
    if len(source.header) == 1 or source.header[-1] not in _reasons() - own_field:
        return source
    plain = source.form != "excel"  # a workbook's cells say themselves that they are text
    header = tuple(harmful_cell(title) if plain else title for title in source.header[:-1])
    return replace(source, header=header, chunks=lambda: _chunks(source, plain=plain))


def _reasons() -> set[str]:
    """As any language of the city writes it, without the blanks that a header loses."""
    found = set()
    for language in LANGUAGES:
        with override(language):
            found.add("".join(reason_column().split()))
    return found


def _chunks(source: Source, *, plain: bool) -> Iterator[Chunk]:
    for chunk in source.chunks():
        bad = [replace(one, cells=_cells(one.cells[:-1], plain=plain)) for one in chunk.bad]
        columns = [_column(column) if plain else column for column in chunk.columns[:-1]]
        yield replace(chunk, columns=columns, bad=bad)


def _cells(cells: Sequence[str], *, plain: bool) -> tuple[str, ...]:
    return tuple(map(harmful_cell, cells)) if plain else tuple(cells)


def _column(column: pa.Array) -> pa.Array:
    if not pa.types.is_string(column.type) or not pc.any(pc.starts_with(column, "'")).as_py():
        return column
    return pa.array([None if one is None else harmful_cell(one) for one in column.to_pylist()], pa.string())
