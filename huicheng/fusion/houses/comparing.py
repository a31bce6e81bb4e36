"""How two rows about houses agree. The code is the whole address; rows whose address falls short are found by the rest."""

from __future__ import annotations

import numpy as np

from huicheng.fusion.linking.comparing import equal, ladder
from huicheng.fusion.linking.design import Block, Comparison, Design, Levels, Rows
from huicheng.fusion.linking.keys import Flags, Ints
from huicheng.fusion.linking.words import Words


def area_level(rows: Rows, a: Ints, b: Ints) -> Levels:
    """Hundredths of a square metre; clerks cut off decimals."""
    left, right = rows["area"][a], rows["area"][b]
    close = np.abs(left - right) < 100
    level = np.where(left == right, 3, np.where(close, 2, 1))
    return np.where((left == 0) | (right == 0), 0, level).astype(np.int8)


def owner_level(rows: Rows, a: Ints, b: Ints) -> Levels:
    words: Words = rows.tables["owners"]
    number, left, right = rows["owner_id"], rows["owner"][a], rows["owner"][b]
    known = (left != 0) & (right != 0)
    level = np.where(known, 1, 0)
    level = np.where(known & (words.sound_key[left] == words.sound_key[right]), 2, level)
    level = np.where(known & (left == right), 3, level)
    return np.where((number[a] == number[b]) & (number[a] != 0), 4, level).astype(np.int8)


def inside_level(rows: Rows, a: Ints, b: Ints) -> Levels:
    """Room, building and unit: one that differs speaks against, whatever else agrees."""
    level = np.zeros(len(a), np.int64)
    differs = np.zeros(len(a), bool)
    for name in ("room", "building", "unit"):
        left, right = rows[name][a], rows[name][b]
        known = (left != 0) & (right != 0)
        differs |= known & (left != right)
        level += known & (left == right)
    return np.where(differs, 1, np.where(level == 0, 0, level + 1)).astype(np.int8)


def enough(rows: Rows) -> Flags:
    placed = (rows["site"] != 0) | ((rows["estate"] != 0) & (rows["room"] != 0))
    return (rows.code != 0) | placed | (rows["register"] != 0)


def forget(rng: np.random.Generator, rows: Rows) -> Rows:
    """Rows without a code lack their unit, their road number, or say no more than a compound's name and a room."""
    way = rng.integers(0, 5, rows.size)
    for name, ways in (
        ("unit", (1,)),
        ("site", (2, 3, 4)),
        ("flat", (1, 2, 3, 4)),
        ("bare", (2, 4)),
        ("estate", (3,)),
        ("community", (2, 4)),
        ("building", (4,)),
    ):
        rows.columns[name] = np.where(np.isin(way, ways), 0, rows[name]).astype(rows[name].dtype)
    rows.columns["register"] = np.where(rng.random(rows.size) < 0.5, 0, rows["register"])
    return rows


HOUSES = Design(
    kind="houses",
    comparisons=(
        Comparison(
            "inside", ("missing", "differs", "one", "two", "all"), (0.0, -6.0, 0.5, 2.0, 3.0), inside_level
        ),
        Comparison(
            "site",
            ("missing", "differs", "district", "community", "site"),
            (0.0, -4.0, -1.0, 0.5, 3.0),
            ladder("district", "community", "site"),
        ),
        equal("register", (0.0, -4.0, 7.0)),
        Comparison("area", ("missing", "differs", "close", "same"), (0.0, -3.0, 1.0, 3.0), area_level),
        Comparison(
            "owner",
            ("missing", "differs", "sound", "name", "number"),
            (0.0, -1.5, 2.0, 3.5, 4.5),
            owner_level,
        ),
        equal("bare", (0.0, -3.0, 1.0)),
        equal("estate", (0.0, -2.0, 1.0)),
    ),
    blocks=(
        Block(("register",)),
        Block(("site", "room"), cap=80),
        Block(("bare", "room"), cap=80),
        Block(("estate", "room"), cap=80),
        Block(("owner_id", "room"), cap=20),
        Block(("owner_key", "room", "area"), cap=20),
        Block(("owner_id", "site"), cap=20),
        Block(("estate", "room", "area"), cap=20),
    ),
    joint=(("area", "owner"),),
    bias=-3.0,
    attach=0.8,
    gather=0.9,
    kinship="inside",
    own="register",
    forget=forget,
    enough=enough,
)
