"""Comparisons that more than one kind of thing needs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from huicheng.fusion.linking.design import Comparison, Levels, Rows
from huicheng.fusion.linking.keys import Flags, Ints
from huicheng.fusion.linking.words import Words

CROWDS = np.array([2, 10, 100, 1000])
NAME = (
    "missing",
    "unlike",
    "surname",
    "one_off",
    "sound_common",
    "sound_rare",
    "over_1000",
    "to_1000",
    "to_100",
    "to_10",
    "to_2",
)


def name_level(rows: Rows, a: Ints, b: Ints) -> Levels:
    words: Words = rows.tables["names"]
    left, right = rows["name"][a], rows["name"][b]
    level = np.zeros(len(a), np.int8)
    both = np.flatnonzero((left > 0) & (right > 0))
    same = left[both] == right[both]
    crowd = np.searchsorted(CROWDS, rows.tables["bearers"][left[both[same]]])
    level[both[same]] = 10 - crowd
    rest = both[~same]
    level[rest] = _unlike(words, left[rest], right[rest], rows.tables["sound_bearers"])
    return level


def _unlike(words: Words, left: Ints, right: Ints, bearers: Ints) -> Levels:
    letters = words.points[left] == words.points[right]
    spoken = letters | (words.sounds[left] == words.sounds[right])
    used = np.maximum(words.length[left], words.length[right])
    unlike_spoken = (~spoken).sum(axis=1)
    level = np.where(words.sounds[left, 0] == words.sounds[right, 0], 2, 1)
    level[(unlike_spoken == 1) & (used >= 3)] = 3
    level[_one_dropped(words, left, right)] = 3
    sound = words.sound_key[left] == words.sound_key[right]
    level[sound] = np.where(bearers[left[sound]] > 10, 4, 5)
    return level.astype(np.int8)


def _one_dropped(words: Words, left: Ints, right: Ints) -> Flags:
    """One name is the other without its last or a middle character."""
    a, b = words.points[left], words.points[right]
    longer = words.length[left] - words.length[right]
    a, b = np.where((longer < 0)[:, None], b, a), np.where((longer < 0)[:, None], a, b)
    ahead = (a[:, :-1] == b[:, :-1]).cumprod(axis=1).sum(axis=1)
    behind = (a[:, 1:] == b[:, :-1])[:, ::-1].cumprod(axis=1).sum(axis=1)
    return (
        (np.abs(longer) == 1)
        & (np.maximum(words.length[left], words.length[right]) >= 3)
        & (ahead + behind >= 7)
    )


def compare_births(left: Ints, right: Ints) -> Levels:
    """Dates as yyyymmdd: the same; two of year, month and day the same, or near; unlike."""
    (ya, ma, da), (yb, mb, db) = _parts(left), _parts(right)
    equal = (ya == yb).astype(np.int8) + (ma == mb) + (da == db)
    near = np.abs((ya - yb) * 372 + (ma - mb) * 31 + da - db) <= 32
    new_year = (ya == yb) & (((ma == 1) & (da == 1)) | ((mb == 1) & (db == 1)))
    swapped = (ya == yb) & (ma == db) & (da == mb)
    level = np.where((equal == 2) | near | new_year | swapped, 2, 1)
    level = np.where(left == right, 3, level)
    return np.where((left == 0) | (right == 0), 0, level).astype(np.int8)


def _parts(date: Ints) -> tuple[Ints, Ints, Ints]:
    date = date.astype(np.int64)
    return date // 10000, date // 100 % 100, date % 100


def equal(name: str, prior: tuple[float, float, float]) -> Comparison:
    """The same number or another."""

    def compare(rows: Rows, a: Ints, b: Ints) -> Levels:
        left, right = rows[name][a], rows[name][b]
        return np.where((left == 0) | (right == 0), 0, np.where(left == right, 2, 1)).astype(np.int8)

    return Comparison(name, ("missing", "differs", "same"), prior, compare)


def ladder(*columns: str) -> Callable[[Rows, Ints, Ints], Levels]:
    """The last of `columns`, from coarse to fine, on which two rows agree; 1 if they differ in all they both know."""

    def compare(rows: Rows, a: Ints, b: Ints) -> Levels:
        level = np.zeros(len(a), np.int8)
        for value, name in enumerate(columns, 2):
            left, right = rows[name][a], rows[name][b]
            known = (left != 0) & (right != 0)
            level = np.where(known, np.where(left == right, value, np.maximum(level, 1)), level)
        return level.astype(np.int8)

    return compare
