"""How good every delivered field is: filled, valid, unique, of one mind with the register, and how old.

A value is held against what another department says of the same person, firm or house and the same fact: against
the register's value where another department supplied it, else against the newest of the others. So whoever is the
reference is neither praised for agreeing with itself nor judged only by the few values in which it lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huicheng.fusion.linking.keys import Flags, Ints
from huicheng.fusion.meaning import keys
from huicheng.fusion.register import Register
from huicheng.fusion.sources import SOURCES, Source
from huicheng.lake import api as lake

KINDS = 3
EXAMPLES = 100
WHOSE = [("department", pa.string()), ("resource", pa.string()), ("field", pa.string())]
COUNTS = ("rows", "filled", "valid", "repeated", "compared", "consistent")
QUALITY = pa.schema([*WHOSE, *((name, pa.int64()) for name in COUNTS), ("median_on", pa.date32())])
HISTORY = pa.schema([*QUALITY, ("delivery", pa.string()), ("measured_on", pa.date32()), ("run", pa.string())])
BEHIND = pa.schema(
    [*WHOSE, ("what", pa.string()), ("delivery", pa.string()), ("row", pa.int64()), ("other", pa.string())]
)


@dataclass
class Quality:
    """``lines``: one per resource and field. ``behind``: row numbers, a hundred for each thing that is wrong."""

    lines: list[dict[str, Any]]
    behind: list[dict[str, Any]]


@dataclass
class _Field:
    """One field of the register over all its rows; `theirs` is the winner of each row's entity, -1 where none.
    `by_age`: the rows that are somebody's, entity by entity, the newest first; one order for all fields."""

    name: str
    valid: Flags
    meaning: NDArray[Any]
    theirs: Ints
    by_age: Ints


def measure(registers: list[Register]) -> Quality:
    found = Quality([], [])
    for register in registers:
        by_age = _by_age(register)
        for name in register.values:
            one = _field(register, name, by_age)
            for number, source in enumerate(register.standard.origins):
                if (source.resource, name) in register.standard.said:
                    _measure(register, one, (number, source), found)
    return found


def _by_age(register: Register) -> Ints:
    days = pc.fill_null(register.standard.column("as_of").cast(pa.int32()), 0).to_numpy(zero_copy_only=False)
    entity = register.links.entity
    order = np.lexsort((-days, entity))
    return order[np.searchsorted(entity[order], 0) :]


def _field(register: Register, name: str, by_age: Ints) -> _Field:
    standard, values = register.standard, register.values[name]
    entity = register.links.entity
    won = register.won[name][np.maximum(entity, 0)] if register.count else entity
    meaning = keys(standard, name, values)
    # A taxpayer's old number of fifteen places is no credit code, but a good number.
    sound = pa.array(meaning != 0) if name == "credit_code" else values.is_valid()
    theirs = np.where(entity >= 0, won, -1)
    return _Field(name, sound.to_numpy(zero_copy_only=False), meaning, theirs, by_age)


def _measure(register: Register, one: _Field, whose: tuple[int, Source], found: Quality) -> None:
    standard, (number, source) = register.standard, whose
    mine = np.flatnonzero(standard.source == number)
    said = _bits(standard.said[source.resource, one.name], len(mine))
    about = ~_bits(standard.silent.get((source.resource, one.name)), len(mine))
    valid = one.valid[mine] & said
    others = _others(register, one, source)[mine]
    compared = valid & (others >= 0)
    same = one.meaning[mine] == one.meaning[np.maximum(others, 0)]
    repeated = _repeated(one.meaning[mine], valid) if source.unique == one.name else None
    wrong = {
        "empty": about & ~said,
        "invalid": said & ~valid,
        "repeated": repeated if repeated is not None else np.zeros(len(mine), bool),
        "differs": compared & ~same,
    }
    place = {"department": source.department, "resource": source.resource, "field": one.name}
    counts = (about, said, valid, repeated, compared, compared & same)
    sums = (None if flags is None else int(flags.sum()) for flags in counts)
    days = standard.column("as_of").take(pa.array(mine[valid]))
    found.lines.append(
        {**place, **dict(zip(COUNTS, sums, strict=True)), "median_on": _median(days)},
    )
    found.behind += [
        row
        for what, flags in wrong.items()
        for row in _behind(register, mine[flags], others[flags], place, what)
    ]


