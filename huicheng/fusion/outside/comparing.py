"""How two values of a column agree, whatever language they are in: declared by what the column is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import distance, fuzz, process

from huicheng.fusion.linking.comparing import CROWDS
from huicheng.fusion.linking.design import Comparison, Levels, Rows
from huicheng.fusion.linking.keys import Ints

# How rare the value is that two rows share: of a thousand bearers it says little, of two nearly all.
SAME = ("same_over_1000", "same_to_1000", "same_to_100", "same_to_10", "same_to_2")
UNLIKE = 1
Judge = Callable[[Sequence[str], Sequence[str]], NDArray[np.int64]]


@dataclass(frozen=True)
class Nature:
    """What a kind of column is compared by: the levels between unlike and the same, and who judges them."""

    near: tuple[str, ...]
    judge: Judge | None

    @property
    def levels(self) -> tuple[str, ...]:
        return ("missing", "unlike", *self.near, *SAME)


def slips(left: Sequence[str], right: Sequence[str]) -> NDArray[np.int64]:
    """Letters to add, drop, change or swap."""
    return np.asarray(process.cpdist(left, right, scorer=distance.OSA.distance, dtype=np.int32), np.int64)


def likeness(left: Sequence[str], right: Sequence[str]) -> NDArray[np.float32]:
    return np.asarray(
        process.cpdist(left, right, scorer=distance.JaroWinkler.similarity, dtype=np.float32), np.float32
    )


def judge_name(left: Sequence[str], right: Sequence[str]) -> NDArray[np.int64]:
    apart, alike = slips(left, right), likeness(left, right)
    return np.where(apart <= 1, 4, np.where((alike >= 0.9) | (apart <= 2), 3, np.where(alike >= 0.8, 2, 1)))


def judge_words(left: Sequence[str], right: Sequence[str]) -> NDArray[np.int64]:
    """Words may stand in another order, and some may be left out."""
    shared = np.asarray(process.cpdist(left, right, scorer=fuzz.token_set_ratio, dtype=np.float32))
    return np.maximum(judge_name(left, right), np.where(shared >= 95, 3, np.where(shared >= 80, 2, 1)))


def judge_date(left: Sequence[str], right: Sequence[str]) -> NDArray[np.int64]:
    apart = slips(left, right)
    return np.where(apart <= 1, 3, np.where(apart == 2, 2, 1))


def judge_code(left: Sequence[str], right: Sequence[str]) -> NDArray[np.int64]:
    return np.where(slips(left, right) <= 1, 2, 1)


NATURES: dict[str, Nature] = {
    "name": Nature(("alike", "near", "one_off"), judge_name),
    "words": Nature(("alike", "near", "one_off"), judge_words),
    "date": Nature(("two_off", "one_off"), judge_date),
    "code": Nature(("one_off",), judge_code),
    "flag": Nature((), None),  # a sex, a state: another one is simply another
}


def comparison(name: str, nature: str) -> Comparison:
    """Of the column ``name``, whose distinct values and their bearers stand in ``rows.tables``."""
    kind = NATURES[nature]

    def compare(rows: Rows, a: Ints, b: Ints) -> Levels:
        left, right = rows[name][a], rows[name][b]
        level = np.where((left != 0) & (right != 0), UNLIKE, 0).astype(np.int8)
        same = (left == right) & (left != 0)
        crowd = np.searchsorted(CROWDS, rows.tables[f"{name}.bearers"][left[same]])
        level[same] = len(kind.levels) - 1 - crowd
        rest = np.flatnonzero((level == UNLIKE) & ~same)
        if kind.judge is not None and len(rest):
            level[rest] = _judged(kind.judge, rows.tables[name], left[rest], right[rest])
        return level

    def strangers(rows: Rows, a: Ints, b: Ints) -> NDArray[np.float64]:
        """The chance of sharing a value is known from its bearers; only likeness has to be drawn."""
        bearers = rows.tables[f"{name}.bearers"].astype(float)
        known = bearers.sum()
        met = bearers * (bearers - 1) / max(1.0, known * (known - 1))
        equal = np.bincount(4 - np.searchsorted(CROWDS, bearers), weights=met, minlength=len(SAME))
        level = compare(rows, a, b)
        drawn = np.bincount(level, minlength=len(kind.levels))[1 : -len(SAME)] + 0.1
        return np.r_[1.0, drawn / drawn.sum() * (1 - equal.sum()), equal]

    return Comparison(name, kind.levels, (0.0,) * len(kind.levels), compare, strangers)


def _judged(judge: Judge, values: Sequence[str], left: Ints, right: Ints) -> NDArray[np.int64]:
    """Every distinct pair of values is judged once."""
    packed = (np.minimum(left, right).astype(np.int64) << 32) | np.maximum(left, right)
    pairs, place = np.unique(packed, return_inverse=True)
    one = [values[at] for at in (pairs >> 32).tolist()]
    two = [values[at] for at in (pairs & 0xFFFFFFFF).tolist()]
    return judge(one, two)[place]
