"""Residents are plausible: valid numbers, families that fit, homes of their own."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huicheng.codes import api as codes
from huicheng.sandbox.api import Manifest
from huicheng.sandbox.households import HOUSEHOLDS
from huicheng.sandbox.identifiers import native_codes
from huicheng.sandbox.places import DISTRICTS

Person = dict[str, Any]


@pytest.fixture(scope="module")
def people(small_city: Manifest) -> list[Person]:
    return pq.read_table(small_city.folder / "truth" / "people.parquet").to_pylist()


def test_every_citizen_number_is_valid_and_borne_once(people: list[Person]) -> None:
    numbers = [person["id_number"] for person in people]
    assert codes.person_ids(pa.array(numbers)).problems.null_count == len(numbers)
    assert len(set(numbers)) == len(people) == 2_000


def test_a_citizen_number_tells_birth_and_sex(people: list[Person]) -> None:
    for person in people:
        assert person["id_number"][6:14] == person["birth_date"].strftime("%Y%m%d")
        assert int(person["id_number"][16]) % 2 == (person["sex"] == "1")


def test_numbers_of_liaozhong_bear_the_county_code_until_2016() -> None:
    place = [district.name for district in DISTRICTS].index("辽中区")
    assert native_codes(np.array([place] * 2), np.array([1990, 2017])).tolist() == [210122, 210115]


def test_twins_share_a_birthday_and_have_neighbouring_numbers(people: list[Person]) -> None:
    twins = [person for person in people if person["twin"] is not None]
    assert twins
    for twin in twins:
        other = people[twin["twin"]]
        assert other["birth_date"] == twin["birth_date"]
        assert other["id_number"][:14] == twin["id_number"][:14]


def test_no_two_households_share_a_home(people: list[Person]) -> None:
    homes = {(person["household_id"], person["house_id"]) for person in people}
    assert len(homes) == len({house for _, house in homes}) == len({household for household, _ in homes})


def test_households_and_ages_come_near_the_census(people: list[Person]) -> None:
    ages = Counter(
        "old" if p["birth_date"].year <= 1965 else "young" if p["birth_date"].year >= 2011 else ""
        for p in people
    )
    assert 0.17 < ages["old"] / len(people) < 0.27
    assert 0.07 < ages["young"] / len(people) < 0.15


def test_a_child_is_younger_than_its_guardian(people: list[Person]) -> None:
    guarded = [person for person in people if person["guardian"] is not None and person["relation"] == "子女"]
    assert guarded
    assert all(people[child["guardian"]]["birth_date"] < child["birth_date"] for child in guarded)


def test_kinds_of_household_add_up() -> None:
    assert abs(sum(household.share for household in HOUSEHOLDS) - 1) < 0.02
