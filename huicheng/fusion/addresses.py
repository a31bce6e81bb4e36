"""Address texts as parts. The parser of codes reads each *shape* once: 文华路###号#-#-### stands for thousands of doors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huicheng.codes import api as codes
from huicheng.fusion.places import PARTS

NONE = -1


class Shape(NamedTuple):
    """For each part its fixed text, or which run of digits it is; `plain` if every part is one or the other."""

    texts: tuple[str | None, ...]
    slots: tuple[int, ...]
    plain: bool


def read_addresses(column: Any) -> pa.Table:
    """One row per text: its district as six digits and the names of what lies inside, null where not said."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    shapes = pc.replace_substring_regex(column.fill_null(""), "[0-9]", "#").dictionary_encode()
    which = shapes.indices.to_numpy(zero_copy_only=False)
    read = [_shape(text) for text in shapes.dictionary.to_pylist()]
    plain = np.array([shape.plain for shape in read] or [True])
    alone = np.flatnonzero(~plain[which] if len(which) else which)
    singles = [_parts(text) for text in column.take(pa.array(alone)).to_pylist()]
    tokens, starts = _digits(column)
    mask = np.zeros(len(column), bool)
    mask[alone] = True
    parts = {}
    for place, name in enumerate(PARTS):
        values = _fill(
            [shape.texts[place] for shape in read],
            np.array([shape.slots[place] for shape in read] or [NONE]),
            which,
            tokens,
            starts,
        )
        mended = pa.array([single[place] for single in singles], pa.string())
        parts[name] = pc.replace_with_mask(values, pa.array(mask), mended) if len(alone) else values
    return pa.table(parts)


def _digits(column: Any) -> tuple[Any, NDArray[Any]]:
    """All runs of digits of all texts, one after another, and where each text's begin."""
    runs = pc.split_pattern(
        pc.utf8_trim(pc.replace_substring_regex(column.fill_null(""), "[^0-9]+", " "), " "), " "
    )
    return runs.values, runs.offsets.to_numpy()[:-1]


def _fill(
    texts: list[str | None], slots: NDArray[Any], which: NDArray[Any], tokens: Any, starts: NDArray[Any]
) -> Any:
    if not len(which):
        return pa.nulls(0, pa.string())
    fixed = pa.array(texts, pa.string()).take(pa.array(which))
    slot = slots[which]
    at = np.where(slot >= 0, starts + slot, 0)
    moving = tokens.take(pa.array(at, mask=slot < 0))
    return pc.coalesce(fixed, moving)


def _parts(text: str | None) -> tuple[str | None, ...]:
    """The parser's answer. A road without a number before a building is what people call a compound."""
    if not text:
        return (None,) * len(PARTS)
    found = codes.parse_address(text)
    road, compound = found.road, found.compound
    if road and not found.number and not compound:
        road, compound = "", road
    answer = (
        found.division,
        found.street,
        found.community,
        road,
        found.number,
        compound,
        found.building,
        found.unit,
        found.room,
    )
    return tuple(part or None for part in answer)


def _shape(shape: str) -> Shape:
    """Read the shape with numbers that cannot be taken for one another, and see where they come out."""
    sample, runs = _numbered(shape)
    parts = _parts(sample)
    texts: list[str | None] = []
    slots: list[int] = []
    for part in parts:
        slot = runs.index(part) if part in runs else NONE
        digits = part is not None and slot == NONE and any(letter in "0123456789" for letter in part)
        if digits and part != parts[0]:
            return Shape((None,) * len(PARTS), (NONE,) * len(PARTS), plain=False)
        slots.append(slot)
        texts.append(None if slot != NONE else part)
    plain = len(set(runs)) == len(runs)
    return Shape(tuple(texts), tuple(slots), plain)


def _numbered(shape: str) -> tuple[str, list[str]]:
    """Each run of # as digits that no other run has: 2, 35, 468, …"""
    sample: list[str] = []
    runs: list[str] = []
    length = 0
    for letter in shape + "\0":
        if letter == "#":
            length += 1
            continue
        if length:
            runs.append(_run(length, runs))
            sample.append(runs[-1])
            length = 0
        sample.append(letter)
    return "".join(sample)[:-1], runs


def _run(length: int, taken: list[str]) -> str:
    # Doors begin with a floor: 1–3 keeps rooms of three and four digits on floors that exist.
    for first in range(1, 100):
        digits = "".join(str((first + step) % 9 + 1) for step in range(length))
        if digits not in taken and not any(
            digits in other or other in digits for other in taken if length > 1
        ):
            return digits
    return "1" * length
