"""Rows nobody claimed, gathered by average linkage: no chain of near misses ever makes a giant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from huicheng.fusion.linking.keys import Ints

STRANGER = -8.0  # log-odds of a pair that no block brought together
ROUNDS = 20


def gather(count: int, left: Ints, right: Ints, log_odds: NDArray[np.float64], least: float) -> Ints:
    """Cluster numbers of `count` items. Two clusters that are each other's best merge while the mean pays."""
    cluster = np.arange(count)
    size = np.ones(count, np.int64)
    pair, total, seen = (left * count + right), log_odds.astype(float), np.ones(len(left), np.int64)
    for _ in range(ROUNDS):
        a, b = pair // max(1, count), pair % max(1, count)
        mean = (total + STRANGER * (size[a] * size[b] - seen)) / (size[a] * size[b])
        good = mean >= least
        a, b, mean = a[good], b[good], mean[good]
        if not len(a):
            break
        merged = _mutual_best(count, a, b, mean)
        target = np.arange(count)
        target[merged[1]] = merged[0]
        cluster = target[cluster]
        size = np.bincount(target, weights=size, minlength=count).astype(np.int64)
        pair, total, seen = _fold(count, target, pair, total, seen)
    return cluster


def _mutual_best(count: int, a: Ints, b: Ints, mean: NDArray[np.float64]) -> tuple[Ints, Ints]:
    best = np.full(count, -1)
    here, there = np.r_[a, b], np.r_[b, a]
    # Ties go to the lowest number, so that a rerun gives the same clusters.
    order = np.lexsort((-there, np.r_[mean, mean]))
    best[here[order]] = there[order]
    mutual = (best[a] == b) & (best[b] == a)
    return np.minimum(a[mutual], b[mutual]), np.maximum(a[mutual], b[mutual])


def _fold(
    count: int, target: Ints, pair: Ints, total: NDArray[np.float64], seen: Ints
) -> tuple[Ints, NDArray[np.float64], Ints]:
    a, b = target[pair // count], target[pair % count]
    apart = a != b
    packed = np.minimum(a, b)[apart] * count + np.maximum(a, b)[apart]
    unique, inverse = np.unique(packed, return_inverse=True)
    return (
        unique,
        np.bincount(inverse, weights=total[apart], minlength=len(unique)).astype(float),
        np.bincount(inverse, weights=seen[apart], minlength=len(unique)).astype(np.int64),
    )
