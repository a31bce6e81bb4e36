"""Whole deliveries of nonsense, from raw columns to links: nobody is merged who should not be, and it is said."""

import random
import tracemalloc

import numpy as np
import pyarrow as pa
import pytest

from huicheng.fusion.addresses import read_addresses
from huicheng.fusion.linking.linking import link
from huicheng.fusion.noticing import notices
from huicheng.fusion.people.comparing import PEOPLE
from huicheng.fusion.people.rows import read_rows
from huicheng.fusion.standardising import place, standardise
from huicheng.fusion.tests.rows import FANG, number

ROWS = 4_000
FIELDS = ("id_number", "name", "birth_date", "phone", "address")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂"


def residents(count):
    """Everybody with a number, a name and a home of his own."""
    draw = random.Random(3)
    return [
        [
            number(210102_1900_0317_000 + (50 + n % 50) * 10_000_000 + n // 50 % 990 + 1),
            draw.choice(SURNAMES) + draw.choice(GIVEN) + draw.choice(GIVEN),
            f"{1950 + n % 50}-03-17",
            str(13_800_000_000 + n),
            f"沈阳市和平区南京南街{1 + n // 100}号{1 + n % 10}号楼1单元{101 + n % 7}室",
        ]
        for n in range(count)
    ]


def fused(rows):
    columns = dict(zip(FIELDS, map(list, zip(*rows, strict=True)), strict=True))
    raw = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    raw = raw.append_column("_row", pa.array(range(1, len(rows) + 1), pa.int64()))
    raw = raw.append_column("_delivery", pa.array(["d"] * len(rows)))
    standard = standardise("people", lambda source: raw if source.resource == "health_files" else None)
    place([standard], read_addresses)
    return standard, link(read_rows(standard), PEOPLE)


def largest(links):
    return int(np.bincount(links.entity[links.entity >= 0]).max(initial=0))


def said(standard):
    return {(notice["field"], notice["what"]) for notice in notices(standard)}


def test_a_sound_delivery_is_everybody_once_and_nothing_is_said():
    standard, links = fused(residents(ROWS))
    assert links.figures["entities"] == ROWS
    assert said(standard) == set()


def test_random_bytes_join_nobody_and_are_called_unreadable():
    draw = random.Random(5)
    junk = [
        ["".join(chr(draw.choice((draw.randrange(1, 0xD7FF), draw.randrange(32, 127)))) for _ in range(12))]
        * 5
        for _ in range(ROWS)
    ]
    standard, links = fused(junk)
    assert largest(links) <= 1
    assert {("id_number", "unreadable"), ("phone", "unreadable")} <= said(standard)


def test_without_names_numbers_still_tell_people_apart():
    standard, links = fused([[code, "", *rest] for code, _, *rest in residents(ROWS)])
    assert links.figures["entities"] == ROWS
    assert ("name", "empty") in said(standard)


def test_one_number_for_all_makes_no_giant():
    rows = [[number(FANG), *rest] for _, *rest in residents(ROWS)]
    standard, links = fused(rows)
    assert links.figures["waterfall"]["code"] == 0
    assert largest(links) < 10
    assert ("id_number", "one_value") in said(standard)


@pytest.mark.parametrize("column", range(1, 5))
def test_one_value_for_all_joins_nobody(column):
    rows = residents(ROWS)
    for row in rows:
        row[column] = rows[0][column]
    _, links = fused(rows)
    assert links.figures["entities"] == ROWS


def test_one_row_over_and_over_is_one_person_at_a_cost_that_grows_with_the_rows():
    spent = []
    for count in (5_000, 20_000):
        tracemalloc.start()
        _, links = fused([residents(1)[0]] * count)
        spent.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert links.figures["entities"] == 1
    assert spent[1] < 8 * spent[0]  # four times the rows; the square would be sixteen times
