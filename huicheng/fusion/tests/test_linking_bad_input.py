import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from huicheng.fusion.linking.linking import link
from huicheng.fusion.people.comparing import PEOPLE
from huicheng.fusion.tests.rows import FANG, linked, person, rows_of


def test_no_rows_are_no_entities():
    found = link(rows_of([]), PEOPLE)
    assert len(found.entity) == 0
    assert found.figures["entities"] == 0


def test_names_alone_join_nobody():
    assert set(linked(*[person("王芳")] * 50)) == {-1}


def test_without_names_only_numbers_join():
    rows = [
        person(None, FANG, 19880918),
        person(None, FANG, 19880918),
        person(None, 0, 19880918, 2, 13800138000, 1020301),
    ]
    assert linked(*rows) == [0, 0, -1]


def test_all_bearing_one_number_keeps_those_it_fits():
    rows = [
        person(f"{chr(0x5000 + 7 * n)}{chr(0x6000 + 11 * n)}", FANG, 19500101 + n, 1 + n % 2)
        for n in range(200)
    ]
    found = link(rows_of([person("王芳", FANG, 19880918, 2), *rows]), PEOPLE)
    assert found.disowned.sum() >= 190
    assert np.bincount(found.entity[found.entity >= 0]).max() < 10


def test_one_value_repeated_a_hundred_thousand_times_is_passed_over():
    rows = rows_of([person("王芳", 0, 19880918, 2, 13800138000, 1020301), person("李强", FANG, 19880918)])
    many = rows.take(np.r_[np.zeros(100_000, np.int64), 1])
    found = link(many, PEOPLE)
    assert found.figures.get("pairs", 0) < 100
    assert np.bincount(found.entity).max() == 1


NAMES = [None, "王芳", "王方", "李强", "\x00\ud7ff", "😀"]
row = st.builds(
    person,
    name=st.sampled_from(NAMES),
    code=st.sampled_from([0, FANG, FANG + 20]),
    birth=st.integers(0, 99999999),
    sex=st.integers(0, 2),
    phone=st.integers(0, 10**15),
    flat=st.integers(0, 10**9),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(row, max_size=30))
def test_whatever_comes_two_standing_numbers_never_share_an_entity(rows):
    found = link(rows_of(rows), PEOPLE)
    for entity in set(found.entity.tolist()) - {-1}:
        inside = (found.entity == entity) & ~found.disowned
        assert (
            len({code for code, own in zip((r["code"] for r in rows), inside, strict=True) if own and code})
            <= 1
        )
