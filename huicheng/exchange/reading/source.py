"""What every reader gives, and what none may exceed."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _

from huicheng.exchange.refusals import EmptySource, TooLarge, UnknownFormat

MAX_BYTES = int(os.environ.get("HUICHENG_MAX_DELIVERY_BYTES", 20 * 1024**3))
MAX_ROWS = 200_000_000
MAX_COLUMNS = 2_000
MAX_ROW_BYTES = 4 * 1024 * 1024
BATCH_ROWS = 32_768
NUL_MARK = "\u2400"
BROKEN_MARK = "\ufffd"
FORMS = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv", ".xlsx": "excel", ".xlsm": "excel",
    ".xls": "excel", ".parquet": "parquet", ".jsonl": "jsonl",
    ".ndjson": "jsonl", ".json": "jsonl",
}  # fmt: skip


@dataclass(frozen=True)
class BadRow:
    """A row that is no row of this table: too few or too many cells, or not readable at all.

    ``original`` goes back to the department with its row, and nowhere else: nobody knows what stands in it.
    """

    row: int
    reason: str
    detail: str
    cells: tuple[str, ...]
    original: str = ""


@dataclass(frozen=True)
class Chunk:
    """Some rows as columns of text, or of a plain type where the source has types; named by their place.

    ``done`` counts bytes or rows, for the progress bar.
    """

    rows: np.ndarray[Any, np.dtype[np.int64]]
    columns: Sequence[pa.Array]
    bad: Sequence[BadRow] = ()
    done: int = 0

    def first(self, most: int) -> Chunk:
        """The first rows only, for a preview."""
        if len(self.rows) + len(self.bad) <= most:
            return self
        kept = self.rows[:most]
        last = int(kept[-1]) if len(kept) else 0
        columns = [column.slice(0, most) for column in self.columns]
        return Chunk(kept, columns, [one for one in self.bad if one.row <= last], self.done)


@dataclass(frozen=True)
class Source:
    """An opened delivery: its header is known, its rows are still to come."""

    name: str
    form: str
    header: tuple[str, ...]
    chunks: Callable[[], Iterator[Chunk]]
    total: int = 0
    options: dict[str, Any] = field(default_factory=dict)


def form_of(path: Path, name: str) -> str:
    stem = name.lower().removesuffix(".gz")
    form = FORMS.get(os.path.splitext(stem)[1])
    if form is None:
        form = _by_content(path)
    if form is None:
        raise UnknownFormat(
            name,
            _("认不出格式"),
            do=_("请交付 CSV、TSV、Excel、Parquet 或 JSON Lines，文本文件可用 gzip 压缩"),
        )
    return form


def _by_content(path: Path) -> str | None:
    with path.open("rb") as file:
        start = file.read(4)
    if start[:4] == b"PK\x03\x04":
        return "excel"
    if start == b"PAR1":
        return "parquet"
    return {b"{": "jsonl"}.get(start[:1])


def tidy_header(name: str, cells: Sequence[str]) -> tuple[str, ...]:
    """Names without blanks and line breaks; the nameless are numbered, and so is every column of a repeated name."""
    if not any(cell.strip() for cell in cells):
        raise EmptySource(name, _("没有表头"), do=_("第一行请写列名"))
    if len(cells) > MAX_COLUMNS:
        raise TooLarge(
            name,
            _("有 %(n)s 列，最多 %(most)s 列") % {"n": len(cells), "most": MAX_COLUMNS},
            do=_("请分成几个文件"),
        )
    titles = [
        "".join(cell.replace("\ufeff", "").split()) or f"列{place}" for place, cell in enumerate(cells, 1)
    ]
    often = Counter(titles)
    taken, header = set(titles), list[str]()
    for title in titles:
        numbers = (f"{title}({n})" for n in itertools.count(1))
        given = title if often[title] == 1 else next(one for one in numbers if one not in taken)
        taken.add(given)
        header.append(given)
    return tuple(header)


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The place of the header among the first rows: titles and notes above it fill fewer cells.

    Rows of the table itself are as wide as the header, so the first row that is as wide as most rows is it.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    widest = max(filled, default=0)
    if widest < 2:
        return next((place for place, count in enumerate(filled) if count), 0)
    for place, count in enumerate(filled):
        if count >= max(2, widest * 0.6):
            return place
    return 0


def check_rows(name: str, rows: int) -> None:
    if rows > MAX_ROWS:
        raise TooLarge(
            name, _("超过 %(most)s 行") % {"most": f"{MAX_ROWS:,}"}, do=_("请分成几次交付"), row=rows
        )
