"""How two rows about firms agree. The code is the organisation's nine characters: they outlive every numbering."""

from __future__ import annotations

import numpy as np

from huicheng.fusion.firms.mending import mend_organisation, spoil_organisation
from huicheng.fusion.linking.comparing import equal, ladder
from huicheng.fusion.linking.design import Block, Comparison, Design, Levels, Rows
from huicheng.fusion.linking.keys import Flags, Ints
from huicheng.fusion.linking.words import Words

YEAR = 10_000


def name_level(rows: Rows, a: Ints, b: Ints) -> Levels:
    """Whole names; else brand, trade and branch without place and legal form; else the brand alone."""
    key, brand = rows["name_key"], rows["brand"]
    level = ladder("brand_sound", "brand", "core")(rows, a, b)
    branch = (rows["branch"][a] != rows["branch"][b]) & (level > 1)
    level = np.where(branch, 1, level)
    same = (key[a] == key[b]) & (key[a] != 0)
    known = (brand[a] != 0) & (brand[b] != 0)
    return np.where(same, 5, np.where(known, level, 0)).astype(np.int8)


def leader_level(rows: Rows, a: Ints, b: Ints) -> Levels:
    words: Words = rows.tables["leaders"]
    left, right = rows["leader"][a], rows["leader"][b]
    level = np.where(words.sound_key[left] == words.sound_key[right], 2, 1)
    level = np.where(left == right, 3, level)
    return np.where((left == 0) | (right == 0), 0, level).astype(np.int8)


def founded_level(rows: Rows, a: Ints, b: Ints) -> Levels:
    """The tax office registers within weeks of the market supervisors."""
    left, right = rows["founded"][a].astype(np.int64), rows["founded"][b].astype(np.int64)
    level = np.where(np.abs(left - right) <= 120, 2, 1)
    level = np.where(left == right, 3, level)
    return np.where((left == 0) | (right == 0), 0, level).astype(np.int8)


def enough(rows: Rows) -> Flags:
    return (rows["name_key"] != 0) | (rows.code > 0)


FIRMS = Design(
    kind="firms",
    comparisons=(
        Comparison(
            "name",
            ("missing", "unlike", "brand_sound", "brand", "core", "same"),
            (0.0, -4.0, 0.5, 1.5, 4.0, 6.0),
            name_level,
        ),
        Comparison("leader", ("missing", "differs", "sound", "same"), (0.0, -1.5, 2.0, 3.5), leader_level),
        equal("phone", (0.0, -0.5, 4.0)),
        Comparison(
            "site",
            ("missing", "differs", "district", "community", "site", "flat"),
            (0.0, -1.0, -0.3, 0.5, 1.5, 4.0),
            ladder("district", "community", "site", "flat"),
        ),
        Comparison("founded", ("missing", "far", "near", "same"), (0.0, -2.5, 2.5, 3.5), founded_level),
        equal("claim", (0.0, 0.0, 5.0)),
    ),
    blocks=(
        Block(("name_key",)),
        Block(("core",)),
        Block(("brand", "district")),
        Block(("brand_sound", "leader_sound")),
        Block(("phone",), cap=30),
        Block(("flat",), cap=30),
        Block(("leader_sound", "site")),
        Block(("claim",)),
        Block(("leader_sound", "phone")),
        Block(("brand",), cap=20),
    ),
    bias=-3.0,
    attach=0.8,
    gather=0.9,
    mend=mend_organisation,
    spoil=spoil_organisation,
    enough=enough,
)
