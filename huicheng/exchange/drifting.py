"""Drift 漂移: how the columns of a delivery differ from those of the last one that stands.

What only adds passes and is announced. What takes from a field (its column is gone or renamed, its values no longer
fit) waits until somebody has looked at the difference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from django.utils.translation import gettext as _

from huicheng.exchange.declarations import Resource
from huicheng.exchange.matching import columns_told, names_of, plain, signature
from huicheng.exchange.models import Delivery

Fits = Mapping[str, tuple[int, int]]
What = Literal["added", "dropped", "renamed", "retyped", "lost", "misfit"]
REMEMBERED = 50
FEW = 3  # so many values that do not fit are an accident
ALIKE = 0.45


@dataclass(frozen=True)
class Change:
    """One difference. ``was`` and ``now`` are columns, or for a retyped one the types of ``column``."""

    what: What
    field: str = ""
    column: str = ""
    was: str = ""
    now: str = ""
    filled: int = 0
    misfits: int = 0

    @property
    def breaking(self) -> bool:
        return self.what in ("lost", "misfit")


@dataclass(frozen=True)
class Drift:
    """``since``: the delivery that it is compared with. ``told``: the columns' names as they may be shown."""

    since: str
    changes: tuple[Change, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def breaking(self) -> bool:
        return any(one.breaking for one in self.changes)

    @property
    def lost(self) -> tuple[Change, ...]:
        return tuple(one for one in self.changes if one.what == "lost")

    def of(self, *whats: What) -> tuple[Change, ...]:
        return tuple(one for one in self.changes if one.what in whats)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def drift_of(row: Delivery) -> Drift | None:
    """As it was found when the delivery was read."""
    kept = row.options.get("drift") if isinstance(row.options, dict) else None
    if not kept:
        return None
    return Drift(kept["since"], tuple(Change(**one) for one in kept["changes"]), kept["told"])


def last_of(spec: Resource, file: str, *, but: str = "") -> Delivery | None:
    """What a delivery is compared with: the last that stands; where deliveries only add, the last of the same series.

    Several sources of different shapes may feed one table that grows; of a table that is replaced there is one.
    """
    standing = Delivery.objects.filter(resource=spec.code, state=Delivery.ACCEPTED).exclude(id=but)
    newest = standing.order_by("-at", "-id")
    if spec.mode == "replace":
        return newest.first()
    named = series_of(file)
    return next((row for row in newest[:REMEMBERED] if series_of(row.file) == named), None)


def series_of(file: str) -> str:
    """The same for 企业登记_2026-10.csv and 企业登记_2026-11.xlsx; of a database its whole address."""
    if "://" in file:
        return file
    return re.sub(r"[0-9]+", "", plain(re.sub(r"(\.[A-Za-z0-9]{1,8}){1,2}$", "", file)))


def fed_before(spec: Resource, file: str, found: Mapping[str, str]) -> frozenset[str]:
    """The fields that the last delivery fed, where this one is recognisably the same table: half of them are fed again."""
    last = last_of(spec, file)
    before = frozenset(last.mapping.values()) if last else frozenset()
    again = before & set(found.values())
    return before if len(again) * 2 >= len(before) and again else frozenset()


def compare(row: Delivery, spec: Resource, *, types: Mapping[str, str], fits: Fits | None = None) -> Drift:
    """The columns of ``row`` against the last delivery that stands; without one there is nothing to compare."""
    last = last_of(spec, row.file, but=row.id)
    if last is None:
        return Drift("")
    changes = [] if _known_shape(row, spec) else _shape(last, row, spec)
    changes += _types(last, row, types, fits or {}) + _misfits(last, row, fits or {})
    return Drift(last.id, tuple(changes), _shown([last.header, row.header], changes))


def noted(row: Delivery, *, types: Mapping[str, str], fits: Fits) -> None:
    """What the next delivery is compared with, on the row that its next act saves."""
    known = {"types": dict(types), "fits": {name: list(pair) for name, pair in fits.items()}}
    row.options = {**row.options, "columns": known}


def _known_shape(row: Delivery, spec: Resource) -> bool:
    """Where a delivery only adds, a shape that stood before is no news; a replacement empties what it leaves out."""
    if spec.mode == "replace":
        return False
    asked, fed, named = signature(row.header), set(row.mapping.values()), series_of(row.file)
    before = Delivery.objects.filter(resource=row.resource, state=Delivery.ACCEPTED).exclude(id=row.id)
    shapes = before.order_by("-at", "-id").values_list("file", "header", "mapping")[:REMEMBERED]
    series = [(header, mapping) for file, header, mapping in shapes if series_of(file) == named]
    return any(signature(header) == asked and set(mapping.values()) <= fed for header, mapping in series)


def _shape(last: Delivery, row: Delivery, spec: Resource) -> list[Change]:
    was, now = ({name: column for column, name in one.mapping.items()} for one in (last, row))
    known = {one.name for one in spec.fields}
    gone, new = _without(last.header, row.header), _without(row.header, last.header)
    lost = [name for name in was if name not in now and name in known]
    guesses = _guesses(lost, was, last, row, spec)
    found = [Change("lost", field=name, was=was[name], now=guesses.get(name, "")) for name in lost]
    moved = [name for name in was if name in now and was[name] in gone and now[name] in new]
    found += [Change("renamed", field=name, was=was[name], now=now[name]) for name in moved]
    told = {one.was for one in found} | {one.now for one in found}
    found += [Change("dropped", was=column) for column in gone if column not in told]
    found += [Change("added", now=c, field=row.mapping.get(c, "")) for c in new if c not in told]
    return found


def _without(header: Sequence[str], other: Sequence[str]) -> list[str]:
    there = {plain(column) for column in other}
    return [column for column in header if plain(column) not in there]


def _guesses(
    lost: Sequence[str], was: Mapping[str, str], last: Delivery, row: Delivery, spec: Resource
) -> dict[str, str]:
    """Which new column may be the lost one under another name: alike in letters, or standing in its place."""
    free = [c for c in _without(row.header, last.header) if c not in row.mapping]
    found: dict[str, str] = {}
    for name in lost:
        place = last.header.index(was[name]) if was[name] in last.header else -1
        names = [plain(one) for one in (was[name], *names_of(spec.field(name)))]
        scored = [(_alike(plain(c), names) + 0.3 * (row.header.index(c) == place), c) for c in free]
        score, column = max(scored, default=(0.0, ""))
        if score >= ALIKE:
            found[name] = column
            free.remove(column)
    return found


def _alike(column: str, names: Sequence[str]) -> float:
    from rapidfuzz import fuzz

    return max(float(fuzz.ratio(column, name)) / 100 for name in names) if column else 0.0


def _types(last: Delivery, row: Delivery, types: Mapping[str, str], fits: Fits) -> list[Change]:
    """Sources that say their columns' types: another one is told, whether or not its values still fit."""
    before = last.options.get("columns", {}).get("types", {})
    other = {c: kind for c, kind in types.items() if c in before and before[c] != kind}
    misfits = {one.column for one in _misfits(last, row, fits)}
    return [
        Change("retyped", field=row.mapping.get(column, ""), column=column, was=before[column], now=kind)
        for column, kind in other.items() if column not in misfits
    ]  # fmt: skip


def _misfits(last: Delivery, row: Delivery, fits: Fits) -> list[Change]:
    """Fields most of whose values no longer fit, where nearly all of them did."""
    before = last.options.get("columns", {}).get("fits", {})
    columns = {name: column for column, name in row.mapping.items()}
    found = []
    for name, (filled, misfits) in fits.items():
        had, bad = before.get(name, (0, 0))
        if had and bad * 10 <= had and misfits >= FEW and misfits * 2 > filled:
            column = columns.get(name, "")
            found.append(Change("misfit", field=name, column=column, filled=filled, misfits=misfits))
    return found


def _shown(headers: Sequence[Sequence[str]], changes: Sequence[Change]) -> dict[str, str]:
    named = {column for one in changes for column in (one.column, one.was, one.now) if column}
    return {
        column: columns_told(header, [place])
        for header in headers for place, column in enumerate(header) if column in named
    }  # fmt: skip


@dataclass(frozen=True)
class DriftLine:
    """A change in words, for a page or a terminal."""

    change: Change
    field: str
    was: str
    now: str
    words: str

    @property
    def breaking(self) -> bool:
        return self.change.breaking


def drift_lines(drift: Drift | None, spec: Resource) -> list[DriftLine]:
    """What broke first."""
    if drift is None:
        return []
    lines = [_line(one, drift, spec) for one in drift.changes]
    return sorted(lines, key=lambda line: not line.breaking)


def _line(one: Change, drift: Drift, spec: Resource) -> DriftLine:
    title = next((f.title for f in spec.fields if f.name == one.field), "")
    was, now = (drift.told.get(name, name) for name in (one.was, one.now))
    if one.what in ("misfit", "retyped"):
        was = now = drift.told.get(one.column, one.column)
    return DriftLine(one, title, was, now, _words(one, now))


def _words(one: Change, now: str) -> str:
    words = {
        "added": _("新增的列，不对应任何字段，不会写入") if not one.field else _("新增的列，写入字段"),
        "dropped": _("没有了的列，原来也不写入任何字段"),
        "renamed": _("列名变了，仍写入同一字段"),
        "retyped": _("列的类型由 %(was)s 变为 %(now)s，值仍然合用") % {"was": one.was, "now": one.now},
        "lost": _("字段没有了来源列") if not one.now else _("字段没有了来源列，可能改名为“%(now)s”") % {"now": now},
        "misfit": _("%(filled)s 个值中有 %(misfits)s 个不再合用") % {
            "filled": f"{one.filled:,}", "misfits": f"{one.misfits:,}",
        },
    }  # fmt: skip
    return words[one.what]


def broken_fields(drift: Drift, spec: Resource) -> list[str]:
    """The titles of the fields from which something is taken away."""
    return list(dict.fromkeys(line.field for line in drift_lines(drift, spec) if line.breaking))
