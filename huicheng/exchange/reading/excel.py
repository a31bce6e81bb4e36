"""Workbooks: the bomb check comes before the parser, the header may be merged and stand under a title."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _
from python_calamine import CalamineSheet, CalamineWorkbook

from huicheng.exchange.reading.source import BATCH_ROWS, NUL_MARK, Chunk, Source, find_header, tidy_header
from huicheng.exchange.refusals import BrokenFile, CompressionBomb, EmptySource, NoSuchSheet, TooLarge

MAX_SHEET = 256 << 20
MAX_STRINGS = 128 << 20
MAX_CELLS = 12_000_000
# Only columns beyond Z and rows beyond 99,999 are looked at: the rest cannot make a large rectangle.
LETTERS = [bytes([letter]) for letter in range(ord("Z"), ord("A") - 1, -1)]
WIDE = re.compile(rb'r="([A-Z]{2,3})[0-9]')
LOW = re.compile(rb'r="[A-Z]{0,3}([0-9]{6,9})"')
MAX_FLAT = 64 << 20
BOMB_RATIO, BOMB_FROM = 200, 16 << 20
HEADER_ROWS = 30
Range = tuple[tuple[int, int], tuple[int, int]]


def open_workbook(path: Path, name: str, sheet: str | None) -> Source:
    refuse_bomb(path, name)
    sheet_found = _choose(_open(path, name), name, sheet)
    rows = [[_text(cell) or "" for cell in row] for row in islice(sheet_found.iter_rows(), HEADER_ROWS)]
    if not rows:
        raise EmptySource(
            name, _("工作表“%(sheet)s”是空的") % {"sheet": sheet_found.name}, do=_("请检查导出是否成功")
        )
    titles, below = _header(rows, find_header(rows), sheet_found.merged_cell_ranges or ())
    header = tidy_header(name, titles)
    return Source(
        name, "excel", header, lambda: _chunks(name, sheet_found, below, len(header)),
        sheet_found.total_height, {"sheet": sheet_found.name},
    )  # fmt: skip


def refuse_bomb(path: Path, name: str) -> None:
    """First the archive's directory, then what the parser would allocate: nothing is believed, little is read."""
    if not zipfile.is_zipfile(path):
        if path.stat().st_size > MAX_FLAT:
            raise TooLarge(
                name,
                _("旧格式工作簿超过 %(most)s MB") % {"most": MAX_FLAT >> 20},
                do=_("请另存为 CSV 后交付"),
            )
        return
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_sizes(archive.infolist(), path.stat().st_size, name)
            for part in archive.infolist():
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _refuse_wide(archive, part, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BrokenFile(
            name, _("不是能打开的工作簿（%(why)s）") % {"why": str(error)[:200]}, do=_again()
        ) from error


def _refuse_sizes(parts: Sequence[zipfile.ZipInfo], packed: int, name: str) -> None:
    unpacked = sum(part.file_size for part in parts)
    if unpacked > BOMB_FROM and unpacked > packed * BOMB_RATIO:
        size, ratio = f"{unpacked >> 20:,}", f"{unpacked // max(packed, 1):,}"
        raise CompressionBomb(
            name, _("解开后 %(size)s MB，是文件的 %(ratio)s 倍") % {"size": size, "ratio": ratio},
            do=_("这不像正常的工作簿，请另存为 CSV 后交付"),
        )  # fmt: skip
    for part in parts:
        most = MAX_STRINGS if part.filename.endswith("sharedStrings.xml") else MAX_SHEET
        if part.file_size > most:
            size = f"{part.file_size >> 20:,}"
            raise TooLarge(
                name, _("工作簿太大（%(part)s 解开后 %(size)s MB）") % {"part": part.filename, "size": size},
                do=_("请另存为 CSV 后交付"),
            )  # fmt: skip


def _refuse_wide(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    """Two cells in far corners cost the parser the whole rectangle between them."""
    widest, lowest, kept = b"A", 1, b""
    with archive.open(part) as sheet:
        while block := sheet.read(1 << 20):
            text = kept + block
            widest = max(
                [widest, _last_letter(text), *WIDE.findall(text)], key=lambda name: (len(name), name)
            )
            lowest = max([lowest, *map(int, LOW.findall(text))])
            kept = text[-64:]
    columns = sum((letter - 64) * 26**place for place, letter in enumerate(reversed(widest)))
    if lowest * columns > MAX_CELLS:
        raise TooLarge(
            name, _("工作表 %(part)s 的范围有 %(rows)s 行、%(columns)s 列") % {
                "part": part.filename, "rows": f"{lowest:,}", "columns": f"{columns:,}",
            }, do=_("请删去远处的空单元格，或另存为 CSV 后交付"), row=lowest, column=widest.decode(),
        )  # fmt: skip


def _last_letter(text: bytes) -> bytes:
    """The last single-letter column in this piece; a plain search is much faster than a pattern."""
    return next((letter for letter in LETTERS if b'r="' + letter in text), b"A")


def _again() -> str:
    return _("请用 Excel 或 WPS 打开后另存，有密码的请去掉密码")


def _open(path: Path, name: str) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except Exception as error:
        raise BrokenFile(
            name, _("不是能打开的工作簿（%(why)s）") % {"why": str(error)[:200]},
            do=_again(),
        ) from error  # fmt: skip


def _choose(book: CalamineWorkbook, name: str, sheet: str | None) -> CalamineSheet:
    """The sheet that was asked for, else the one with the most rows that is not hidden."""
    if sheet is not None:
        if sheet in book.sheet_names:
            return book.get_sheet_by_name(sheet)
        raise NoSuchSheet(
            name, _("没有工作表“%(sheet)s”") % {"sheet": sheet},
            do=_("现有的工作表：%(sheets)s") % {"sheets": "、".join(book.sheet_names)},
        )  # fmt: skip
    seen = [meta.name for meta in book.sheets_metadata if str(meta.visible).endswith("Visible")]
    names = seen or list(book.sheet_names)
    if not names:
        raise EmptySource(name, _("工作簿里没有工作表"), do=_("请检查导出是否成功"))
    best = book.get_sheet_by_name(names[0])
    for other in names[1:]:
        sheet_found = book.get_sheet_by_name(other)
        best = sheet_found if sheet_found.total_height > best.total_height else best
    return best


def _header(rows: Sequence[Sequence[str]], place: int, merged: Iterable[Range]) -> tuple[list[str], int]:
    """Titles of the columns, and the first row below them.

    Cells merged downwards make the header as tall as they are; the lowest cell with text names the column,
    and one that is blank has its name in a cell above it.
    """
    tall = [end[0] for start, end in merged if start[0] <= place < end[0]]
    bottom = min([max([place, *tall]), len(rows) - 1])
    top = min([start[0] for start, end in merged if start[0] <= place <= end[0]], default=place)
    header = list(rows[bottom])
    for above in reversed(rows[top:bottom]):
        header = [own if own.strip() else over for own, over in zip(header, above, strict=False)]
    while header and not header[-1].strip():
        header.pop()  # cells that were only formatted
    return header, bottom + 1


def _chunks(name: str, sheet: CalamineSheet, below: int, width: int) -> Iterator[Chunk]:
    rows = islice(sheet.iter_rows(), below, None)
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
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e20 else repr(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return None if cell is None else str(cell)
