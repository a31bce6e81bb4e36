from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huicheng.codes import api as codes

WANG_FANG = "11010519491231002X"
days = st.dates(date(1900, 1, 1), date(2020, 12, 31))
noise = st.text("0123456789Xx -　０１９A汉", max_size=22)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    prefix = draw(st.sampled_from(["210102", "210122", "110101", "440305", "219999", "000000"]))
    first17 = f"{prefix}{draw(days):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first17 + codes.person_check_digit(first17)


def spoiled(number: str, place: int, digit: str) -> str:
    return number[:place] + digit + number[place + 1 :]


def judged(text: str) -> tuple[str | None, str | None]:
    try:
        found = codes.read_person_id(text)
    except codes.Refused as refusal:
        return None, refusal.code
    doubt = None if found.division_known else "person_id.division"
    return found.number, doubt or ("person_id.upgraded" if found.upgraded else None)


@given(
    st.lists(numbers() | noise | st.builds(spoiled, numbers(), st.integers(0, 17), st.sampled_from("059X")))
)
def test_the_column_judges_as_the_single_number_is_judged(texts: list[str]) -> None:
    checked = codes.person_ids(pa.array(texts, pa.string()))
    wanted = [judged(text) if text.strip() else (None, None) for text in texts]
    assert list(zip(checked.values.to_pylist(), checked.problems.to_pylist(), strict=True)) == wanted


@given(numbers(), st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, digit: str) -> None:
    wrong = spoiled(number, place, digit)
    if wrong != number:
        assert judged(wrong)[0] is None


@given(st.lists(numbers(), min_size=1))
def test_facts_of_a_column_are_the_facts_of_each_number(texts: list[str]) -> None:
    good = [text for text in texts if judged(text)[0]]
    facts = codes.person_facts(pa.array(good, pa.string())).to_pylist()
    for text, fact in zip(good, facts, strict=True):
        one = codes.read_person_id(text)
        assert fact == {"birth_date": one.birth_date, "sex": one.sex, "division": one.division}


def test_a_number_says_when_and_where_and_which_sex() -> None:
    found = codes.read_person_id(WANG_FANG)
    assert (found.birth_date, found.sex, found.division) == (date(1949, 12, 31), "2", "110105")


def test_an_old_number_is_raised_to_eighteen_digits() -> None:
    assert codes.read_person_id("110105491231002").number == WANG_FANG


def test_a_centenarian_of_the_old_numbers_was_born_in_the_century_before() -> None:
    assert codes.upgrade_person_id("210102950101997")[6:10] == "1895"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1101051949123100", "person_id.length"),
        ("11010519491331002X", "person_id.date"),
        ("110105194912310021", "person_id.check"),
        ("1101O519491231002X", "person_id.characters"),
        ("110105299912310023", "person_id.date"),
    ],
)
def test_a_refusal_names_what_is_wrong(text: str, problem: str) -> None:
    with pytest.raises(codes.Refused) as refusal:
        codes.read_person_id(text)
    assert refusal.value.code == problem


def test_two_swapped_digits_are_found_again() -> None:
    assert WANG_FANG in codes.repair_person_id("11010519491321002X")


def test_a_county_that_is_gone_still_issued_numbers() -> None:
    first17 = "21012219800101001"
    assert codes.read_person_id(first17 + codes.person_check_digit(first17)).division_known


def test_a_sliced_column_is_read_from_its_own_rows() -> None:
    column = pa.array(["1", WANG_FANG, None, WANG_FANG]).slice(1)
    assert codes.person_ids(column).values.to_pylist() == [WANG_FANG, None, WANG_FANG]
