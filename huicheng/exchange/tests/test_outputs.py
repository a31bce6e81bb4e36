"""The refused rows are opened in spreadsheets: nothing in them may be run."""

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from openpyxl import load_workbook

from huicheng.exchange import outputs
from huicheng.exchange.checking import ISSUES

CELLS = ("=1+1", "@SUM(A1)", "+86-1", "-x", "\t=1", "\r=1", "-3.5", "+8613804012235", "-", "")


def written(folder, form):
    made = outputs.Outputs(folder, header=["=a", *"bcdefghij"], form=form)
    made.add(pa.RecordBatch.from_pylist([], schema=ISSUES), [(CELLS, "=x")])
    return made.finish()[1]


def test_a_workbook_of_refused_rows_holds_no_formula(tmp_path):
    rows = list(load_workbook(written(tmp_path, "excel")).active.iter_rows())
    assert [rows[1][0].value, rows[1][0].data_type] == ["=1+1", "s"]
    assert not any(cell.data_type == "f" for row in rows for cell in row)


@pytest.mark.parametrize(("form", "most"), [("csv", 10), ("tsv", 10), ("excel", 0)])
def test_text_of_refused_rows_begins_no_formula(tmp_path, monkeypatch, form, most):
    monkeypatch.setattr(outputs, "EXCEL_ROWS", most)
    path = Path(written(tmp_path, form))
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, row = csv.reader(file, delimiter="\t" if form == "tsv" else ",")
    assert header[0] == "'=a"
    assert row == [*(f"'{cell}" for cell in CELLS[:6]), *CELLS[6:], "'=x"]
