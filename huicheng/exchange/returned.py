"""Files of a receipt 退回的行与问题清单: whoever downloads one has read the rows in it, and those whose rows they are see it."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huicheng.exchange.catalogue import resource
from huicheng.exchange.declarations import Resource
from huicheng.exchange.evidence.models import Traced
from huicheng.exchange.evidence.reading import Admitted, Read, keep_set, subject_columns
from huicheng.exchange.evidence.receipts import note
from huicheng.exchange.evidence.sets import Keys, key_of
from huicheng.exchange.harmless import harmful_cell
from huicheng.exchange.policy import Decision
from huicheng.exchange.receipts import Receipt, receipt
from huicheng.ground.api import Actor, BadInput
from huicheng.lake import api as lake

Which = Literal["refused", "issues"]
GROUND = gettext_noop("交付回执的文件")
# A row that is no row has its number in any cell; the wrong length is a wrong number, and somebody's all the same.
A_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9])")
DELIMITERS = (",", "\t", ";", "|", "，")
NOBODY = np.empty(0, np.uint64)


class NoSuchFile(BadInput, LookupError):
    """The receipt has no such file, or its days are over."""


def read_returned(receipt_id: str, actor: Actor, *, which: Which, purpose: str) -> Path:
    """The file, once the receipt of its reading is written: it names the rows' people and nobody else."""
    found = receipt(receipt_id)
    place = found.refused_file if which == "refused" else found.issues_file
    if not place or not Path(place).is_file():
        raise NoSuchFile(_("这份回执没有可下载的文件。"))
    spec = resource(found.resource, retired=True)
    if not spec.open:
        note(actor, purpose, [_read_of(Path(place), found, spec, which)])
    return Path(place)


def _read_of(path: Path, found: Receipt, spec: Resource, which: Which) -> Read:
    known = _known(path, found, spec, which)
    decision = Decision(dict.fromkeys(_fields(path, found, which), "plain"), GROUND)
    rows = found.refused if which == "refused" else pq.read_metadata(path).num_rows
    text = f"{which} {found.id}"
    with path.open("rb") as file:
        seen = hashlib.file_digest(file, "sha256").hexdigest()
    return Read(text, text, {spec.table: Admitted(spec, decision)}, {}, "rows", NOBODY, rows, seen, known)


def _fields(path: Path, found: Receipt, which: Which) -> list[str]:
    if which == "refused":
        return sorted(set(found.mapping.values()))
    return sorted(pc.unique(pq.read_table(path, columns=["field"])["field"]).to_pylist())


def _known(path: Path, found: Receipt, spec: Resource, which: Which) -> str:
    """The set of those in the file, made once for each file."""
    if not spec.subjects:
        return ""
    source = hashlib.sha256(f"{which} {found.id} {path.stat().st_mtime_ns}".encode()).hexdigest()
    traced = Traced.objects.filter(source=source).first()
    if traced is None:
        keys = _keys(found, spec, which)
        set_of = (keep_set(keys) if len(keys) else "") or None
        traced, _new = Traced.objects.get_or_create(source=source, defaults={"subjects_id": set_of})
    return traced.subjects_id or ""


def _keys(found: Receipt, spec: Resource, which: Which) -> Keys:
    names = {name for cells in _refused(found) for name in _named(cells, found, spec)}
    keys = np.array(sorted({key_of(name) for name in names}), np.uint64)
    return keys if which == "refused" else np.unique(np.concatenate([keys, _flagged(found, spec)]))


def _named(cells: Sequence[str], found: Receipt, spec: Resource) -> Iterator[str]:
    """Everybody whom a row of the file names: in the subjects' own columns, and by number wherever it stands."""
    columns = {name: column for column, name in found.mapping.items()}
    for subject in spec.subjects:
        place = found.header.index(columns[subject]) if columns.get(subject) in found.header else len(cells)
        if place < len(cells) and cells[place].strip():
            yield cells[place].strip()
    for cell in cells:
        yield from A_NUMBER.findall(cell)


def _refused(found: Receipt) -> Iterator[Sequence[str]]:
    path = Path(found.refused_file or "/nowhere")
    if not path.is_file():
        return
    if path.suffix == ".xlsx":
        yield from _of_workbook(path)
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=_delimiter(path, len(found.header) + 1))
        next(rows, None)
        yield from ([harmful_cell(cell) for cell in row] for row in rows)


def _delimiter(path: Path, width: int) -> str:
    """The one that parts the first line into as many cells as the delivered file had columns, and the reason."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        start = file.read(1 << 20)
    for mark in DELIMITERS:
        if len(next(csv.reader(start.splitlines(keepends=True), delimiter=mark), [])) == width:
            return mark
    return ","


def _of_workbook(path: Path) -> Iterator[Sequence[str]]:
    from python_calamine import CalamineWorkbook

    rows = iter(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows())
    next(rows, None)
    yield from ([str(cell) for cell in row] for row in rows)


def _flagged(found: Receipt, spec: Resource) -> Keys:
    """The rows that were taken with a doubt are in the table, as this delivery left it or as it is by now."""
    rows = pq.read_table(found.issues_file, columns=["row"])["row"].to_numpy()
    if not lake.exists(spec.table) or "_delivery" not in lake.schema(spec.table).names:
        return NOBODY
    shown = {**subject_columns(spec), "_row": '"_row"'}
    where = '"_delivery" = \'' + found.id.replace("'", "''") + "'"
    try:
        return _of_rows(_shown(spec, shown, where, found.version), rows)
    except (
        lake.NoSuchVersion,
        lake.QuestionFailed,
    ):  # past its days, or from before a column that is asked for
        return _of_rows(_shown(spec, shown, where, None), rows)


def _shown(spec: Resource, columns: dict[str, str], where: str, version: int | None) -> pa.Table:
    mount = lake.Mount(columns=columns, where=where, version=version)
    return lake.ask(f"SELECT * FROM {spec.table}", mounts={spec.table: mount}).table


def _of_rows(table: pa.Table, rows: Any) -> Keys:
    kept = table.filter(pa.array(np.isin(table["_row"].to_numpy(), rows)))
    columns = [kept[name].drop_null() for name in kept.column_names if name != "_row"]
    return np.unique(np.concatenate([NOBODY, *(one.to_numpy().astype(np.uint64) for one in columns)]))
