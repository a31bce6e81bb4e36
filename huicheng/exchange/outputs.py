"""What a delivery leaves beside the lake: the refused rows as a file of the same shape, and every issue."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from huicheng.exchange.checking import ISSUES
from huicheng.exchange.harmless import harmless_cell
from huicheng.exchange.landing import sync_folder
from huicheng.exchange.mended import reason_column

EXCEL_ROWS = 100_000


class Outputs:
    """Both files are drafts until ``finish``; a file without rows is never made."""

    def __init__(self, folder: Path, *, header: Sequence[str], form: str, delimiter: str = ",") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.header, self.form = folder, tuple(header), form
        self.delimiter = "\t" if form == "tsv" else delimiter if form == "csv" else ","
        self.refused = 0
        self._issues: pq.ParquetWriter | None = None
        self._file: Any = None
        self._rows: Any = None

    def add(self, issues: pa.RecordBatch, refused: Sequence[tuple[tuple[str, ...], str]]) -> None:
        if len(issues):
            if self._issues is None:
                self._issues = pq.ParquetWriter(self.folder / "issues.draft", ISSUES, compression="zstd")
            self._issues.write_batch(issues)
        if refused:
            self._open()
            self._rows.writerows(self._shown((*cells, reason)) for cells, reason in refused)
            self.refused += len(refused)

    def _open(self) -> None:
        if self._file is None:
            # Outlives this call on purpose: rows are added batch by batch until finish or abandon.
            self._file = (self.folder / "refused.draft").open("w", encoding="utf-8-sig", newline="")
            self._rows = csv.writer(self._file, delimiter=self.delimiter)
            self._rows.writerow(self._shown((*self.header, reason_column())))

    def _shown(self, cells: Sequence[str]) -> Sequence[str]:
        """A workbook's cells say themselves that they are text; see ``_to_workbook``."""
        return cells if self.form == "excel" else [harmless_cell(cell) for cell in cells]

    def finish(self) -> tuple[str, str]:
        """Close, name and keep; returns the paths of issues and refused rows, empty where there are none."""
        self.close()
        issues = self._settle("issues.draft", "issues.parquet") if self._issues else ""
        if self._file is None:
            return issues, ""
        if self.form == "excel" and self.refused <= EXCEL_ROWS:
            _to_workbook(self.folder / "refused.draft", self.folder / "refused.xlsx.draft")
            (self.folder / "refused.draft").unlink()
            return issues, self._settle("refused.xlsx.draft", "refused.xlsx")
        if self.form == "excel":
            _to_text(self.folder / "refused.draft", self.folder / "refused.csv.draft")
            (self.folder / "refused.draft").unlink()
            return issues, self._settle("refused.csv.draft", "refused.csv")
        return issues, self._settle("refused.draft", "refused.tsv" if self.form == "tsv" else "refused.csv")

    def _settle(self, draft: str, name: str) -> str:
        os.replace(self.folder / draft, self.folder / name)
        sync_folder(self.folder)
        return str(self.folder / name)

    def close(self) -> None:
        if self._issues:
            self._issues.close()
        if self._file:
            self._file.close()


def _to_text(source: Path, target: Path) -> None:
    with (
        source.open(encoding="utf-8-sig", newline="") as file,
        target.open("w", encoding="utf-8-sig", newline="") as copy,
    ):
        csv.writer(copy).writerows([harmless_cell(cell) for cell in row] for row in csv.reader(file))


def _to_workbook(source: Path, target: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("退回"))
    with source.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            cells = [WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", cell)) for cell in row]
            for cell in cells:
                cell.data_type = "s"  # else what begins with = would be a formula
            sheet.append(cells)
    book.save(target)
