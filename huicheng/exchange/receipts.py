"""Receipts 回执, and what they say row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from huicheng.exchange.checking import reason_text
from huicheng.exchange.drifting import Drift, drift_of
from huicheng.exchange.landing import kept_at
from huicheng.exchange.models import Delivery
from huicheng.ground.api import BadInput
from huicheng.lake import api as lake

ISSUE_KINDS = Path(__file__).with_name("issue_kinds.sql")


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
    before: int | None
    base: int | None
    issues_file: str
    refused_file: str
    reason: str
    mapping: dict[str, str]
    seconds: float
    header: list[str] = field(default_factory=list)
    drift: Drift | None = None


class NeedsConfirmation(BadInput):
    """A replacement would lose most rows, or all values of a field: nothing was taken until somebody confirms ``receipt``."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        counts = {
            name: f"{getattr(receipt, name) or 0:,}" for name in ("rows", "accepted", "refused", "before")
        }
        what = _(
            "%(file)s：共 %(rows)s 行，可接收 %(accepted)s 行，退回 %(refused)s 行；表里现有 %(before)s 行。"
        )
        if not receipt.rows:
            what = _("%(file)s：还没有读它的行。")
        why = receipt.reason
        if receipt.rows and receipt.accepted * 2 < (receipt.before or 0):
            why += _("替换后剩下的行不到原来的一半，")
        elif receipt.refused * 2 > receipt.rows:
            why += _("超过一半的行要被退回，")
        do = _("所以先没有写入，等您确认。请核对导出是否完整；确实要替换，再确认一次。")
        super().__init__(what % {"file": receipt.file, **counts} + why + do)


@dataclass(frozen=True)
class Issue:
    """One thing wrong with one value; ``outcome`` is ``refused`` or ``flagged``."""

    row: int
    field: str
    value: str
    code: str
    reason: str
    outcome: str


@dataclass(frozen=True)
class IssueKind:
    """One kind of problem of a delivery: how often, and where it was met first."""

    field: str
    code: str
    reason: str
    outcome: str
    count: int
    examples: tuple[Issue, ...]


def receipt_of(row: Delivery) -> Receipt:
    """Its files by their whole path, however they are written down."""
    facts = {name: getattr(row, name) for name in Receipt.__dataclass_fields__ if name != "drift"}
    facts["drift"] = drift_of(row)
    for name in ("issues_file", "refused_file"):
        facts[name] = str(kept_at(facts[name]) or "")
    return Receipt(**facts)


def receipt(receipt_id: str) -> Receipt:
    row = Delivery.objects.filter(id=receipt_id).first()
    if row is None:
        raise NoSuchReceipt(_("没有编号为 %(id)s 的回执。") % {"id": receipt_id[:60]})
    return receipt_of(row)


def receipts(
    *, resource: str | None = None, department: str | None = None, state: str | None = None,
    ids: Iterable[str] | None = None, limit: int = 100,
) -> list[Receipt]:  # fmt: skip
    """Newest first."""
    given = {"resource": resource, "department": department, "state": state}
    rows = Delivery.objects.order_by("-at", "-id")
    rows = rows.filter(**{name: value for name, value in given.items() if value is not None})
    rows = rows if ids is None else rows.filter(id__in=list(ids))
    return [receipt_of(row) for row in rows[:limit]]


def issues(receipt_id: str, *, limit: int = 100) -> list[Issue]:
    return list(islice(each_issue(receipt_id), limit))


def each_issue(receipt_id: str) -> Iterator[Issue]:
    """All of them, in the order of reading, a batch in memory at a time."""
    path = _issues_file(receipt_id)
    return _read_issues(path) if path else iter(())


def _issues_file(receipt_id: str) -> Path | None:
    path = Path(receipt(receipt_id).issues_file or "/nowhere")
    return path if path.is_file() else None


def _read_issues(path: Path) -> Iterator[Issue]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=4096):
            yield from map(issue_of, batch.to_pylist())


def issue_kinds(receipt_id: str, *, examples: int = 3, limit: int = 100) -> list[IssueKind]:
    """Every issue counted, however many there are."""
    path = _issues_file(receipt_id)
    if path is None:
        return []
    given = {"path": str(path), "examples": examples, "kinds": limit}
    with lake.connection(memory="512MB") as engine:
        found = engine.execute(ISSUE_KINDS.read_text(encoding="utf-8"), given).fetchall()
    return [_kind(*row) for row in found]


def _kind(field: str, code: str, outcome: str, count: int, examples: list[dict[str, Any]]) -> IssueKind:
    same = {"field": field, "code": code, "outcome": outcome}
    shown = tuple(issue_of({**same, **one}) for one in examples)
    return IssueKind(field, code, reason_text(code), outcome, count, shown)


def issue_of(row: dict[str, Any]) -> Issue:
    code, detail = str(row["code"]), str(row["detail"])
    reason = f"{reason_text(code)}：{detail}" if detail else reason_text(code)
    return Issue(int(row["row"]), str(row["field"]), str(row["value"]), code, reason, str(row["outcome"]))
