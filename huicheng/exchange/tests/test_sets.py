"""A set says of any key whether it is in it, for a few bytes a person, and shows when it was altered."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huicheng.exchange.evidence.sets import file_set, holds, key_of, packed, place_of, sql_key, unpacked
from huicheng.ground.api import AlteredSet
from huicheng.lake import api as lake

keys_of_any_kind = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 300), unique=True, max_size=400)


def sorted_keys(values):
    return np.unique(np.array(values, np.uint64))


@given(keys_of_any_kind)
def test_what_was_packed_comes_out_again(values):
    keys = sorted_keys(values)
    assert unpacked(packed(keys)).tolist() == keys.tolist()


@settings(max_examples=40, deadline=None)
@given(values=keys_of_any_kind, strangers=keys_of_any_kind)
def test_everybody_in_it_is_found_and_nobody_else(values, strangers):
    sha256 = file_set(packed(sorted_keys(values)))
    assert all(holds(sha256, [key]) for key in values)
    assert not any(holds(sha256, [key]) for key in strangers if key not in values)


def test_a_hundred_thousand_cost_little_over_six_bytes_each():
    keys = sorted_keys(np.random.default_rng(1).integers(0, 2**64, 100_000, np.uint64))
    data = packed(keys)
    sha256 = file_set(data)
    assert len(data) < 7.5 * len(keys)
    assert all(holds(sha256, [int(key)]) for key in keys[::97])
    assert not holds(sha256, [int(keys[5]) ^ 1])


def test_the_engine_and_this_process_make_the_same_key():
    engine = lake.connection()
    for value in ("P000000000001", " 21010219900307004x ", "王芳"):
        (made,) = engine.execute(f"SELECT {sql_key('?')}", [value]).fetchone()
        assert made == key_of(value)


def test_the_same_person_has_another_key_in_another_city(monkeypatch, tmp_path):
    here = key_of("P000000000001")
    monkeypatch.setenv("HUICHENG_HOME", str(tmp_path / "elsewhere"))
    assert key_of("P000000000001") != here


def test_a_file_that_is_gone_or_is_something_else_is_said():
    with pytest.raises(AlteredSet):
        holds("0" * 64, [1])
    sha256 = file_set(packed(sorted_keys(range(100))))
    place_of(sha256).write_bytes(b"something else entirely")
    with pytest.raises(AlteredSet):
        holds(sha256, [1])
