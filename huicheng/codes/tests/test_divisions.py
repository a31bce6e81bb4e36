from __future__ import annotations

import pytest

from huicheng.codes import api as codes
from huicheng.codes.files import TABLES, rows


@pytest.mark.parametrize(
    ("former", "now"),
    [
        ("东陵区", "浑南区"),
        ("新城子区", "沈北新区"),
        ("辽中县", "辽中区"),
        ("210122", "辽中区"),
        ("襄樊市", "襄阳市"),
        ("苏家屯区", "苏家屯区"),
        ("210282", "普兰店区"),
    ],
)
def test_what_it_is_called_today(former: str, now: str) -> None:
    assert codes.present_day(former).name == now


def test_one_name_in_several_cities_is_ambiguous_until_the_city_is_named() -> None:
    with pytest.raises(codes.Refused, match="上级"):
        codes.present_day("和平区")
    assert codes.present_day("和平区", within="2101").code == "210102"


@pytest.mark.parametrize("code", ["21", "210000", "210000000000"])
def test_a_code_may_have_any_customary_length(code: str) -> None:
    assert codes.division(code).name == "辽宁省"


def test_shenyang_has_thirteen_districts_and_their_streets_have_communities() -> None:
    districts = codes.children("210100")
    assert len(districts) == 13
    assert all(codes.children(street.code) for street in codes.children("210102"))


def test_a_street_is_found_by_its_short_name_within_a_district() -> None:
    assert [hit.name for hit in codes.find("太原街", within="210102")] == ["太原街街道"]


def test_a_code_nobody_gave_out_is_unknown() -> None:
    with pytest.raises(codes.Refused):
        codes.division("219999")


def test_every_row_written_by_hand_has_its_reason_and_leads_somewhere() -> None:
    for name, column in (
        ("former_divisions", "present"),
        ("division_exceptions", "present"),
        ("development_zones", "district"),
    ):
        for row in rows(TABLES / f"{name}.csv"):
            assert row["reason"]
            assert not codes.division(row[column]).former
