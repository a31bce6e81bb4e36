"""Propose which column is which field, and show beforehand what would be refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange.checking import Plan, check, plan_of
from huicheng.exchange.codetables.translating import dictionaries, in_force
from huicheng.exchange.databases import drafted_query, is_address, safe_name
from huicheng.exchange.declarations import Field, Resource
from huicheng.exchange.delivering import find_unquoted
from huicheng.exchange.keys import SeenKeys
from huicheng.exchange.matching import chosen, names_of, plain, remembered, repeated, settle_mapping, spoken
from huicheng.exchange.mended import mended
from huicheng.exchange.reading.opening import open_source
from huicheng.exchange.reading.source import Source
from huicheng.exchange.receipts import Issue, issue_of
from huicheng.exchange.taking import as_texts

SAMPLE_ROWS = 1000
ENOUGH = 0.35
# How much it says that values pass the check of a kind: anything is a text, little is an identity number.
SPECIFIC: Mapping[str, float] = {
    "person_id": 1.0, "credit_code": 1.0, "phone": 0.9, "division": 0.8, "code": 0.8, "datetime": 0.6,
    "date": 0.6, "address": 0.6, "person_name": 0.6, "firm_name": 0.5, "money": 0.3, "boolean": 0.3,
    "number": 0.2, "integer": 0.2, "text": 0.0,
}  # fmt: skip


@dataclass(frozen=True)
class Match:
    """``field`` is None where nothing fits well enough; ``confidence`` runs from 0 to 1.

    ``certain``: a delivery uses it unasked. The others are guesses, used only where somebody accepts them.
    """

    column: str
    field: str | None
    confidence: float
    reason: str
    certain: bool = False


@dataclass(frozen=True)
class Proposal:
    header: tuple[str, ...]
    matches: list[Match]
    mapping: dict[str, str]

    @property
    def guesses(self) -> dict[str, str]:
        return {one.column: one.field for one in self.matches if one.field and not one.certain}


@dataclass(frozen=True)
class Preview:
    """What delivering the first rows would do, with the ``mapping`` that it would use."""

    rows: int
    accepted: int
    refused: int
    issues: list[Issue] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Scent:
    score: float
    reason: str


def propose_mapping(
    resource: str, source: Path | str, *, mapping: Mapping[str, str] | None = None, sheet: str | None = None,
    query: str | None = None,
) -> Proposal:  # fmt: skip
    """What a delivery with this ``mapping`` would use, and guesses for the columns and fields that are left.

    Guesses are from names, synonyms, pinyin and the shapes of values; every column and every field at most once.
    """
    spec = find_unquoted(resource)
    with _opened(spec, source, sheet, query) as opened:
        said = spoken(spec, mapping or {})
        settled = chosen(spec, opened.header, said, file=opened.name)
        known = remembered(spec, opened.header)
        samples = _samples(opened)
    scents = [
        [_scent(column, samples[n], one) for one in spec.fields] for n, column in enumerate(opened.header)
    ]
    matches = _assign(opened.header, spec, scents, settled)
    told = [_told(match, settled, said, known) for match in matches]
    unclear = {
        column for columns in repeated(spec, opened.header, without=said).values() for column in columns
    }
    told = [_unclear(one) if one.column in unclear and not one.certain else one for one in told]
    return Proposal(opened.header, told, {m.column: m.field for m in told if m.field})


def _told(
    match: Match, settled: Mapping[str, str], said: Mapping[str, str], known: Mapping[str, str]
) -> Match:
    """Where somebody decided, that is the reason."""
    if match.column in said or known:
        reason = _("您指定的") if match.column in said else _("上次记住的")
        name = settled.get(match.column)
        return Match(match.column, name, 1.0 if name else 0.0, reason, certain=bool(name))
    return match


def _unclear(match: Match) -> Match:
    return Match(match.column, None, 0.0, _("有几列同名，请说明用哪一列"))


@contextmanager
def _opened(spec: Resource, source: Path | str, sheet: str | None, query: str | None) -> Iterator[Source]:
    """To be looked at, not kept: a query's rows are gone afterwards."""
    if not is_address(source):
        yield mended(open_source(Path(source), sheet=sheet), spec)
        return
    with drafted_query(str(source), query or "", most=SAMPLE_ROWS * 5) as draft:
        yield open_source(draft, name=safe_name(source), form="parquet")


def _samples(opened: Source) -> list[pa.Array]:
    for chunk in opened.chunks():
        if len(chunk.rows):
            return [as_texts(column.slice(0, SAMPLE_ROWS)) for column in chunk.columns]
    return [pa.nulls(0, pa.string())] * len(opened.header)


