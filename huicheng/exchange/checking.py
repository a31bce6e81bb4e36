"""A batch of delivered text against its resource's fields: what is taken, what goes back, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange.codetables.translating import UNKNOWN, Dictionaries, translate
from huicheng.exchange.declarations import Field, Resource
from huicheng.exchange.keys import SeenKeys
from huicheng.exchange.reading.source import BROKEN_MARK, NUL_MARK, BadRow, Chunk
from huicheng.exchange.taking import as_texts, holds, taken, tidy_already

Mask = np.ndarray[Any, np.dtype[np.bool_]]
TYPED: Mapping[str, pa.DataType] = {
    "integer": pa.int64(), "number": pa.float64(), "date": pa.date32(), "datetime": pa.timestamp("us"),
    "boolean": pa.bool_(),
}  # fmt: skip
ISSUES = pa.schema([
    ("row", pa.int64()), ("field", pa.string()), ("value", pa.string()), ("code", pa.string()),
    ("outcome", pa.string()), ("detail", pa.string()),
])  # fmt: skip
SHOWN_VALUE = 200
IDENTIFIERS = ("person_id", "credit_code")
ELSEWHERE = "[0-9].*([^小社园校厂景院住活]区|县|市)"
MARKS = {"text.nul": NUL_MARK, "text.unreadable": BROKEN_MARK}
NEEDLES = tuple(mark.encode() for mark in MARKS.values())


def reason_text(code: str) -> str:
    own = {
        "row.ragged": _("列数与表头不一致"),
        "row.json": _("这一行读不成一条记录"),
        "key.duplicate": _("同一份文件里，前面已有一行是这个主键。请只保留一行。"),
        "text.line_break": _("值里有换行，多半是前面有一个没有闭合的引号。请检查这一行和下一行。"),
        UNKNOWN: _("本部门的代码表里没有这个代码。请改成表里有的，或先更新本部门的代码表。"),
        "text.nul": _("含有 NUL 字节，文件可能已损坏。请重新导出。"),
    }
    return own.get(code) or codes.problem_text(code)


@dataclass(frozen=True)
class Plan:
    """Which column of the file fills which field."""

    resource: Resource
    header: tuple[str, ...]
    places: tuple[tuple[Field, int | None], ...]
    delivery: str
    received: datetime
    local: Dictionaries = field(default_factory=dict)

    @property
    def without(self) -> list[Field]:
        """The fields for which the file has no column."""
        return [one for one, place in self.places if place is None]

    @property
    def schema(self) -> pa.Schema:
        fields = [(f.name, TYPED.get(f.kind, pa.string())) for f, _place in self.places]
        marks = [
            ("_delivery", pa.string()),
            ("_row", pa.int64()),
            ("_received", pa.timestamp("us", tz="UTC")),
        ]
        return pa.schema([*fields, *marks])


def plan_of(
    resource: Resource,
    header: Sequence[str],
    mapping: Mapping[str, str],
    *,
    delivery: str,
    received: datetime,
    local: Dictionaries | None = None,
) -> Plan:
    """``mapping`` is column → field; fields without a column stay empty. ``local`` turns own codes into national ones."""
    place_of = {field_name: header.index(column) for column, field_name in mapping.items()}
    places = tuple((one, place_of.get(one.name)) for one in resource.fields)
    return Plan(resource, tuple(header), places, delivery, received, local or {})


@dataclass
class Verdict:
    """What became of one chunk."""

    accepted: pa.RecordBatch
    issues: pa.RecordBatch
    refused: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    flagged: int = 0
    fits: dict[str, tuple[int, int]] = field(default_factory=dict)
    translated: dict[str, int] = field(default_factory=dict)


class _Found:
    """Problems of a chunk as they are found, column by column."""

    def __init__(self, rows: np.ndarray[Any, np.dtype[np.int64]]) -> None:
        self.rows = rows
        self.refused: Mask = np.zeros(len(rows), bool)
        self.flagged: Mask = np.zeros(len(rows), bool)
        self.parts: list[tuple[np.ndarray[Any, Any], str, pa.Array, pa.Array, str]] = []
        self.fits: dict[
            str, tuple[int, int]
        ] = {}  # of each field that has a check: values, and those that fail it
        self.translated: dict[str, int] = {}

    def note(self, guilty: Mask, name: str, values: pa.Array, code: pa.Array | str, *, refuse: bool) -> None:
        at = np.flatnonzero(guilty)
        if not len(at):
            return
        (self.refused if refuse else self.flagged)[at] = True
        picked = pa.array(at)
        said = pa.array([code] * len(at)) if isinstance(code, str) else code.take(picked)
        self.parts.append((at, name, values.take(picked), said, "refused" if refuse else "flagged"))

    def table(self, bad: Iterable[BadRow]) -> pa.RecordBatch:
        made = [
            _issue_part(self.rows[at], name, values, code, outcome)
            for at, name, values, code, outcome in self.parts
        ]
        ragged = [
            {
                "row": one.row,
                "field": "",
                "value": "",
                "code": one.reason,
                "outcome": "refused",
                "detail": one.detail,
            }
            for one in bad
        ]
        made.append(pa.RecordBatch.from_pylist(ragged, schema=ISSUES))
        whole = pa.Table.from_batches(made).combine_chunks().to_batches()
        return whole[0] if whole else pa.RecordBatch.from_pylist([], schema=ISSUES)

    def reasons(self, titles: Mapping[str, str]) -> dict[int, str]:
        """In words, for each refused place."""
        told: dict[int, list[str]] = {}
        for at, name, _values, code, outcome in self.parts:
            if outcome == "refused":
                for place, one in zip(at.tolist(), code.to_pylist(), strict=True):
                    told.setdefault(place, []).append(f"{titles.get(name, name)}：{reason_text(one)}")
        return {place: "；".join(reasons) for place, reasons in told.items()}


def _issue_part(
    rows: np.ndarray[Any, Any], name: str, values: pa.Array, code: pa.Array, outcome: str
) -> pa.RecordBatch:
    size = len(rows)
    shown = pc.utf8_slice_codeunits(values.fill_null(""), 0, SHOWN_VALUE)
    same = [pa.array([text] * size, pa.string()) for text in (name, outcome, "")]
    columns = [pa.array(rows, pa.int64()), same[0], shown, code.cast(pa.string()), same[1], same[2]]
    return pa.RecordBatch.from_arrays(columns, schema=ISSUES)


def check(plan: Plan, chunk: Chunk, seen: SeenKeys) -> Verdict:
    found = _Found(chunk.rows)
    _note_marks(found, chunk.columns, plan)
    values = [_taken(found, one, place, chunk, plan) for one, place in plan.places]
    _note_duplicates(found, plan, values, seen)
    batch = _accepted(plan, values, chunk.rows)
    if found.refused.any():
        batch = batch.filter(pa.array(~found.refused))
    refused = _refused_rows(found, chunk, plan)
    flagged = int((found.flagged & ~found.refused).sum())
    return Verdict(batch, found.table(chunk.bad), refused, flagged, found.fits, found.translated)


def _taken(found: _Found, one: Field, place: int | None, chunk: Chunk, plan: Plan) -> pa.Array:
    """A field's values: of a column that is typed as the field is, as they are; else judged as text."""
    if place is None:
        return _judge(found, one, pa.nulls(len(chunk.rows), pa.string()), plan)
    column = chunk.columns[place]
    if one.name in plan.local:
        return _judge(found, one, _national(found, one, _tidy(as_texts(column)), plan.local[one.name]), plan)
    if (values := taken(one, column)) is None:
        return _judge(found, one, _tidy(as_texts(column)), plan)
    if one.required or one.name in plan.resource.key:
        empty = values.is_null().to_numpy(zero_copy_only=False)
        found.note(empty, one.name, pa.nulls(len(values), pa.string()), "missing", refuse=True)
    found.fits[one.name] = (len(values) - values.null_count, 0)
    return values


