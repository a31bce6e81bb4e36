"""A number of which a thing has only one: two that are more than a slip apart are two things, whatever else agrees."""

from __future__ import annotations

import numpy as np

from huicheng.fusion.linking.keys import Flags, Groups, Ints

# A digit mistyped, or two neighbours swapped.
SLIP = 2


def unlike(left: Ints, right: Ints) -> Flags:
    """Both are known, and no slip of the hand makes one of the other."""
    differing = np.zeros(len(left), np.int8)
    odd = np.flatnonzero((left != 0) & (right != 0) & (left != right))
    one, two = left[odd], right[odd]
    for _ in range(19):
        differing[odd] += one % 10 != two % 10
        one, two = one // 10, two // 10
    return differing > SLIP


def split_codes(code: Ints, own: Ints, fresh: Ints) -> Ints:
    """Rows that share a code but bear unlike numbers: `fresh` codes by number, and none for rows without a number."""
    coded = np.flatnonzero((code != 0) & (own != 0))
    order = coded[np.lexsort((own[coded], code[coded]))]
    clash = (code[order][1:] == code[order][:-1]) & unlike(own[order][1:], own[order][:-1])
    torn = np.isin(code, np.unique(code[order][1:][clash])) & (code != 0)
    return np.where(torn, np.where(own != 0, fresh, 0), code)


class Owned:
    """The numbers that the rows of each entity bear."""

    def __init__(self, entity: Ints, own: Ints, count: int) -> None:
        known = np.flatnonzero((entity >= 0) & (own != 0))
        order = known[np.lexsort((own[known], entity[known]))]
        first = np.r_[True, (np.diff(entity[order]) != 0) | (np.diff(own[order]) != 0)]
        order = order[first[: len(order)]]
        self.own, self.members = own[order], Groups(entity[order], count)

    def forbid(self, own: Ints, entity: Ints) -> Flags:
        """Is there a number in the entity that is unlike the row's?"""
        asked = np.flatnonzero(own != 0)
        owner, member = self.members.expand(entity[asked])
        against = unlike(own[asked][owner], self.own[member])
        refused = np.zeros(len(own), bool)
        refused[asked[owner[against]]] = True
        return refused


def to_release(entity: Ints, own: Ints, strength: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Ints:
    """Rows that came to an entity whose strongest row bears a number unlike theirs."""
    known = np.flatnonzero((entity >= 0) & (own != 0))
    order = known[np.lexsort((-known, strength[known], entity[known]))]
    last = np.r_[np.diff(entity[order]) != 0, True][: len(order)]
    kept = np.zeros(int(entity.max(initial=-1)) + 1, np.int64)
    kept[entity[order][last]] = own[order][last]
    return known[unlike(own[known], kept[entity[known]])]


MANY = 20  # nobody has had so many names and so many birthdays


def worn_out(code: Ints, *facts: np.ndarray[tuple[int], np.dtype[np.integer]]) -> Flags:
    """Rows whose code so many bear, unlike in every fact, that it says nothing of anybody: a default, a test, a template."""
    worn = code != 0
    for fact in facts:
        known = np.flatnonzero((code != 0) & (fact != 0))
        order = known[np.lexsort((fact[known], code[known]))]
        fresh = np.r_[True, (np.diff(code[order]) != 0) | (fact[order][1:] != fact[order][:-1])][: len(order)]
        codes, unlike_facts = np.unique(code[order][fresh], return_counts=True)
        worn &= np.isin(code, codes[unlike_facts > MANY])
    return worn
