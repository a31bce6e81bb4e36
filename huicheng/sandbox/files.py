"""Departments' files, written a chunk at a time; the same rows always give the same bytes."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from huicheng.sandbox.columns import join
from huicheng.sandbox.layout import Layout

EXCEL_ROWS = 1_048_575
LEVEL = 1  # of compression: these files are made on the way to be read once


class Writer(Protocol):
    def write(self, columns: list[pa.StringArray]) -> None: ...
    def close(self) -> None: ...


class Delimited:
    """CSV or TSV, in any encoding: Arrow writes UTF-8, the text is then recoded chunk by chunk."""

    def __init__(self, path: Path, layout: Layout, *, delimiter: str, encoding: str) -> None:
        self.headers, self.encoding = layout.headers, encoding
        self.options = pa_csv.WriteOptions(
            include_header=False, delimiter=delimiter, quoting_style="needed" if delimiter == "," else "none"
        )
        self.file = path.open("wb")
        self.file.write((delimiter.join(self.headers) + "\n").encode(encoding))

    def write(self, columns: list[pa.StringArray]) -> None:
        sink = pa.BufferOutputStream()
        pa_csv.write_csv(pa.table(columns, names=self.headers), sink, self.options)
        data = sink.getvalue().to_pybytes()
        self.file.write(data if self.encoding == "utf-8" else data.decode().encode(self.encoding))

    def close(self) -> None:
        self.file.close()


class JsonLines:
    """One object a line; a missing value is left out."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.headers, self.file = layout.headers, path.open("wb")

    def write(self, columns: list[pa.StringArray]) -> None:
        parts: list[Any] = ["{"]
        for header, column in zip(self.headers, columns, strict=True):
            safe = pc.replace_substring(pc.replace_substring(column, "\\", "\\\\"), '"', '\\"')
            parts.append(pc.binary_join_element_wise(f',"{header}":"', safe, '"', ""))
        lines = pc.replace_substring(join(*parts, "}"), "{,", "{", max_replacements=1)
        self.file.write(("\n".join(lines.to_pylist()) + "\n").encode() if len(lines) else b"")

    def close(self) -> None:
        self.file.close()


class ParquetFile:
    def __init__(self, path: Path, layout: Layout) -> None:
        self.schema = pa.schema([(header, pa.string()) for header in layout.headers])
        self.file = pq.ParquetWriter(path, self.schema, compression="zstd", compression_level=LEVEL)

    def write(self, columns: list[pa.StringArray]) -> None:
        self.file.write_table(pa.table(columns, schema=self.schema))

    def close(self) -> None:
        self.file.close()


class SqliteTable:
    """A database as a department keeps it; read back ordered by rowid."""

    def __init__(self, path: Path, layout: Layout, *, table: str) -> None:
        self.base = sqlite3.connect(path, isolation_level=None)
        self.base.execute("PRAGMA journal_mode=OFF")
        self.base.execute("PRAGMA synchronous=OFF")
        self.base.execute(f"CREATE TABLE {table} ({', '.join(f'{name} TEXT' for name in layout.headers)})")
        self.insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(layout.headers))})"

    def write(self, columns: list[pa.StringArray]) -> None:
        self.base.execute("BEGIN")
        self.base.executemany(self.insert, zip(*(column.to_pylist() for column in columns), strict=True))
        self.base.execute("COMMIT")

    def close(self) -> None:
        self.base.close()


_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.\
spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.\
openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"""
_RELATION = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>\
</Relationships>"""
_BOOK = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.\
org/officeDocument/2006/relationships"><sheets><sheet name="{title}" sheetId="1" r:id="rId1"/></sheets>\
</workbook>"""
_SHEET = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"""


class Workbook:
    """A plain .xlsx, every cell an inline string, joined column-wise: much faster than an object per cell."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)
        self._part("[Content_Types].xml", _TYPES)
        self._part("_rels/.rels", _RELATION.format(kind="officeDocument", target="xl/workbook.xml"))
        self._part("xl/workbook.xml", _BOOK.format(title=layout.title))
        self._part(
            "xl/_rels/workbook.xml.rels", _RELATION.format(kind="worksheet", target="worksheets/sheet1.xml")
        )
        info = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
        info.compress_type = zipfile.ZIP_DEFLATED
        info._compresslevel = LEVEL  # type: ignore[attr-defined]  # the only way to keep ZipInfo's fixed date
        self.sheet = self.archive.open(info, "w", force_zip64=True)
        self.sheet.write(_SHEET.encode())
        self.rows = 1
        self._rows([pa.array([header]) for header in layout.headers])

    def _part(self, name: str, text: str) -> None:
        self.archive.writestr(zipfile.ZipInfo(name), text)

    def _rows(self, columns: list[pa.StringArray]) -> None:
        numbers = pa.array(range(self.rows, self.rows + len(columns[0]))).cast(pa.string())
        parts: list[Any] = ['<row r="', numbers, '">']
        for place, column in enumerate(columns):
            safe = pc.replace_substring(pc.replace_substring(column, "&", "&amp;"), "<", "&lt;")
            ahead = pc.binary_join_element_wise(
                f'<c r="{chr(65 + place)}', numbers, '" t="inlineStr"><is><t>', ""
            )
            parts.append(pc.binary_join_element_wise(ahead, safe, "</t></is></c>", ""))
        lines = join(*parts, "</row>")
        self.rows += len(lines)
        self.sheet.write("".join(lines.to_pylist()).encode())

    def write(self, columns: list[pa.StringArray]) -> None:
        if self.rows + len(columns[0]) > EXCEL_ROWS:
            raise ValueError(f"a worksheet ends at row {EXCEL_ROWS}; write a CSV file instead")
        self._rows(columns)

    def close(self) -> None:
        self.sheet.write(b"</sheetData></worksheet>")
        self.sheet.close()
        self.archive.close()


def file_name(layout: Layout, expected_rows: float) -> str:
    """Excel ends at about a million rows: a larger file is delivered as CSV."""
    too_long = layout.file.endswith(".xlsx") and expected_rows > EXCEL_ROWS * 0.9
    return layout.file.removesuffix("xlsx") + "csv" if too_long else layout.file


def open_writer(path: Path, layout: Layout) -> Writer:
    if path.suffix == ".csv":
        gb = layout.department in ("gongan", "fangchan")
        return Delimited(path, layout, delimiter=",", encoding="gb18030" if gb else "utf-8")
    if path.suffix == ".tsv":
        return Delimited(path, layout, delimiter="\t", encoding="utf-8")
    if path.suffix == ".jsonl":
        return JsonLines(path, layout)
    if path.suffix == ".parquet":
        return ParquetFile(path, layout)
    if path.suffix == ".sqlite":
        return SqliteTable(path, layout, table="taxpayers")
    return Workbook(path, layout)
