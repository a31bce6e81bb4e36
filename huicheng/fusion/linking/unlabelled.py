"""What evidence is worth where no code tells: Fellegi and Sunter's weights, learned by expectation and maximisation.

How often strangers agree is counted on pairs drawn from all rows (and, where a comparison can, exactly: a rare value's
chance is known from how many bear it), so that only how often the same agree has to be supposed and mended, turn by turn
(Fellegi, Sunter 1969; Winkler 1988). Levels of a comparison are taken as independent of the others'.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from huicheng.fusion.linking.design import Design, Levels, Rows
from huicheng.fusion.linking.keys import Ints
from huicheng.fusion.linking.learning import Model, pack, unpack, untaught

DRAWN = 400_000
TURNS = 60
SETTLED = 1e-5
LEAST = 1e-9  # chances are never nothing: what was not seen is rare


def learn_unlabelled(
    rows: Rows, design: Design, left: Ints, right: Ints, levels: list[Levels], seed: int
) -> Model:
    """``left``, ``right``: places of the pairs that blocks brought together, ``levels`` how they agree."""
    start = untaught(design.comparisons, design.bias)
    if not len(left):
        return start
    strangers = _strangers(rows, design, seed)
    pattern, count = np.unique(pack(levels, start.sizes), return_counts=True)
    per_level = unpack(pattern, start.sizes)
    every = rows.size * (rows.size - 1) / 2
    same = [_supposed(len(chance)) for chance in strangers]
    share = min(0.5, rows.size / every)
    for _ in range(TURNS):
        weights = [_weights(m, u) for m, u in zip(same, strangers, strict=True)]
        odds = np.log(share / (1 - share)) + sum(
            w[level] for w, level in zip(weights, per_level, strict=True)
        )
        likely = count / (1 + np.exp(-np.clip(odds, -500, 500)))
        share = float(np.clip(likely.sum() / every, LEAST, 0.5))
        fresh = [_spread(level, likely, len(m)) for level, m in zip(per_level, same, strict=True)]
        moved = max(float(np.abs(new - old).max()) for new, old in zip(fresh, same, strict=True))
        same = fresh
        if moved < SETTLED:
            break
    flat = np.concatenate([_weights(m, u) for m, u in zip(same, strangers, strict=True)])
    bias = float(np.log(share / (1 - share)))
    return replace(start, weights=np.r_[bias, flat], pairs=int(count.sum()))


def _strangers(rows: Rows, design: Design, seed: int) -> list[NDArray[np.float64]]:
    """Chance of each known level between two rows drawn blindly."""
    rng = np.random.default_rng(seed)
    a, b = (rng.integers(0, rows.size, DRAWN) for _ in range(2))
    apart = a != b
    a, b = a[apart], b[apart]
    return [
        _spread(c.compare(rows, a, b), np.ones(len(a)), len(c.levels))
        if c.strangers is None
        else c.strangers(rows, a, b)
        for c in design.comparisons
    ]


def _spread(level: Levels | Ints, weight: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Shares of the known levels (1 and up); a missing value says nothing."""
    seen = np.bincount(level, weights=weight, minlength=count)[1:] + 0.1
    return np.r_[1.0, seen / seen.sum()]


def _supposed(count: int) -> NDArray[np.float64]:
    """Before anything is seen: the better the agreement, the likelier among the same."""
    rising = np.linspace(0.1, 1, count - 1) ** 2
    return np.r_[1.0, rising / rising.sum()]


def _weights(same: NDArray[np.float64], strangers: NDArray[np.float64]) -> NDArray[np.float64]:
    weights = np.log(np.maximum(same, LEAST) / np.maximum(strangers, LEAST))
    weights[0] = 0.0
    return weights
