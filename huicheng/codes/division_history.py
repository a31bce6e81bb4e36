"""GB/T 2260 as it was on a day: each code with its name, from when until when, and what stands there now.

Codes of Liaoning and its neighbours are complete from 1985 on; elsewhere what stands now, and renamings since 2002 by
name alone, since the abolished codes of other provinces are not at hand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache

from huicheng.codes.code_tables import CodeTable
from huicheng.codes.divisions import Division, national_renamings, upper_places
from huicheng.codes.files import TABLES, rows

SOURCE = "GB/T 2260; 国家统计局 2023-06-30; 辽宁及相邻地区 1985 年以来的沿革"


@dataclass(frozen=True)
class DivisionSpan:
    """One name under one code: from ``since`` (None: as far back as is known) until ``until`` (None: it stands)."""

    code: str
    name: str
    within: str
    since: date | None
    until: date | None
    present: str
    reason: str


@cache
def division_spans() -> tuple[DivisionSpan, ...]:
    """All of them by code, then by time; what is known by name alone comes last, without a code."""
    former = _former_by_present()
    # A city without counties stands twice in the source, as city and as its own county, under one code.
    places = {one.code: one for one in reversed(upper_places())}.values()
    found = [span for one in places for span in _spans_of(one, former.get(one.code, []))]
    return (*sorted(found, key=lambda one: (one.code, one.since or date.min)), *_renamings(set(former)))


def _former_by_present() -> dict[str, list[dict[str, str]]]:
    """In the order of their ends. A name that people write but that never stood in the standard has no span."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows(TABLES / "former_divisions.csv"):
        if not row["spoken"]:
            found[row["present"]].append(row)
    return {code: sorted(chain, key=lambda row: row["since"]) for code, chain in found.items()}


def _spans_of(one: Division, chain: list[dict[str, str]]) -> list[DivisionSpan]:
    spans, since = [], None
    for row in chain:
        until = date.fromisoformat(row["since"])
        spans.append(
            DivisionSpan(row["code"], row["name"], row["within"], since, until, one.code, row["reason"])
        )
        since = until
    return [*spans, DivisionSpan(one.code, one.name, one.parent, since, None, one.code, "")]


def _renamings(known: set[str]) -> list[DivisionSpan]:
    found = [
        DivisionSpan("", gone.name, gone.parent, None, date.fromisoformat(day), gone.present, "")
        for day, gone in national_renamings()
        if gone.present not in known
    ]
    return sorted(found, key=lambda one: one.until or date.max)


def division_table(day: date | None = None) -> CodeTable:
    """The codes that stood on that day, today's where none is said; a former code is read as the one there now."""
    spans = [one for one in division_spans() if one.code]
    standing = [one for one in spans if _stood(one, day)]
    names = {one.code: one.name for one in standing}
    counts = Counter(names.values())
    aliases = {name: code for code, name in names.items() if counts[name] == 1}
    aliases |= {one.code: one.present for one in spans if one.code not in names and one.present in names}
    aliases |= {code: code for code in names}
    return CodeTable("division", SOURCE, names, aliases)


def _stood(one: DivisionSpan, day: date | None) -> bool:
    if day is None:
        return one.until is None
    return (one.since is None or one.since <= day) and (one.until is None or day < one.until)
