"""The refused rows with their reason, read from the file that the department is given."""

import csv
from collections.abc import Iterator
from pathlib import Path

from huicheng.exchange import api as exchange


def refused_rows(receipt_id: str, *, limit: int = 100) -> list[dict[str, str]]:
    path = exchange.receipt(receipt_id).refused_file
    if not path or not Path(path).exists():
        return []
    rows = _workbook_rows(Path(path)) if path.endswith(".xlsx") else _text_rows(Path(path))
    return [row for row, _number in zip(rows, range(limit), strict=False)]


def _text_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        start = file.readline()
        file.seek(0)
        marks = {mark: start.count(mark) for mark in (",", "\t", ";", "|", "，")}
        delimiter = "\t" if path.suffix == ".tsv" else max(marks, key=lambda mark: marks[mark])
        yield from csv.DictReader(file, delimiter=delimiter)


def _workbook_rows(path: Path) -> Iterator[dict[str, str]]:
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()
    header = [str(cell) for cell in next(iter(rows))]
    for row in rows:
        yield dict(zip(header, map(str, row), strict=False))
