import numpy as np
import pytest

from huicheng.fusion.linking.clustering import gather
from huicheng.fusion.linking.comparing import NAME, compare_births, name_level
from huicheng.fusion.tests.rows import person, rows_of


@pytest.mark.parametrize(("one", "other", "level"), [
    ("王芳", "王芳", "to_2"), ("王芳", "王方", "sound_rare"), ("王秀英", "王秀美", "one_off"), ("王秀英", "王秀", "one_off"),
    ("王芳", "王强", "surname"), ("王芳", "李强", "unlike"), ("王芳", None, "missing"),
    ("阿依古丽买买提", "阿依古丽买买", "one_off"),
])  # fmt: skip
def test_names_are_compared_by_character(one, other, level):
    rows = rows_of([person(one), person(other)])
    assert NAME[name_level(rows, np.array([0]), np.array([1]))[0]] == level


@pytest.mark.parametrize(("one", "other", "level"), [
    (19880918, 19880918, 3), (19880918, 19780918, 2), (19880918, 19880901, 2), (19880918, 19880101, 2),
    (19880918, 19750302, 1), (19880918, 0, 0), (19880605, 19880506, 2),
])  # fmt: skip
def test_dates_that_differ_by_a_slip_are_near(one, other, level):
    assert compare_births(np.array([one]), np.array([other]))[0] == level


def test_a_chain_of_near_misses_makes_no_giant():
    left, right = np.arange(99), np.arange(1, 100)
    clusters = gather(100, left, right, np.full(99, 4.0), 3.0)
    assert np.bincount(clusters).max() <= 2


def test_a_clique_gathers_whole():
    left, right = np.triu_indices(6, 1)
    assert len(set(gather(6, left, right, np.full(len(left), 5.0), 3.0).tolist())) == 1
