"""The truth about residents: who they are, where they live and lived, whom they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huicheng.sandbox.chance import Draw, Flags, Ints
from huicheng.sandbox.columns import choose, join, patch, take
from huicheng.sandbox.households import (
    CHILD,
    FATHER,
    GRANDCHILD,
    MOTHER,
    SPOUSE,
    TODAY,
    TWIN,
    YEAR,
    YOUNGER,
    Members,
    draw_members,
)
from huicheng.sandbox.identifiers import CitizenNumbers, native_codes, origins, phones, years
from huicheng.sandbox.names import ETHNIC_GROUPS, given_names, long_names, surnames
from huicheng.sandbox.places import Homes, city

NORMAL, LEFT, DEAD = range(3)
STATES = ("正常", "迁出", "死亡")
SINGLE, MARRIED, DIVORCED, WIDOWED = range(4)
MARITAL = ("未婚", "已婚", "离异", "丧偶")
GROUPS = Draw([share for _, share, _, _ in ETHNIC_GROUPS])


@dataclass
class Ledger:
    """What runs on from chunk to chunk: numbers already given."""

    homes: Homes
    citizens: CitizenNumbers = field(default_factory=CitizenNumbers)
    persons: int = 0
    households: int = 0
    firms: int = 0
    phones: int = 0
    houses: int = 0


@dataclass
class People:
    """One chunk of residents. Row numbers point inside the chunk; -1 means nobody."""

    first: int
    first_household: int
    members: Members
    numbers: NDArray[np.uint8]
    names: pa.StringArray
    former_names: pa.StringArray
    renamed_on: Ints
    ethnicity: Ints
    homes: Ints
    former_homes: Ints
    moved_on: Ints
    phone: Ints
    former_phone: Ints
    phone_changed_on: Ints
    guardian: Ints
    partner: Ints
    marital: Ints
    married_on: Ints
    state: Ints
    state_on: Ints
    employer: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    working: Flags = field(default_factory=lambda: np.zeros(0, bool))

    @property
    def size(self) -> int:
        return len(self.members.role)

    @property
    def age(self) -> NDArray[np.float64]:
        return (TODAY - self.members.born) / YEAR

    @property
    def ids(self) -> Ints:
        return self.first + np.arange(self.size)


def draw_people(rng: np.random.Generator, ledger: Ledger, *, households: int, most: int) -> People:
    members = draw_members(rng, households, most=most)
    size = len(members.role)
    ethnicity = _ethnicity(rng, members)
    names, former, renamed = _names(rng, members, ethnicity)
    homes, former_homes, moved = _homes(rng, members, ledger)
    phone, old_phone, changed, guardian = _phones(rng, members, ledger)
    partner, marital, married = _marriages(rng, members)
    state, state_on = _states(rng, members)
    people = People(
        ledger.persons,
        ledger.households,
        members,
        _numbers(rng, members, homes, ledger),
        names,
        former,
        renamed,
        ethnicity,
        homes,
        former_homes,
        moved,
        phone,
        old_phone,
        changed,
        guardian,
        partner,
        marital,
        married,
        state,
        state_on,
    )
    ledger.persons += size
    ledger.households += members.count
    return people


def _ethnicity(rng: np.random.Generator, members: Members) -> Ints:
    family = GROUPS.take(rng, members.count)[members.household]
    own = GROUPS.take(rng, len(family))
    return np.where((members.role == SPOUSE) & (rng.random(len(family)) < 0.8), own, family)


def _names(
    rng: np.random.Generator, members: Members, ethnicity: Ints
) -> tuple[pa.StringArray, pa.StringArray, Ints]:
    role, size = members.role, len(members.role)
    bearer = np.arange(size)
    father = np.where(members.female[members.head], members.head + 1, members.head)
    heirs = np.isin(role, (CHILD, YOUNGER, TWIN)) & (rng.random(members.count) < 0.95)[members.household]
    bearer = np.where(heirs, np.minimum(father, size - 1), bearer)
    alone = heirs & (members.role[np.minimum(bearer, size - 1)] > SPOUSE)
    bearer = np.where(alone | (role == FATHER), members.head, bearer)
    bearer = np.where((role == GRANDCHILD) & (rng.random(size) < 0.6), members.head, bearer)
    family = take(surnames(rng, ethnicity), bearer)
    born = years(members.born)
    sibling = np.isin(role, (YOUNGER, TWIN)) & (rng.random(size) < 0.45)
    given = given_names(rng, members.female, born, (sibling, np.maximum(np.arange(size) - 1, 0)))
    names = join(family, given)
    special = long_names(rng, ethnicity, members.female)
    if special:
        mask = np.zeros(size, bool)
        mask[list(special)] = True
        names = patch(names, mask, [special[n] for n in sorted(special)])
    other = join(family, given_names(rng, members.female, born - 5, (np.zeros(size, bool), bearer)))
    changed = (rng.random(size) < 0.008) & (members.born < TODAY - 12 * YEAR)
    renamed = np.where(changed, TODAY - rng.integers(200, 5000, size), members.born)
    return names, choose(changed.astype(np.int64), names, other), renamed


def _homes(rng: np.random.Generator, members: Members, ledger: Ledger) -> tuple[Ints, Ints, Ints]:
    """Present home, home before, day of the move. One family's old home is another's present one."""
    here = ledger.homes.next(ledger.homes.draw.take(rng, members.count))
    before = here[rng.permutation(members.count)]
    moved = rng.random(members.count) < 0.30
    day = TODAY - np.minimum(rng.exponential(6 * YEAR, members.count), 25 * YEAR).astype(np.int64) - 10
    household = members.household
    before, day = np.where(moved, before, here)[household], np.where(moved, day, 0)[household]
    young = members.born >= day
    return here[household], np.where(young, here[household], before), np.where(young, 0, day)


def _phones(rng: np.random.Generator, members: Members, ledger: Ledger) -> tuple[Ints, Ints, Ints, Ints]:
    size, role = len(members.role), members.role
    age = (TODAY - members.born) / YEAR
    parent = np.where((rng.random(members.count) < 0.35)[members.household], members.head, members.head + 1)
    parent = np.minimum(parent, size - 1)
    parent = np.where(members.household[parent] == members.household, parent, members.head)
    parent = np.where(members.role[parent] <= SPOUSE, parent, members.head)
    child = np.isin(role, (CHILD, YOUNGER, TWIN, GRANDCHILD))
    old = np.isin(role, (FATHER, MOTHER)) & (rng.random(size) < 0.35)
    shares = (child & (age < 12 + rng.random(size) * 4)) | old
    guardian = np.where(child, parent, np.where(old, members.head, np.arange(size)))
    numbers = phones(ledger.phones + np.arange(size * 2))
    ledger.phones += size * 2
    own = np.where(shares, guardian, np.arange(size))
    changed = np.where(rng.random(size) < 0.28, TODAY - rng.integers(30, 4400, size), 0)
    return numbers[own], np.where(changed > 0, numbers[size:], numbers[:size])[own], changed[own], guardian


def _marriages(rng: np.random.Generator, members: Members) -> tuple[Ints, Ints, Ints]:
    size = len(members.role)
    age, place = (TODAY - members.born) / YEAR, np.arange(size)
    partner = np.full(size, -1)
    wife = np.flatnonzero(members.role == SPOUSE)
    partner[wife], partner[wife - 1] = wife - 1, wife
    mother = np.flatnonzero((members.role == MOTHER) & (np.r_[-1, members.role[:-1]] == FATHER))
    partner[mother], partner[mother - 1] = mother - 1, mother
    coupled = partner >= 0
    alone = np.where(age > 62, WIDOWED, np.where(rng.random(size) < (age > 30) * 0.45, DIVORCED, SINGLE))
    marital = np.where(coupled, MARRIED, np.where(age < 22, SINGLE, alone))
    younger = np.maximum(members.born, members.born[np.maximum(partner, 0)])
    day = younger + ((20.5 + np.abs(rng.normal(4.0, 2.5, size))) * YEAR).astype(np.int64)
    first = np.where(coupled, np.minimum(place, np.maximum(partner, 0)), place)
    day = np.minimum(day[first], TODAY - 20)
    return partner, marital, np.where(marital == SINGLE, 0, day)


def _states(rng: np.random.Generator, members: Members) -> tuple[Ints, Ints]:
    age, size = (TODAY - members.born) / YEAR, len(members.role)
    dead = rng.random(size) < np.interp(
        age, [0, 40, 60, 70, 80, 90, 104], [0, 0.002, 0.01, 0.03, 0.08, 0.2, 0.6]
    )
    left = ~dead & (rng.random(size) < 0.012)
    day = TODAY - rng.integers(30, 2200, size)
    state = np.where(dead, DEAD, np.where(left, LEFT, NORMAL))
    return state, np.where((state != NORMAL), np.maximum(day, members.born + 30), 0)


def _numbers(rng: np.random.Generator, members: Members, homes: Ints, ledger: Ledger) -> NDArray[np.uint8]:
    size, age = len(members.role), (TODAY - members.born) / YEAR
    here = city().district[homes >> 22]
    drawn = city().district[ledger.homes.draw.take(rng, size)]
    district = np.where(rng.random(size) < 0.72, here, drawn)
    same = np.isin(members.role, (YOUNGER, TWIN))
    district[same] = district[np.flatnonzero(same) - 1]
    division = native_codes(district, years(members.born))
    away = rng.random(size) < np.where(age < 16, 0.08, np.where(age > 60, 0.24, 0.34))
    away &= ~same & ~np.r_[same[1:], False]
    codes, draw = origins()
    division = np.where(away, codes[draw.take(rng, size)], division)
    return ledger.citizens.next(division, members.born, members.female)


def siblings(members: Members) -> Ints:
    """The twin's row, or -1."""
    other = np.full(len(members.role), -1)
    twin = np.flatnonzero(members.role == TWIN)
    other[twin], other[twin - 1] = twin - 1, twin
    return other
