"""How residents live together: the kinds of household, and who is how old in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from huicheng.sandbox.chance import Draw, Flags, Ints

TODAY = np.datetime64("2025-06-30", "D").astype(np.int64)  # the day the departments hand over their files
YEAR = 365.2425

HEAD, SPOUSE, CHILD, YOUNGER, TWIN, FATHER, MOTHER, GRANDCHILD = range(8)
RELATIONS = ("户主", "配偶", "子女", "子女", "子女", "父亲", "母亲", "孙子女")
ROLE_OF = {
    "H": HEAD,
    "S": SPOUSE,
    "C": CHILD,
    "D": YOUNGER,
    "T": TWIN,
    "F": FATHER,
    "M": MOTHER,
    "G": GRANDCHILD,
}


@dataclass(frozen=True)
class Household:
    kind: str
    share: float
    age: float
    spread: float
    roles: str


# Set so that ages and sizes come near the 2020 census of Shenyang: 2.3 a household, 11 % below 15,
# 23 % at 60 and over.
HOUSEHOLDS = (
    Household("young, alone", 0.095, 29, 6, "H"),
    Household("alone", 0.075, 48, 8, "H"),
    Household("old, alone", 0.085, 73, 8, "H"),
    Household("young couple", 0.085, 31, 5, "HS"),
    Household("couple", 0.125, 52, 7, "HS"),
    Household("old couple", 0.160, 68, 7, "HS"),
    Household("couple and child", 0.160, 38, 6, "HSC"),
    Household("couple and grown child", 0.095, 53, 5, "HSC"),
    Household("two children", 0.030, 37, 5, "HSCD"),
    Household("twins", 0.007, 36, 6, "HSCT"),
    Household("one parent", 0.028, 42, 8, "HC"),
    Household("three generations", 0.032, 37, 5, "HSCFM"),
    Household("with a mother", 0.018, 43, 8, "HSCM"),
    Household("grandparents and grandchild", 0.005, 64, 5, "HSG"),
)
DRAW = Draw([household.share for household in HOUSEHOLDS])
SIZES = np.array([len(household.roles) for household in HOUSEHOLDS])
ROLES = np.full((len(HOUSEHOLDS), 5), -1)
for _row, _household in enumerate(HOUSEHOLDS):
    ROLES[_row, : len(_household.roles)] = [ROLE_OF[letter] for letter in _household.roles]


@dataclass
class Members:
    """Households unrolled: per person the household, the role, sex and day of birth."""

    count: int
    household: Ints
    start: Ints
    role: Ints
    female: Flags
    born: Ints

    @property
    def head(self) -> Ints:
        return self.start[self.household]


def draw_members(rng: np.random.Generator, households: int, *, most: int) -> Members:
    """`households` of them, or fewer when `most` residents are reached."""
    kinds = DRAW.take(rng, households)
    kinds = kinds[np.cumsum(SIZES[kinds]) <= most]
    if not len(kinds):
        kinds = np.zeros(most, np.int64)
    sizes = SIZES[kinds]
    start = np.cumsum(sizes) - sizes
    household = np.repeat(np.arange(len(kinds)), sizes)
    role = ROLES[kinds[household], np.arange(sizes.sum()) - start[household]]
    female = _sexes(rng, kinds, household, role)
    return Members(len(kinds), household, start, role, female, _births(rng, kinds, household, role))


def _sexes(rng: np.random.Generator, kinds: Ints, household: Ints, role: Ints) -> Flags:
    coupled = np.array([role_letters.roles[1:2] == "S" for role_letters in HOUSEHOLDS])[kinds]
    head = rng.random(len(kinds)) < np.where(coupled, 0.24, 0.56)
    female = rng.random(len(household)) < 0.485
    female = np.where(role == HEAD, head[household], female)
    female = np.where(role == SPOUSE, ~head[household], female)
    same = rng.random(len(household)) < 0.66
    twin = np.flatnonzero(role == TWIN)
    female[twin] = np.where(same[twin], female[twin - 1], ~female[twin - 1])
    return (female | (role == MOTHER)) & (role != FATHER)


def _births(rng: np.random.Generator, kinds: Ints, household: Ints, role: Ints) -> Ints:
    about = np.array([(h.age, h.spread) for h in HOUSEHOLDS])[kinds]
    age = np.clip(about[:, 0] + about[:, 1] * rng.standard_normal(len(kinds)), 18.5, 99)
    head = TODAY - (age * YEAR).astype(np.int64) - rng.integers(0, 366, len(kinds))
    gap = np.clip(27.0 + 3.8 * rng.standard_normal(len(kinds)), 19.5, 41)
    child = head + (gap * YEAR).astype(np.int64)
    child = np.where(child > TODAY - 60, TODAY - rng.integers(60, 1400, len(kinds)), child)
    younger = np.minimum(child + rng.integers(420, 2800, len(kinds)), TODAY - rng.integers(5, 55, len(kinds)))
    noise = rng.standard_normal(len(household))
    own = head[household]
    born = np.select(
        [role == HEAD, role == SPOUSE, role == YOUNGER, role >= GRANDCHILD, role >= FATHER],
        [
            own,
            own + (noise * 2.4 * YEAR).astype(np.int64),
            younger[household],
            np.minimum(own + (52 * YEAR + noise * 3 * YEAR).astype(np.int64), TODAY - 90),
            own - ((27 + np.clip(noise, -2, 3) * 3.5) * YEAR).astype(np.int64),
        ],
        child[household],
    )
    adult = (role == SPOUSE) & (born > TODAY - 19 * YEAR)
    return np.where(adult, own, np.maximum(born, TODAY - int(104 * YEAR))).astype(np.int64)