def _national(found: _Found, one: Field, text: pa.Array, words: Mapping[str, str]) -> pa.Array:
    """Where the provider has a table of its own, its codes become the national ones; what is not in it goes back."""
    values, unknown = translate(text, words)
    found.note(unknown.to_numpy(zero_copy_only=False), one.name, text, UNKNOWN, refuse=True)
    found.translated[one.name] = len(values) - values.null_count
    # The row goes back already: a code that stands lets nothing else be said of the same value.
    return pc.if_else(unknown, pa.scalar(next(iter(words.values())), pa.string()), values)


def _tidy(column: pa.Array) -> pa.Array:
    if tidy_already(column):
        return column
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(pc.binary_length(trimmed), 0), pa.scalar(None, pa.string()), trimmed)


def _note_marks(found: _Found, columns: Sequence[pa.Array], plan: Plan) -> None:
    """Texts alone: a typed value holds no character."""
    texts = [(place, column) for place, column in enumerate(columns) if pa.types.is_string(column.type)]
    marked = [(place, column) for place, column in texts if holds(column, *NEEDLES)]
    for code, mark in MARKS.items():
        for place, column in marked:
            if holds(column, mark.encode()):
                guilty = pc.match_substring(column, mark).fill_null(False).to_numpy(zero_copy_only=False)
                found.note(guilty, _named(plan, place), column, code, refuse=True)


def _named(plan: Plan, place: int) -> str:
    return next((one.name for one, at in plan.places if at == place), plan.header[place])


