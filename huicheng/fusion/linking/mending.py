"""Citizen numbers that fail their check: which true numbers one slip would explain. Arithmetic, not search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from huicheng.fusion.linking.keys import Ints

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
INVERSES = np.array([pow(int(weight), -1, 11) for weight in WEIGHTS])
POWERS = 10 ** np.arange(16, -1, -1, dtype=np.int64)
CHECKS = "10X98765432"
# What the check character says the weighted sum leaves when divided by 11.
REST = np.array([CHECKS.index(c) for c in "0123456789X"])


def claim(first17: Ints, check: Ints) -> Ints:
    """A whole number, wrong as it is, in one integer: seventeen digits and the check (10 for X)."""
    return first17 * 11 + check


def _open(claims: Ints) -> tuple[NDArray[np.int64], Ints, Ints]:
    first17, check = np.divmod(claims, 11)
    digits = first17[:, None] // POWERS % 10
    return digits, first17, (REST[check] - digits @ WEIGHTS) % 11


def mend_person(claims: Ints) -> tuple[Ints, Ints]:
    """(place in claims, first seventeen digits) of every number one slip away that passes its check."""
    digits, first17, missing = _open(claims)
    step = missing[:, None] * INVERSES % 11
    up, down = digits + step, digits + step - 11
    new = np.where(up <= 9, up, down)
    slips = first17[:, None] + (new - digits) * POWERS
    slips = np.where((new >= 0) & (new != digits), slips, 0)
    turn = digits[:, 1:] - digits[:, :-1]
    fits = (turn != 0) & ((WEIGHTS[:-1] - WEIGHTS[1:]) * turn % 11 == missing[:, None])
    swaps = np.where(fits, first17[:, None] + turn * (POWERS[:-1] - POWERS[1:]), 0)
    # The check character itself may be the wrong one.
    every = np.concatenate([slips, swaps, first17[:, None]], axis=1)
    owner, place = np.nonzero(every)
    return owner, every[owner, place]


def spoil_person(rng: np.random.Generator, first17: Ints) -> Ints:
    """Slips as fingers make them, to learn what a mended number is worth."""
    digits, rows = first17[:, None] // POWERS % 10, np.arange(len(first17))
    rest = digits @ WEIGHTS % 11
    check = np.array([10 if c == "X" else int(c) for c in CHECKS])[rest]
    place = rng.integers(0, 16, len(first17))
    here, there = digits[rows, place], digits[rows, place + 1]
    other = (here + rng.integers(1, 10, len(first17))) % 10
    swap = (rng.random(len(first17)) < 0.4) & (here != there)
    spoilt = first17 + np.where(
        swap, (there - here) * (POWERS[place] - POWERS[place + 1]), (other - here) * POWERS[place]
    )
    return claim(spoilt, check)
