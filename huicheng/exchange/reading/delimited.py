"""CSV and TSV. Arrow cuts the cells; this module finds the dialect and keeps count of the rows."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from django.utils.translation import gettext as _

from huicheng.exchange.reading import text
from huicheng.exchange.reading.source import (
    MAX_ROW_BYTES,
    BadRow,
    Chunk,
    Source,
    check_rows,
    find_header,
    tidy_header,
)
from huicheng.exchange.refusals import EmptySource, FieldTooLong

DELIMITERS = (",", "\t", ";", "|", "，")
SAMPLE_LINES = 50


@dataclass(frozen=True)
class Dialect:
    encoding: str
    delimiter: str
    quoted: bool
    lines_above: int
    header: tuple[str, ...]


def open_delimited(path: Path, name: str, form: str) -> Source:
    dialect = _dialect(path, name, form)
    options = {
        "encoding": dialect.encoding,
        "delimiter": dialect.delimiter,
        "lines_above": dialect.lines_above,
    }
    return Source(
        name, form, dialect.header, lambda: _chunks(path, name, dialect), path.stat().st_size, options
    )


def _dialect(path: Path, name: str, form: str) -> Dialect:
    encoding = text.detect(path, name)
    sample = text.first_text(path, name, encoding)
    if not sample.strip():
        raise EmptySource(name, _("是空文件"), do=_("请检查导出是否成功"))
    delimiter = "\t" if form == "tsv" else _sniff(sample)
    quoted = _is_quoted(sample, delimiter)
    rows, ends = _rows(sample, delimiter, quoted)
    place = find_header(rows)
    above = ends[place - 1] if place else 0
    return Dialect(encoding, delimiter, quoted, above, tidy_header(name, rows[place]))


def _sniff(sample: str) -> str:
    """The delimiter that cuts most lines into the same number of cells, more than one."""
    lines = [line for line in sample.splitlines()[:SAMPLE_LINES] if line.strip()]

    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        width, lines_of_it = max(widths.items(), key=lambda pair: (pair[1] if pair[0] > 1 else 0, pair[0]))
        return (lines_of_it / len(lines) if width > 1 else 0.0, width)

    csv.field_size_limit(MAX_ROW_BYTES)
    best = max(DELIMITERS, key=score)
    return best if score(best)[0] else ","


def _is_quoted(sample: str, delimiter: str) -> bool:
    """In a TSV a quotation mark is most often only an inch sign: it quotes where it opens and closes a cell."""
    if delimiter != "\t":
        return True
    cells = (cell for line in sample.splitlines()[:SAMPLE_LINES] for cell in line.split(delimiter))
    marks = [(cell.startswith('"'), cell.endswith('"') and len(cell) > 1) for cell in cells if '"' in cell]
    return bool(marks) and all(opens and closes for opens, closes in marks)


def _rows(sample: str, delimiter: str, quoted: bool) -> tuple[list[list[str]], list[int]]:
    csv.field_size_limit(MAX_ROW_BYTES)
    lines = io.StringIO(sample, newline=None)  # a lone carriage return ends a line here as it does for Arrow
    reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    rows, ends = [], []
    for row in reader:
        rows.append(row)
        ends.append(reader.line_num)
        if len(rows) == SAMPLE_LINES:
            break
    return rows, ends


class _Raggeds:
    """Rows with a wrong number of cells, as Arrow meets them."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.waiting: list[BadRow] = []

    def __call__(self, row: arrow_csv.InvalidRow) -> str:
        number = row.number - self.dialect.lines_above - 1
        width = len(self.dialect.header)
        cells = next(csv.reader([row.text], delimiter=self.dialect.delimiter), [])
        cells = (cells + [""] * width)[:width]
        said = _("应有 %(wanted)s 列，实有 %(found)s 列") % {"wanted": width, "found": row.actual_columns}
        where = row.expected_columns if row.actual_columns > width else row.actual_columns + 1
        column = self.dialect.header[min(where, width) - 1]
        detail = _("%(said)s，从“%(column)s”起对不上") % {"said": said, "column": column}
        self.waiting.append(BadRow(number, "row.ragged", detail, tuple(cells), row.text[:500]))
        return "skip"

    def until(self, last: int) -> list[BadRow]:
        taken = [row for row in self.waiting if row.row <= last]
        self.waiting = [row for row in self.waiting if row.row > last]
        return taken


def _chunks(path: Path, name: str, dialect: Dialect) -> Iterator[Chunk]:
    stream, ragged, counted = text.Utf8(path, name, dialect.encoding), _Raggeds(dialect), 0
    try:
        for batch in _open(stream, dialect, ragged):
            rows, bad = _number(counted, len(batch), ragged)
            counted = max([counted, *rows[-1:].tolist(), *(one.row for one in bad)])
            check_rows(name, counted)
            yield Chunk(rows, batch.columns, bad, stream.at)
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return
        raise FieldTooLong(
            name, _("之后读不下去：引号没有闭合，或一行超过 %(most)s MB") % {"most": MAX_ROW_BYTES >> 20},
            do=_("请检查这一行之后的引号"), row=counted + 1, column=dialect.header[0],
        ) from error  # fmt: skip
    if ragged.waiting:
        yield Chunk(np.empty(0, np.int64), [pa.array([], pa.string())] * len(dialect.header), ragged.waiting)


def _open(stream: text.Utf8, dialect: Dialect, ragged: _Raggeds) -> arrow_csv.CSVStreamingReader:
    names = [str(place) for place in range(len(dialect.header))]
    return arrow_csv.open_csv(
        pa.PythonFile(stream, mode="r"),
        # Only one thread: with more, Arrow no longer knows the number of a ragged row.
        read_options=arrow_csv.ReadOptions(
            column_names=names, skip_rows=dialect.lines_above, skip_rows_after_names=1, use_threads=False,
            block_size=MAX_ROW_BYTES,
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=dialect.delimiter, quote_char='"' if dialect.quoted else False,
            newlines_in_values=dialect.quoted, invalid_row_handler=ragged,
        ),
        convert_options=arrow_csv.ConvertOptions(
            check_utf8=False, strings_can_be_null=False, column_types=dict.fromkeys(names, pa.string())
        ),
    )  # fmt: skip


def _number(counted: int, size: int, ragged: _Raggeds) -> tuple[np.ndarray, list[BadRow]]:  # type: ignore[type-arg]
    """Numbers for the next ``size`` good rows, leaving out those of ragged rows between them."""
    skipped = sorted(row.row for row in ragged.waiting)
    last = counted + size
    for number in skipped:
        if number > last:
            break
        last += 1
    bad = ragged.until(last)
    numbers = np.arange(counted + 1, last + 1, dtype=np.int64)
    if bad:
        numbers = numbers[~np.isin(numbers, [row.row for row in bad])]
    return numbers, bad
