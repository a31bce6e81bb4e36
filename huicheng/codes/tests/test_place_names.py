"""Divisions in English, as people know them."""

import pytest

from huicheng.codes import api as codes


@pytest.mark.parametrize(
    ("code", "english"),
    [
        ("210100", "Shenyang"),
        ("210102", "Heping District"),
        ("210113", "Shenbei New Area"),
        ("210123", "Kangping County"),
        ("210521", "Benxi Manchu Autonomous County"),
        ("220122", "Nong'an County"),
        ("210212", "Lüshunkou District"),
        ("150000", "Inner Mongolia"),
    ],
)
def test_a_division_has_its_usual_english(code, english):
    assert codes.english_name(codes.division(code)) == english


def test_a_street_is_spelled_as_it_sounds_there():
    streets = {one.name: codes.english_name(one) for one in codes.children("210102")}
    assert streets["长白街道"] == "Changbai Subdistrict"
    assert streets["太原街街道"] == "Taiyuanjie Subdistrict"


def test_what_is_no_division_keeps_its_name():
    assert codes.english_place("王小明") == "王小明"
    assert codes.english_place("和平区", within="210100") == "Heping District"
