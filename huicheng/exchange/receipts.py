"""Receipts 回执, and what they say row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from huicheng.exchange.checking import reason_text
from huicheng.exchange.landing import kept_at
from huicheng.exchange.models import Delivery
from huicheng.ground.api import BadInput


class NoSuchReceipt(BadInput, LookupError):
    """There is no delivery of this number."""


@dataclass(frozen=True)
class Receipt:
    id: str
    resource: str
    department: str
    actor_name: str
    file: str
    source: str
    at: datetime
    finished_at: datetime | None
    sha256: str
    size: int
    state: str
    rows: int
    accepted: int
    refused: int
    flagged: int
    version: int | None
    issues_file: str
    refused_file: str
    reason: str
    mapping: dict[str, str]
    seconds: float


@dataclass(frozen=True)
class Issue:
    """One thing wrong with one value; ``outcome`` is ``refused`` or ``flagged``."""

    row: int
    field: str
    value: str
    code: str
    reason: str
    outcome: str


def receipt_of(row: Delivery) -> Receipt:
    """Its files by their whole path, however they are written down."""
    facts = {name: getattr(row, name) for name in Receipt.__dataclass_fields__}
    for name in ("issues_file", "refused_file"):
        facts[name] = str(kept_at(facts[name]) or "")
    return Receipt(**facts)


def receipt(receipt_id: str) -> Receipt:
    row = Delivery.objects.filter(id=receipt_id).first()
    if row is None:
        raise NoSuchReceipt(_("没有编号为 %(id)s 的回执。") % {"id": receipt_id[:60]})
    return receipt_of(row)


def receipts(
    *, resource: str | None = None, department: str | None = None, state: str | None = None, limit: int = 100
) -> list[Receipt]:
    """Newest first."""
    given = {"resource": resource, "department": department, "state": state}
    rows = Delivery.objects.order_by("-at", "-id")
    rows = rows.filter(**{name: value for name, value in given.items() if value is not None})
    return [receipt_of(row) for row in rows[:limit]]


def issues(receipt_id: str, *, limit: int = 100) -> list[Issue]:
    path = receipt(receipt_id).issues_file
    if not path or not Path(path).exists():
        return []
    found: list[Issue] = []
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=4096):
            found += [issue_of(one) for one in batch.to_pylist()]
            if len(found) >= limit:
                break
    return found[:limit]


def issue_of(row: dict[str, str | int]) -> Issue:
    code, detail = str(row["code"]), str(row["detail"])
    reason = f"{reason_text(code)}：{detail}" if detail else reason_text(code)
    return Issue(int(row["row"]), str(row["field"]), str(row["value"]), code, reason, str(row["outcome"]))


def refused_rows(receipt_id: str, *, limit: int = 100) -> list[dict[str, str]]:
    """The refused rows with their reason, as the file for the department has them."""
    path = receipt(receipt_id).refused_file
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
