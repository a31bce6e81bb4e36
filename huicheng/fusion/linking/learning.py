"""What evidence is worth, learned from pairs whose truth the codes themselves tell. No labels, no EM, no sampling luck.

An additive model (ridge towards declared priors) says what each level is worth; where exactly the same evidence was
seen often, the observed share of matches corrects it. Both can be read by a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huicheng.fusion.linking.design import Comparison, Levels
from huicheng.fusion.linking.keys import Flags, Ints

RIDGE = 2.0
SHRINK = 12.0
FLOOR = 1e-6


@dataclass(frozen=True)
class Model:
    """Frozen parameters of a run. `terms`: which comparisons each stretch of `weights` (after the bias) is about."""

    comparisons: tuple[str, ...]
    sizes: tuple[int, ...]
    terms: tuple[tuple[int, ...], ...]
    weights: NDArray[np.float64]
    patterns: Ints
    matched: NDArray[np.float64]
    seen: NDArray[np.float64]
    pairs: int = 0

    def log_odds(self, levels: Sequence[Levels]) -> NDArray[np.float64]:
        pattern, inverse = np.unique(pack(levels, self.sizes), return_inverse=True)
        additive = self.weights[0] + sum(self.weights[place] for place in self.places(pattern))
        chance = 1 / (1 + np.exp(-additive))
        if len(self.patterns):
            place = np.minimum(np.searchsorted(self.patterns, pattern), len(self.patterns) - 1)
            known = self.patterns[place] == pattern
            seen, matched = np.where(known, self.seen[place], 0.0), np.where(known, self.matched[place], 0.0)
            chance = (matched + SHRINK * chance) / (seen + SHRINK)
        chance = np.clip(chance, FLOOR, 1 - FLOOR)
        return np.asarray(np.log(chance / (1 - chance)))[inverse]

    def places(self, pattern: Ints) -> list[Ints]:
        """Where in `weights` each term's level of these patterns stands."""
        levels, place, result = unpack(pattern, self.sizes), 1, []
        for term in self.terms:
            result.append(pack([levels[c] for c in term], [self.sizes[c] for c in term]) + place)
            place += int(np.prod([self.sizes[c] for c in term]))
        return result

    def readable(self, comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
        """Single weights in bits, for people and for the run's record."""
        lines = [{"comparison": "bias", "level": "", "bits": round(float(self.weights[0] / np.log(2)), 2)}]
        place = 1
        for comparison in comparisons:
            for level in comparison.levels:
                bits = round(float(self.weights[place] / np.log(2)), 2)
                lines.append({"comparison": comparison.name, "level": level, "bits": bits})
                place += 1
        return lines


def pack(levels: Sequence[NDArray[Any]], sizes: Sequence[int]) -> Ints:
    pattern = np.zeros(len(levels[0]), np.int64)
    for level, size in zip(levels, sizes, strict=True):
        pattern = pattern * size + level
    return pattern


def unpack(pattern: Ints, sizes: Sequence[int]) -> list[Ints]:
    levels = []
    for size in reversed(sizes):
        levels.append(pattern % size)
        pattern = pattern // size
    return levels[::-1]


def untaught(comparisons: Sequence[Comparison], bias: float, joint: Sequence[tuple[str, str]] = ()) -> Model:
    """Declared priors only: for a population without codes."""
    names = tuple(c.name for c in comparisons)
    sizes = tuple(len(c.levels) for c in comparisons)
    terms = tuple((place,) for place in range(len(names))) + tuple(
        tuple(names.index(name) for name in pair) for pair in joint
    )
    more = sum(int(np.prod([sizes[c] for c in term])) for term in terms[len(names) :])
    weights = np.concatenate([[bias], *(comparison.prior for comparison in comparisons), np.zeros(more)])
    none = np.zeros(0)
    return Model(names, sizes, terms, weights, none.astype(np.int64), none, none)


def learn(start: Model, levels: Sequence[Levels], same: Flags) -> Model:
    """The declared model, corrected by pairs known to be the same or not."""
    if not len(same):
        return start
    pattern, inverse = np.unique(pack(levels, start.sizes), return_inverse=True)
    seen = np.bincount(inverse).astype(float)
    matched = np.bincount(inverse, weights=same.astype(float)).astype(float)
    grid = np.zeros((len(pattern), len(start.weights)))
    grid[:, 0] = 1
    for place in start.places(pattern):
        grid[np.arange(len(pattern)), place] = 1
    weights = _fit(grid, matched, seen, start.weights)
    return replace(
        start, weights=weights, patterns=pattern, matched=matched, seen=seen, pairs=int(seen.sum())
    )


def _fit(
    grid: NDArray[np.float64],
    matched: NDArray[np.float64],
    seen: NDArray[np.float64],
    prior: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Newton's steps of a logistic regression, drawn towards the prior."""
    weights = prior.copy()
    ridge = np.full(len(prior), RIDGE)
    ridge[0] = RIDGE / 10
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(grid @ weights, -30, 30)))
        gradient = grid.T @ (matched - seen * chance) - ridge * (weights - prior)
        bend = grid.T @ (grid * (seen * chance * (1 - chance))[:, None]) + np.diag(ridge)
        step = np.linalg.solve(bend, gradient)
        weights = weights + np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-4:
            break
    return weights
