"""Organisation codes (GB 11714) as integers, and which true codes one wrong character would explain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from huicheng.fusion.linking.keys import Flags, Ints

PLACES = 36 ** np.arange(8, -1, -1, dtype=np.int64)
WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])


def values(grid: NDArray[np.uint8]) -> Ints:
    """0–9 A–Z as 0–35; anything else 0."""
    table = np.zeros(256, np.int64)
    table[48:58], table[65:91], table[97:123] = np.arange(10), np.arange(10, 36), np.arange(10, 36)
    return table[grid]


def pack(digits: Ints) -> Ints:
    return digits @ PLACES


def unpack(codes: Ints) -> Ints:
    return codes[:, None] // PLACES % 36


def stands(digits: Ints) -> Flags:
    """The check character: ten is X (33), eleven 0."""
    check = -(digits[..., :8] @ WEIGHTS) % 11
    return np.asarray(digits[..., 8] == np.where(check == 10, 33, check))


def mend_organisation(claims: Ints) -> tuple[Ints, Ints]:
    """(place in claims, code): the claim itself, if the slip was outside it, and every code one slip away."""
    digits = unpack(claims)
    owners, codes = [np.flatnonzero(stands(digits))], [claims[stands(digits)]]
    for place in range(9):
        tried = np.repeat(digits[:, None, :], 36, axis=1)
        tried[:, :, place] = np.arange(36)
        _keep(tried, digits, owners, codes)
    for place in range(8):
        swapped = digits[:, None, :].copy()
        swapped[:, 0, place], swapped[:, 0, place + 1] = digits[:, place + 1], digits[:, place]
        _keep(swapped, digits, owners, codes)
    return np.concatenate(owners), np.concatenate(codes)


def _keep(tried: Ints, digits: Ints, owners: list[Ints], codes: list[Ints]) -> None:
    good = stands(tried) & (tried != digits[:, None, :]).any(axis=2)
    owner, which = np.nonzero(good)
    owners.append(owner)
    codes.append(pack(tried[owner, which]))


def spoil_organisation(rng: np.random.Generator, codes: Ints) -> Ints:
    """Half the slips fall outside the nine characters, half change one of them."""
    digits, rows = unpack(codes), np.arange(len(codes))
    place = rng.integers(0, 9, len(codes))
    inside = rng.random(len(codes)) < 0.5
    other = (digits[rows, place] + rng.integers(1, 10, len(codes))) % 36
    digits[rows, place] = np.where(inside, other, digits[rows, place])
    return pack(digits)
