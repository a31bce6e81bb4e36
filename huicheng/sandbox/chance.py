"""Chance that can be repeated: draws, counters and scrambles that depend on seed and version only."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def generator(seed: int, version: str, *place: int | str) -> np.random.Generator:
    words = [zlib.crc32(str(part).encode()) for part in (version, *place)]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def scramble(numbers: Any, salt: int = 0) -> NDArray[np.uint64]:
    """splitmix64: the same number always gives the same, well-spread, other number."""
    with np.errstate(over="ignore"):
        z = np.asarray(numbers).astype(np.uint64) + np.uint64(
            (salt * 0x9E3779B97F4A7C15 + 0x1B873593) % 2**64
        )
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def pick(numbers: Any, salt: int, among: int) -> Ints:
    """A fixed choice below `among` for every number."""
    return (scramble(numbers, salt) % np.uint64(among)).astype(np.int64)


class Draw:
    """Weighted draws from a fixed list, by one search each."""

    def __init__(self, weights: Sequence[float] | NDArray[Any]) -> None:
        self.edges = np.cumsum(np.asarray(weights, float))
        self.edges /= self.edges[-1]

    def take(self, rng: np.random.Generator, size: int) -> Ints:
        return np.minimum(np.searchsorted(self.edges, rng.random(size), side="right"), len(self.edges) - 1)


def nth_of_its_kind(kinds: Ints) -> Ints:
    """For every entry: how many equal ones stood before it."""
    order = np.argsort(kinds, kind="stable")
    ordered = kinds[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(kinds) else np.zeros(0, np.int64)
    lengths = np.diff(np.r_[starts, len(kinds)])
    result = np.empty(len(kinds), np.int64)
    result[order] = np.arange(len(kinds)) - np.repeat(starts, lengths)
    return result


class Counters:
    """How many of each kind were handed out so far, over all chunks."""

    def __init__(self, kinds: int, kind: Any = np.int32) -> None:
        self.used = np.zeros(kinds, kind)

    def next(self, kinds: Ints) -> Ints:
        numbers = nth_of_its_kind(kinds) + self.used[kinds]
        np.maximum.at(self.used, kinds, (numbers + 1).astype(self.used.dtype))
        return numbers


def permuted(numbers: Ints, space: int, salt: int) -> Ints:
    """A one-to-one scatter of 0 … space-1: the numbers stay distinct and look unordered.

    The product must stay below 2**63, unless `space` is a power of two."""
    step = int(space * 0.6180339887) | 1
    while np.gcd(step, space) != 1:
        step += 2
    return (numbers * step + salt) % space


def digits(numbers: Ints, width: int) -> NDArray[np.uint8]:
    """Numbers as a matrix of ASCII digits."""
    grid = np.empty((len(numbers), width), np.uint8)
    rest = numbers.copy()
    for place in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        grid[:, place] = digit + 48
    return grid


def texts(values: Any) -> pa.StringArray:
    return pa.array(values, pa.string())
