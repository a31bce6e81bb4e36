"""How two rows about residents agree, and what each degree of agreement is worth before the city has taught us."""

from __future__ import annotations

import numpy as np

from huicheng.fusion.linking.comparing import NAME, compare_births, equal, ladder, name_level
from huicheng.fusion.linking.design import Block, Comparison, Design, Levels, Rows
from huicheng.fusion.linking.keys import Flags, Ints
from huicheng.fusion.linking.mending import mend_person, spoil_person


def birth_level(rows: Rows, a: Ints, b: Ints) -> Levels:
    return compare_births(rows["birth"][a], rows["birth"][b])


def phone_level(rows: Rows, a: Ints, b: Ints) -> Levels:
    """A family's number says less than one's own."""
    left, right = rows["phone"][a], rows["phone"][b]
    known = (left != 0) & (right != 0)
    family = rows["family"][a] | rows["family"][b]
    return np.where(known, np.where(left == right, np.where(family, 2, 3), 1), 0).astype(np.int8)


def trusted(rows: Rows, at: Ints) -> Levels:
    """Does the row's own date of birth (and sex) go with its number?"""
    code, sex = rows.code[at], rows["sex"][at]
    born = compare_births(rows["birth"][at], code // 1000 % 10**8)
    other_sex = (sex != 0) & (sex != 2 - code % 2)
    trust = np.where(born == 3, 1, np.where((born == 1) | ((born == 2) & other_sex), -1, 0))
    return np.where((born == 3) & other_sex, 0, trust).astype(np.int8)


def enough(rows: Rows) -> Flags:
    """A name and a date of birth, or a name, a telephone and a place: else nobody could say who this is."""
    named = rows["name"] > 0
    return named & ((rows["birth"] > 0) | ((rows["phone"] > 0) & (rows["site"] > 0))) | (rows.code > 0)


PEOPLE = Design(
    kind="people",
    comparisons=(
        Comparison("name", NAME, (0.0, -5.0, -3.0, 0.0, 2.5, 3.5, 2.5, 3.5, 4.5, 5.5, 6.5), name_level),
        Comparison("birth", ("missing", "differs", "near", "same"), (0.0, -5.0, -0.5, 3.5), birth_level),
        equal("sex", (0.0, -4.0, 0.5)),
        equal("claim", (0.0, 0.0, 6.0)),
        Comparison(
            "phone", ("missing", "differs", "same_family", "same"), (0.0, -0.7, 2.0, 4.0), phone_level
        ),
        Comparison(
            "home",
            ("missing", "differs", "district", "community", "site", "flat"),
            (0.0, -1.0, -0.3, 1.0, 2.0, 3.5),
            ladder("district", "community", "site", "flat"),
        ),
    ),
    blocks=(
        Block(("name_key", "birth")),
        Block(("sound_key", "birth")),
        Block(("name_key", "phone")),
        Block(("birth", "phone")),
        Block(("name_key", "flat")),
        Block(("birth", "flat")),
        Block(("birth", "community", "head_key")),
        Block(("name_key", "site")),
        Block(("head_key", "phone")),
        Block(("name_key", "community"), cap=12),
        Block(("claim", "name_key")),
        Block(("claim", "birth")),
    ),
    joint=(("name", "birth"), ("phone", "home")),
    trusted=trusted,
    mend=mend_person,
    spoil=spoil_person,
    enough=enough,
)
