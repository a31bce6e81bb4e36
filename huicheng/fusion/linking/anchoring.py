"""Rows that bear a standing code become entities; a row that contradicts its code, unsupported, loses it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from huicheng.fusion.linking.design import Design, Levels, Rows
from huicheng.fusion.linking.keys import Flags, Groups, Ints

# Levels of the kinship comparison from which a row of the same code speaks for another. Brothers share two characters
# of three, so one that is merely alike does not clear a row whose date of birth is another's.
ALIKE, SOUNDS = 3, 4


@dataclass
class Anchors:
    """`entity` of every row (-1: none yet), sorted `codes` by entity. `disowned`: the code is somebody else's.
    `doubtful`: it may be; the row goes where its other facts point, or home if nowhere."""

    codes: Ints
    entity: Ints
    disowned: Flags
    doubtful: Flags


def anchor(rows: Rows, design: Design) -> Anchors:
    coded = np.flatnonzero(rows.code)
    disowned, doubtful = np.zeros(rows.size, bool), np.zeros(rows.size, bool)
    if design.trusted is not None and len(coded):
        trust = design.trusted(rows, coded)
        disowned[_unsupported(rows, design, coded, trust, trust < 0)] = True
        doubtful[_unsupported(rows, design, coded, trust, trust < 0, least=SOUNDS)] = True
        stay = ~disowned[coded]
        coded, trust = coded[stay], trust[stay]
        doubtful[_unsupported(rows, design, coded, trust, trust == 0, company=True)] = True
        doubtful &= ~disowned
    codes = np.unique(rows.code[coded])
    entity = np.full(rows.size, -1, np.int64)
    entity[coded] = np.searchsorted(codes, rows.code[coded])
    return Anchors(codes, entity, disowned, doubtful)


def _unsupported(
    rows: Rows,
    design: Design,
    coded: Ints,
    trust: Levels,
    suspected: Flags,
    *,
    least: int = ALIKE,
    company: bool = False,
) -> Ints:
    """Suspects whom no trusted row under the same code resembles. With `company`: only where trusted rows exist."""
    suspects = coded[suspected]
    if not len(suspects):
        return suspects
    codes = np.unique(rows.code[suspects])
    place = np.minimum(np.searchsorted(codes, rows.code[coded]), len(codes) - 1)
    beside = (codes[place] == rows.code[coded]) & (trust >= (1 if company else 0))
    owner, member = Groups(place[beside], len(codes)).expand(np.searchsorted(codes, rows.code[suspects]))
    kin = next(c for c in design.comparisons if c.name == design.kinship)
    level = kin.compare(rows, suspects[owner], coded[beside][member])
    alone = np.bincount(owner[level >= least], minlength=len(suspects)) == 0
    if company:
        alone &= np.bincount(owner[level > 0], minlength=len(suspects)) > 0
    return suspects[alone]