def _bits(packed: Any, size: int) -> Flags:
    return np.zeros(size, bool) if packed is None else np.unpackbits(packed, count=size).astype(bool)


def _others(register: Register, one: _Field, source: Source) -> Ints:
    """For each row of the register, the row of another department that it is held against, -1 where there is none."""
    standard, entity = register.standard, register.links.entity
    able = np.array(
        [
            origin.department != source.department
            and origin.fact(one.name) == source.fact(one.name) == one.name
            for origin in standard.origins
        ]
    )
    sound = one.valid & (one.meaning != 0) & (entity >= 0)
    fair = sound & able[standard.source]
    newest = _newest(register, one, fair)
    won = np.where((one.theirs >= 0) & fair[np.maximum(one.theirs, 0)], one.theirs, -1)
    mine = sound & (standard.source == standard.origins.index(source))
    return np.where(mine, np.where(won >= 0, won, newest[np.maximum(entity, 0)]), -1)


def _newest(register: Register, one: _Field, fair: Flags) -> Ints:
    """Of these rows the newest of each entity, -1 for entities that have none of them."""
    rows = one.by_age[fair[one.by_age]]
    entity = register.links.entity[rows]
    first = np.flatnonzero(np.diff(entity, prepend=-1))
    found = np.full(max(register.count, 1), -1, dtype=rows.dtype)
    found[entity[first]] = rows[first]
    return found


def _repeated(meaning: NDArray[Any], valid: Flags) -> Flags:
    _each, place, count = np.unique(meaning, return_inverse=True, return_counts=True)
    return valid & (meaning != 0) & (count[place] > 1)


def _median(days: Any) -> date | None:
    known = days.drop_null().cast(pa.int32()).to_numpy(zero_copy_only=False)
    if not len(known):
        return None
    middle = len(known) // 2
    return date(1970, 1, 1) + timedelta(days=int(np.partition(known, middle)[middle]))


def _behind(
    register: Register, rows: Ints, others: Ints, place: dict[str, str], what: str
) -> Iterator[dict[str, Any]]:
    standard, origins = register.standard, register.standard.origins
    some = rows[:EXAMPLES]
    deliveries = standard.column("delivery").take(pa.array(some)).to_pylist()
    numbers = standard.column("row").take(pa.array(some)).to_pylist()
    for delivery, row, held in zip(deliveries, numbers, others[:EXAMPLES].tolist(), strict=True):
        other = origins[standard.source[held]].department if what == "differs" else None
        yield {**place, "what": what, "delivery": delivery, "row": row, "other": other}


def table(name: str, lines: list[dict[str, Any]], schema: pa.Schema, kinds: tuple[str, ...]) -> pa.Table:
    """Figures of this run's kinds; those of the others as they stood."""
    fresh = pa.Table.from_pylist(lines, schema=schema)
    if len(kinds) == KINDS or not lake.exists(name):
        return fresh
    mine = pa.array([source.resource for source in SOURCES if source.kind in kinds])
    old = lake.read(name).read_all()
    old = old.filter(pc.invert(pc.is_in(old["resource"], mine)))
    # A table written before a column was counted does not have it.
    columns = {
        one.name: old[one.name] if one.name in old.column_names else pa.nulls(old.num_rows, one.type)
        for one in schema
    }
    return pa.concat_tables([pa.table(columns).cast(schema), fresh])


def history(quality: Quality, registers: list[Register], run: str, today: date) -> pa.Table:
    """This run's figures with the delivery that each resource stood at."""
    newest: dict[str, str] = {}
    for register in registers:
        standard = register.standard
        deliveries = standard.column("delivery")
        for number, source in enumerate(standard.origins):
            mine = deliveries.filter(pa.array(standard.source == number))
            newest[source.resource] = str(pc.max(mine).as_py() or "")
    more = {"measured_on": today, "run": run}
    lines = [{**line, "delivery": newest.get(line["resource"], ""), **more} for line in quality.lines]
    return pa.Table.from_pylist(lines, schema=HISTORY)
