import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from huicheng.fusion.registry import name_entities, spell

NONE = np.zeros(0, np.int64)
SECRET = bytes(range(32))


def test_new_entities_get_new_numbers():
    naming = name_entities(np.array([0, 0, 1]), 2, np.zeros(3, np.int64), 40, NONE)
    assert naming.serial.tolist() == [41, 42]


def test_an_entity_keeps_the_id_its_rows_had():
    naming = name_entities(np.array([1, 1, 0]), 2, np.array([7, 7, 9]), 9, np.array([7, 9]))
    assert naming.serial.tolist() == [9, 7]
    assert not len(naming.ended)


def test_a_merge_retires_the_smaller_into_the_larger():
    naming = name_entities(np.array([0, 0, 0]), 1, np.array([7, 9, 9]), 9, np.array([7, 9]))
    assert naming.serial.tolist() == [9]
    assert (naming.ended.tolist(), naming.ended_into.tolist()) == ([7], [9])


def test_a_split_leaves_the_id_with_most_rows():
    naming = name_entities(np.array([0, 0, 1]), 2, np.array([7, 7, 7]), 7, np.array([7]))
    assert naming.serial.tolist() == [7, 8]
    assert naming.born_why == ["split"]


def test_an_id_whose_rows_are_gone_ends():
    naming = name_entities(np.array([0]), 1, np.array([0]), 7, np.array([7]))
    assert (naming.ended.tolist(), naming.ended_into.tolist()) == ([7], [0])


@given(st.lists(st.integers(1, 2**59), min_size=2, max_size=50, unique=True))
def test_no_two_serials_are_spelt_alike(serials):
    spelt = spell("people", np.array(serials), SECRET).to_pylist()
    assert len(set(spelt)) == len(serials)
    assert all(len(one) == 13 and one[0] == "P" for one in spelt)


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 5)), max_size=40))
def test_every_entity_has_one_id_and_no_two_the_same(pairs):
    entity, before = (np.array([pair[place] for pair in pairs], np.int64) for place in (0, 1))
    naming = name_entities(entity, 9, before, 5, np.arange(1, 6))
    assert len(set(naming.serial.tolist())) == 9
    assert not set(naming.ended.tolist()) & set(naming.serial.tolist())
