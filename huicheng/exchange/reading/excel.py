"""Workbooks: the bomb check comes before the parser, the header may be merged and stand under a title."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook

from huicheng.exchange.reading.source import BATCH_ROWS, NUL_MARK, Chunk, Source, find_header, tidy_header
from huicheng.exchange.refusals import BrokenFile, CompressionBomb, EmptySource, NoSuchSheet, TooLarge

MAX_UNPACKED = 1536 << 20
MAX_SHEET = 1024 << 20
MAX_STRINGS = 256 << 20
MAX_FLAT = 64 << 20
BOMB_RATIO, BOMB_FROM = 200, 16 << 20
HEADER_ROWS = 30
Cells = Sequence[Any]


def open_workbook(path: Path, name: str, sheet: str | None) -> Source:
    _refuse_bomb(path, name)
    book = _open(path, name)
    chosen = _choose(book, name, sheet)
    rows = [[_text(cell) or "" for cell in row] for row in islice(_rows(book, chosen), HEADER_ROWS)]
    place = find_header(rows)
    header = tidy_header(name, _merged(rows, place)) if rows else ()
    if not header:
        raise EmptySource(name, _("工作表“%(sheet)s”是空的") % {"sheet": chosen}, do=_("请检查导出是否成功"))
    total = book.get_sheet_by_name(chosen).total_height
    return Source(
        name, "excel", header, lambda: _chunks(path, name, chosen, (place, len(header))), total, {"sheet": chosen}
    )


def _refuse_bomb(path: Path, name: str) -> None:
    """Sizes are read from the archive's directory: nothing is unpacked to find out."""
    if not zipfile.is_zipfile(path):
        if path.stat().st_size > MAX_FLAT:
            raise TooLarge(
                name, _("旧格式工作簿超过 %(most)s MB") % {"most": MAX_FLAT >> 20}, do=_("请另存为 CSV 后交付")
            )
        return
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    unpacked, packed = sum(part.file_size for part in parts), path.stat().st_size
    if unpacked > BOMB_FROM and unpacked > packed * BOMB_RATIO:
        raise CompressionBomb(
            name, _("解开后 %(size)s MB，是文件的 %(ratio)s 倍") % {
                "size": f"{unpacked >> 20:,}", "ratio": f"{unpacked // max(packed, 1):,}",
            }, do=_("这不像正常的工作簿，请另存为 CSV 后交付"),
        )  # fmt: skip
    for part in parts:
        most = MAX_STRINGS if part.filename.endswith("sharedStrings.xml") else MAX_SHEET
        if part.file_size > most or unpacked > MAX_UNPACKED:
            raise TooLarge(
                name, _("工作簿太大（%(part)s 解开后 %(size)s MB）") % {
                    "part": part.filename, "size": f"{part.file_size >> 20:,}",
                }, do=_("请另存为 CSV 后交付"),
            )  # fmt: skip


def _open(path: Path, name: str) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except Exception as error:
        raise BrokenFile(
            name, _("不是能打开的工作簿（%(why)s）") % {"why": str(error)[:200]},
            do=_("请用 Excel 或 WPS 打开后另存，有密码的请去掉密码"),
        ) from error  # fmt: skip


def _choose(book: CalamineWorkbook, name: str, sheet: str | None) -> str:
    """The sheet that was asked for, else the one with the most rows that is not hidden."""
    if sheet is not None:
        if sheet in book.sheet_names:
            return sheet
        raise NoSuchSheet(
            name, _("没有工作表“%(sheet)s”") % {"sheet": sheet},
            do=_("现有的工作表：%(sheets)s") % {"sheets": "、".join(book.sheet_names)},
        )  # fmt: skip
    seen = [meta.name for meta in book.sheets_metadata if str(meta.visible).endswith("Visible")]
    names = seen or list(book.sheet_names)
    if not names:
        raise EmptySource(name, _("工作簿里没有工作表"), do=_("请检查导出是否成功"))
    if len(names) == 1:
        return names[0]
    return max(names, key=lambda one: book.get_sheet_by_name(one).total_height)


def _rows(book: CalamineWorkbook, sheet: str) -> Iterator[Cells]:
    return iter(book.get_sheet_by_name(sheet).iter_rows())


def _merged(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    """The header with the blanks of merged cells filled: a title merged downwards stands in a row above."""
    header = list(rows[place])
    for above in reversed(rows[:place]):
        if sum(bool(cell.strip()) for cell in above) < 2:
            break  # the table's title, not a part of its header
        header = [own if own.strip() else over for own, over in zip(header, above, strict=False)]
    return header


def _chunks(path: Path, name: str, sheet: str, shape: tuple[int, int]) -> Iterator[Chunk]:
    place, width = shape
    rows = islice(_rows(_open(path, name), sheet), place + 1, None)
    counted, started = 0, False
    while batch := list(islice(rows, BATCH_ROWS)):
        numbers, kept = [], []
        for row in batch:
            cells = [_text(cell) for cell in row[:width]]
            counted += 1
            if any(cells):
                numbers.append(counted)
                kept.append(cells)
        started = started or bool(kept)
        if kept:
            columns = [pa.array(column, pa.string()) for column in zip(*kept, strict=True)]
            yield Chunk(np.array(numbers, np.int64), columns, (), counted)
    if not started and counted:
        raise EmptySource(name, _("表头下面全是空行"), do=_("请检查导出是否成功"), row=1)


def _text(cell: Any) -> str | None:
    """A cell as it reads on screen; a spreadsheet keeps long numbers as 15 digits, so they may be lost already."""
    if isinstance(cell, str):
        return cell.replace("\0", NUL_MARK).strip() or None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return None if cell is None else str(cell)
