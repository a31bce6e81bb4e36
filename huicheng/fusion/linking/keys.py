"""Numbers that stand for values, so that comparing millions is arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Keys = NDArray[np.uint64]

_ODD = np.uint64(0x9E3779B97F4A7C15)
_STEPS = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))


def scramble(values: Keys) -> Keys:
    """splitmix64's finish: neighbours land far apart."""
    for shift, factor in _STEPS:
        values = (values ^ (values >> shift)) * factor
    return values ^ (values >> np.uint64(31))


def mix(*columns: NDArray[Any]) -> Keys:
    """One key of several columns; 0 where any of them is missing."""
    key, whole = np.zeros(len(columns[0]), np.uint64), np.ones(len(columns[0]), bool)
    for place, column in enumerate(columns):
        whole &= column != 0
        key = scramble(key + column.astype(np.uint64) * _ODD + np.uint64(place + 1))
    return np.where(whole, key | np.uint64(1), np.uint64(0))


def runs(counts: Ints) -> tuple[Ints, Ints]:
    """For counts (2, 0, 3): which item each place belongs to (0 0 2 2 2) and its place inside (0 1 0 1 2)."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)


def isin_sorted(values: NDArray[Any], among: NDArray[Any]) -> Flags:
    """Membership in an already sorted array."""
    if not len(among):
        return np.zeros(len(values), bool)
    place = np.minimum(np.searchsorted(among, values), len(among) - 1)
    return np.asarray(among[place] == values)


class Groups:
    """Members of numbered groups, one group after another: rows of an entity, entities of a key."""

    def __init__(self, group: Ints, count: int) -> None:
        self.order = np.argsort(group, kind="stable")
        first = int(np.searchsorted(group[self.order], 0))
        self.order = self.order[first:]
        self.sizes = np.bincount(group[self.order], minlength=count).astype(np.int64)
        self.starts = np.cumsum(self.sizes) - self.sizes

    def expand(self, groups: Ints, *, most: int | None = None) -> tuple[Ints, Ints]:
        """(place in `groups`, member) for every member of each, or for ``most`` of them spread evenly."""
        sizes = self.sizes[groups]
        taken = sizes if most is None else np.minimum(sizes, most)
        owner, inside = runs(taken)
        if most is not None:
            inside = inside * sizes[owner] // np.maximum(taken[owner], 1)
        return owner, self.order[self.starts[groups][owner] + inside]