def _judge(found: _Found, one: Field, text: pa.Array, plan: Plan) -> pa.Array:
    """The column as the lake keeps it."""
    if one.required or one.name in plan.resource.key:
        empty = text.is_null().to_numpy(zero_copy_only=False)
        found.note(empty, one.name, text, "missing", refuse=True)
    if (one.kind in IDENTIFIERS or one.name in plan.resource.key) and holds(text, b"\r", b"\n"):
        broken = pc.match_substring_regex(text, r"[\r\n]").fill_null(False).to_numpy(zero_copy_only=False)
        found.note(broken, one.name, text, "text.line_break", refuse=True)
    if one.kind == "text" or text.null_count == len(text):
        return text if one.kind not in TYPED else pa.nulls(len(text), TYPED[one.kind])
    values, problems = _checked(one, text)
    misfits = 0
    for problem in pc.unique(problems).drop_null().to_pylist():
        guilty = pc.equal(problems, pa.scalar(problem)).fill_null(False).to_numpy(zero_copy_only=False)
        refuse = one.on_error == "refuse" and not codes.is_doubt(problem)
        misfits += 0 if codes.is_doubt(problem) else int(guilty.sum())
        found.note(guilty, one.name, text, problem, refuse=refuse)
    found.fits[one.name] = (len(text) - text.null_count, misfits)
    if one.required:  # "N/A" and the like: the cell says itself that it is empty
        nothing = pc.and_(pc.and_(values.is_null(), problems.is_null()), text.is_valid())
        found.note(nothing.to_numpy(zero_copy_only=False), one.name, text, "missing", refuse=True)
    if one.kind not in TYPED:
        return text
    return values if values.type == TYPED[one.kind] else values.cast(TYPED[one.kind], safe=False)


def _checked(one: Field, text: pa.Array) -> tuple[pa.Array, pa.Array]:
    if one.kind != "address":
        values, problems = codes.check(one.kind, text, codes=one.codes)
        return values, problems
    problems = _by_front(text)
    doubtful = pc.and_(problems.is_valid(), text.is_valid())
    if pc.any(doubtful).as_py():
        again = codes.check(one.kind, pc.if_else(doubtful, text, pa.scalar(None, pa.string()))).problems
        problems = again.cast(pa.string())
    return text, problems


def _by_front(text: pa.Array) -> pa.Array:
    """Problems of addresses judged up to their first number: a city has few such fronts, and they repeat.

    Whole texts are judged where another place is named behind the numbers.
    """
    fronts = pc.replace_substring_regex(text, "[0-9].*$", "8号")
    shapes = pc.if_else(pc.match_substring_regex(text, ELSEWHERE), text, fronts).dictionary_encode()
    problems = codes.check("address", shapes.dictionary).problems.cast(pa.string())
    return problems.take(shapes.indices)


def _note_duplicates(found: _Found, plan: Plan, taken: Sequence[pa.Array], seen: SeenKeys) -> None:
    if not plan.resource.key:
        return
    by_name = {one.name: column for (one, _place), column in zip(plan.places, taken, strict=True)}
    keys = [by_name[name] for name in plan.resource.key]
    good = np.flatnonzero(~found.refused)
    again = np.zeros(len(found.rows), bool)
    again[good[seen.repeated([key.take(pa.array(good)) for key in keys])]] = True
    shown = keys[0].cast(pa.string())
    found.note(again, plan.resource.key[0], shown, "key.duplicate", refuse=True)


def _accepted(plan: Plan, taken: Sequence[pa.Array], rows: np.ndarray[Any, Any]) -> pa.RecordBatch:
    size = len(rows)
    moment = pa.scalar(plan.received, pa.timestamp("us", tz="UTC"))
    marks = [pa.repeat(plan.delivery, size), pa.array(rows, pa.int64()), pa.repeat(moment, size)]
    return pa.RecordBatch.from_arrays([*taken, *marks], schema=plan.schema)


def _refused_rows(found: _Found, chunk: Chunk, plan: Plan) -> list[tuple[tuple[str, ...], str]]:
    """In the file's own order, cells as they came."""
    titles = {one.name: one.title for one in plan.resource.fields}
    reasons = found.reasons(titles)
    at = sorted(reasons)
    columns = [as_texts(column.take(pa.array(at, pa.int64()))).to_pylist() for column in chunk.columns]
    rows = zip(*columns, strict=True) if at else ()
    told = [
        (int(chunk.rows[place]), tuple(cell or "" for cell in row), reasons[place])
        for place, row in zip(at, rows, strict=True)
    ]
    told += [(one.row, one.cells, _bad_reason(one)) for one in chunk.bad]
    return [(cells, reason) for _row, cells, reason in sorted(told, key=lambda one: one[0])]


def _bad_reason(bad: BadRow) -> str:
    said = f"{reason_text(bad.reason)}：{bad.detail}"
    return _("%(said)s。原文：%(text)s") % {"said": said, "text": bad.original} if bad.original else said
