"""GB/T 2260 as it was: 新金县 became 普兰店市, and that 普兰店区, each under a code of its own."""

from datetime import date
from itertools import pairwise

import pytest

from huicheng.codes.api import Refused, division_spans, division_table


def on(day: str) -> dict[str, str]:
    return division_table(date.fromisoformat(day)).names


@pytest.mark.parametrize(
    ("day", "code", "name"),
    [
        ("1990-01-01", "210222", "新金县"), ("2000-01-01", "210282", "普兰店市"), ("2020-01-01", "210214", "普兰店区"),
        ("2014-06-16", "210112", "东陵区"), ("2014-06-17", "210112", "浑南区"), ("2000-01-01", "210782", "北宁市"),
    ],
)  # fmt: skip
def test_a_code_stands_for_what_it_was_on_that_day(day, code, name):
    assert on(day)[code] == name


@pytest.mark.parametrize(
    ("day", "code"), [("1990-01-01", "210214"), ("2000-01-01", "210222"), ("2020-01-01", "210282")]
)
def test_a_code_that_was_not_yet_or_no_longer_is_not_there(day, code):
    assert code not in on(day)


def test_a_former_code_is_read_as_the_one_that_stands_there_now():
    table = division_table()
    assert [table.code(one) for one in ("210122", "210115", "辽中区")] == ["210115"] * 3
    with pytest.raises(Refused):
        table.code("999999")


def test_what_people_write_but_no_standard_had_has_no_span():
    names = {one.name for one in division_spans()}
    assert not {"浑南新区", "沈北区"} & names
    assert "东陵区" in names


def test_no_two_names_stand_under_one_code_at_a_time():
    by_code: dict[str, list] = {}
    for one in division_spans():
        if one.code:
            by_code.setdefault(one.code, []).append(one)
    for spans in by_code.values():
        for earlier, later in pairwise(spans):
            assert earlier.until is not None
            assert later.since is not None
            assert earlier.until <= later.since
