from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huicheng.codes import api as codes
from huicheng.codes.organisations import PAIRS
from huicheng.codes.tests.corpus import shenyang_firms

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    eight = draw(st.text(ALPHABET, min_size=8, max_size=8))
    end = draw(st.sampled_from([codes.organisation_check_character(eight), "0"]))
    first17 = draw(st.sampled_from(["91", "92", "52", "A1", "00"])) + "210102" + eight + end
    return first17 + codes.credit_check_character(first17)


def judged(text: str) -> tuple[str | None, str | None]:
    try:
        found = codes.read_credit_code(text)
    except codes.Refused as refusal:
        return None, refusal.code
    if found.number[:2] not in PAIRS:
        return found.number, "credit_code.authority"
    return found.number, None if found.organisation_stands else "credit_code.organisation"


@given(st.lists(credit_codes() | st.text(ALPHABET + "IOSVZ ｘ汉a", min_size=1, max_size=20)))
def test_the_column_judges_as_the_single_code_is_judged(texts: list[str]) -> None:
    checked = codes.credit_codes(pa.array(texts, pa.string()))
    wanted = [judged(text) if text.strip() else (None, None) for text in texts]
    assert list(zip(checked.values.to_pylist(), checked.problems.to_pylist(), strict=True)) == wanted


@given(credit_codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(number: str, place: int, other: str) -> None:
    wrong = number[:place] + other + number[place + 1 :]
    if wrong != number:
        assert judged(wrong)[0] is None


def test_a_sum_of_nothing_gives_zero_and_not_the_thirty_first_character() -> None:
    assert codes.credit_check_character("0" * 17) == "0"


def test_every_code_of_shenyangs_firms_stands() -> None:
    column = pa.array([firm["统一社会信用代码"] for firm in shenyang_firms()])
    assert codes.credit_codes(column).problems.null_count == len(column)


def test_an_old_taxpayer_number_finds_its_firm() -> None:
    old, new = "210102117776048", "91210102117776048G"
    assert codes.organisation_of(old) == codes.organisation_of(new) == "117776048"
    assert codes.read_taxpayer(old).credit_code is None


def test_an_organisation_code_may_be_written_with_its_dash() -> None:
    assert codes.organisation_of("11777604-8") == "117776048"


def test_a_small_trader_pays_tax_under_a_persons_number() -> None:
    assert codes.read_taxpayer("11010519491231002X00").person_id == "11010519491231002X"


def test_a_misread_letter_is_mended() -> None:
    assert codes.repair_credit_code("9121O102117776048G")[0] == "91210102117776048G"


def test_an_old_licence_number_has_its_own_check() -> None:
    assert codes.read_licence_number("110108000000016") == "110108000000016"
    with pytest.raises(codes.Refused):
        codes.read_licence_number("110108000000017")


def test_an_e_certificate_identifier_ends_in_its_check() -> None:
    assert codes.mod37_36("A12425GABC1234002") == "M"