def _assign(
    header: Sequence[str], spec: Resource, scents: list[list[_Scent]], settled: Mapping[str, str]
) -> list[Match]:
    """What is settled, then the best of what is left."""
    from scipy.optimize import linear_sum_assignment

    at = {one.name: number for number, one in enumerate(spec.fields)}
    columns = [place for place, column in enumerate(header) if column not in settled]
    fields = [number for name, number in at.items() if name not in settled.values()]
    scores = np.array([[scents[place][number].score for number in fields] for place in columns])
    pairs = zip(*linear_sum_assignment(-scores), strict=True) if columns and fields else ()
    best = {columns[row]: fields[column] for row, column in pairs}
    best |= {place: at[settled[column]] for place, column in enumerate(header) if column in settled}
    return [
        _match(column, spec, scents[place], best.get(place), column in settled)
        for place, column in enumerate(header)
    ]


def _match(column: str, spec: Resource, scents: list[_Scent], number: int | None, certain: bool) -> Match:
    if number is None or not (certain or scents[number].score >= ENOUGH):
        return Match(column, None, 0.0, _("没有合适的字段"))
    scent = scents[number]
    return Match(column, spec.fields[number].name, round(scent.score, 2), scent.reason, certain)


def _scent(column: str, values: pa.Array, one: Field) -> _Scent:
    name = _by_name(column, one)
    passing = _passing(values, one)
    if name.score >= 0.9:
        return _Scent(name.score - (0.15 if passing < 0.3 else 0), name.reason)
    shape = passing * SPECIFIC[one.kind]
    if not name.score:
        return _Scent(
            shape * 0.6, _("%(share)s 的值像%(title)s") % {"share": f"{passing:.0%}", "title": one.title}
        )
    score = name.score * (0.6 if passing < 0.3 else 0.85) + shape * 0.15
    return _Scent(score, name.reason)


def _by_name(column: str, one: Field) -> _Scent:
    asked = plain(column)
    names = [plain(name) for name in names_of(one)]
    if asked in names[:2]:
        return _Scent(1.0, _("与字段同名"))
    if asked in names:
        return _Scent(0.95, _("是字段的别名"))
    spoken = [_pinyin(name) for name in names]
    if asked in {whole for whole, _initials in spoken}:
        return _Scent(0.85, _("是字段名的拼音"))
    if len(asked) > 1 and asked in {initials for _whole, initials in spoken}:
        return _Scent(0.6, _("是字段名的拼音首字母"))
    best = max(_alike(asked, name) for name in names)
    return _Scent(best, _("与字段名相近")) if best >= 0.45 else _Scent(0.0, "")


def _alike(asked: str, name: str) -> float:
    from rapidfuzz import fuzz

    if len(name) > 1 and (name in asked or asked in name):
        shorter, longer = sorted((len(asked), len(name)))
        return 0.55 + 0.25 * shorter / longer
    return float(fuzz.ratio(asked, name)) / 100 * 0.7


def _pinyin(name: str) -> tuple[str, str]:
    from pypinyin import Style, lazy_pinyin

    if name.isascii():
        return "", ""
    return "".join(lazy_pinyin(name)), "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))


def _passing(values: pa.Array, one: Field) -> float:
    """The share of non-empty sample values that pass the field's check."""
    full = values.drop_null()
    full = full.filter(pa.compute.greater(pa.compute.binary_length(full), 0))
    if not len(full) or one.kind == "text":
        return 0.5
    found = codes.check(one.kind, full, codes=one.codes)
    return found.values.is_valid().sum().as_py() / len(full)


def preview(
    resource: str, source: Path | str, *, mapping: Mapping[str, str] | None = None, sheet: str | None = None,
    query: str | None = None, rows: int = 5000,
) -> Preview:  # fmt: skip
    """What would be refused among the first ``rows``; nothing is kept."""
    spec = find_unquoted(resource)
    with _opened(spec, source, sheet, query) as opened:
        settled = settle_mapping(spec, opened.header, mapping, file=opened.name)
        local = dictionaries(spec, in_force(spec))
        plan = plan_of(spec, opened.header, settled, delivery="", received=timezone.now(), local=local)
        return replace(_tried(plan, opened, rows), mapping=settled)


def _tried(plan: Plan, opened: Source, rows: int) -> Preview:
    seen, accepted, refused = SeenKeys(), 0, 0
    issues: list[Issue] = []
    for chunk in opened.chunks():
        verdict = check(plan, chunk.first(rows - accepted - refused), seen)
        accepted += len(verdict.accepted)
        refused += len(verdict.refused)
        issues += map(issue_of, verdict.issues.slice(0, 1000).to_pylist())
        if accepted + refused >= rows:
            break
    return Preview(accepted + refused, accepted, refused, sorted(issues, key=lambda i: i.row)[:1000])
