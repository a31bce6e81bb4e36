"""Reads a department's file back as columns of text, to measure what was made of the truth."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from huicheng.sandbox.layout import Layout


def read_extract(path: Path, layout: Layout) -> pa.Table:
    """One string column per field, named as in the layout; a blank cell is null."""
    table = _READERS[path.suffix](path, layout)
    return table.select(layout.headers).rename_columns(layout.names)


def _delimited(path: Path, layout: Layout) -> pa.Table:
    gb = path.suffix == ".csv" and layout.department in ("gongan", "fangchan")
    delimiter = "," if path.suffix == ".csv" else "\t"
    return pa_csv.read_csv(
        path,
        pa_csv.ReadOptions(encoding="gb18030" if gb else "utf-8"),
        pa_csv.ParseOptions(
            delimiter=delimiter, ignore_empty_lines=False, quote_char='"' if delimiter == "," else False
        ),
        pa_csv.ConvertOptions(
            column_types={header: pa.string() for header in layout.headers},
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _rows(rows: list[list[str | None]], layout: Layout) -> pa.Table:
    columns = [
        pa.array([value or None for value in column], pa.string()) for column in zip(*rows, strict=True)
    ]
    return pa.table(columns, names=layout.headers)


def _json(path: Path, layout: Layout) -> pa.Table:
    with path.open(encoding="utf-8") as lines:
        return _rows(
            [[row.get(header) for header in layout.headers] for row in map(json.loads, lines)], layout
        )


def _parquet(path: Path, layout: Layout) -> pa.Table:
    return pq.read_table(path)


def _sqlite(path: Path, layout: Layout) -> pa.Table:
    base = sqlite3.connect(path)
    rows = base.execute("SELECT * FROM taxpayers ORDER BY rowid").fetchall()
    base.close()
    return _rows([list(row) for row in rows], layout)


def _excel(path: Path, layout: Layout) -> pa.Table:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return _rows([[str(value) for value in row] for row in rows[1:]], layout)


_READERS = {
    ".csv": _delimited,
    ".tsv": _delimited,
    ".jsonl": _json,
    ".parquet": _parquet,
    ".sqlite": _sqlite,
    ".xlsx": _excel,
}
