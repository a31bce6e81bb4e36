import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from huicheng.codes.api import repair_person_id
from huicheng.fusion.firms.mending import mend_organisation, pack, spoil_organisation, stands, unpack, values
from huicheng.fusion.linking.mending import claim, mend_person, spoil_person
from huicheng.fusion.tests.rows import FANG, number


def mended(text: str) -> set[int]:
    claims = np.array([claim(int(text[:17]), 10 if text[17] == "X" else int(text[17]))])
    return set(mend_person(claims)[1].tolist())


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_found_again(place, step):
    true = number(FANG)
    typed = true[:place] + str((int(true[place]) + step) % 10) + true[place + 1 :]
    assert FANG in mended(typed)


@given(st.integers(0, 15))
def test_a_swap_of_neighbours_is_found_again(place):
    true = number(FANG)
    typed = true[:place] + true[place + 1] + true[place] + true[place + 2 :]
    assert typed == true or FANG in mended(typed)


def test_arithmetic_finds_all_that_codes_finds_by_trying():
    typed = "21010219880918" + "903" + number(FANG)[17]
    assert {int(one[:17]) for one in repair_person_id(typed)} <= mended(typed)


def test_spoilt_numbers_can_be_mended():
    codes = np.full(500, FANG)
    owner, found = mend_person(spoil_person(np.random.default_rng(1), codes))
    assert len(np.unique(owner[found == FANG])) == 500


def test_an_organisation_code_is_found_again():
    code = pack(values(np.frombuffer(b"MAKE35612", np.uint8))[None, :])
    assert stands(unpack(code)).all()
    claims = spoil_organisation(np.random.default_rng(1), np.repeat(code, 200))
    owner, found = mend_organisation(claims)
    assert len(np.unique(owner[found == code[0]])) == 200
