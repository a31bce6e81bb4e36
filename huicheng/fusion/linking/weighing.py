"""Levels of agreement between a row and an entity: the best its rows offer, comparison by comparison."""

from __future__ import annotations

import numpy as np

from huicheng.fusion.linking.design import Design, Levels, Rows
from huicheng.fusion.linking.keys import Flags, Groups, Ints

CHUNK = 1 << 18
# No person, firm or house has so many rows; what has is a row delivered over and over, and any of them speaks for all.
MOST_MEMBERS = 32


def weigh(
    rows: Rows, design: Design, pairs: tuple[Ints, Ints], members: Groups, original: Ints | None = None
) -> tuple[list[Levels], Flags]:
    """Levels per pair (row, entity), and whether the entity has any row but this one (or the `original` it copies)."""
    left, entity = pairs
    original = left if original is None else original
    best = [np.zeros(len(left), np.int8) for _ in design.comparisons]
    other = np.zeros(len(left), bool)
    for start in range(0, len(left), CHUNK):
        owner, member = members.expand(entity[start : start + CHUNK], most=MOST_MEMBERS)
        here = left[start : start + CHUNK][owner]
        differs = original[start : start + CHUNK][owner] != member
        owner, member, here = owner[differs] + start, member[differs], here[differs]
        if not len(owner):
            continue
        edges = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
        other[owner[edges]] = True
        for column, comparison in zip(best, design.comparisons, strict=True):
            column[owner[edges]] = np.maximum.reduceat(comparison.compare(rows, here, member), edges)
    return best, other
