import numpy as np

from huicheng.fusion.linking.linking import CODE, UNLINKED, link
from huicheng.fusion.people.comparing import PEOPLE
from huicheng.fusion.tests.rows import FANG, linked, person, rows_of, wrong

HOME, OTHER_HOME = 1020301, 1050607
TWIN = 21010320120604033


def test_one_number_is_one_person():
    a, b = linked(person("王芳", FANG, 19880918), person("王方", FANG, 19880918))
    assert a == b


def test_two_numbers_are_two_people_whatever_else_agrees():
    same = {"name": "王芳", "birth": 19880918, "sex": 2, "phone": 13800138000, "flat": HOME}
    a, b = linked(person(code=FANG, **same), person(code=FANG + 20, **same))
    assert a != b


def test_a_row_without_a_number_finds_its_person():
    a, b = linked(
        person("王芳", FANG, 19880918, 2, 13800138000, HOME),
        person("王芳", 0, 19880918, 2, 13800138000, HOME),
    )
    assert a == b


def test_a_namesake_elsewhere_is_somebody_else():
    a, b = linked(
        person("王芳", FANG, 19880918, 2, 13800138000, HOME),
        person("王芳", 0, 19910203, 2, 13900139000, OTHER_HOME),
    )
    assert a != b


def test_twins_stay_two_people():
    home = {"birth": 20120604, "sex": 1, "phone": 13800138000, "flat": HOME}
    first, second, row = linked(
        person("李子轩", TWIN, **home), person("李浩宇", TWIN + 2, **home), person("李浩宇", **home)
    )
    assert first != second
    assert row == second


def test_a_child_under_the_parents_number_does_not_join_the_parent():
    parent = person("王芳", FANG, 19880918, 2, 13800138000, HOME)
    own = person("李子轩", 21010220120604003, 20120604, 1, 13800138000, HOME)
    borrowed = person("李子轩", FANG, 20120604, 1, 13800138000, HOME)
    a, _, child, row = linked(parent, parent, own, borrowed)
    assert row == child != a


def test_a_row_that_says_nothing_is_nobody():
    found = link(rows_of([person("王芳", FANG, 19880918), person(), person("王芳")]), PEOPLE)
    assert found.rule.tolist() == [CODE, UNLINKED, UNLINKED]


def test_a_mistyped_number_is_mended_when_the_rest_agrees():
    typed = FANG + 10**6 * 3
    a, b = linked(
        person("王芳", FANG, 19880918, 2, flat=HOME),
        person("王芳", 0, 19880918, 2, flat=OTHER_HOME, claimed=wrong(FANG, typed)),
    )
    assert a == b


def test_rows_that_nobody_claims_gather_among_themselves():
    row = person("欧阳予倩", 0, 19800101, 2, 13800138000, HOME)
    a, b, other = linked(row, row, person("王芳", FANG, 19880918))
    assert a == b != other


def test_a_couple_is_not_one_person():
    home = {"phone": 13800138000, "flat": HOME}
    a, b = linked(person("王芳", 0, 19880918, 2, **home), person("李强", 0, 19870202, 1, **home))
    assert a != b


def test_the_same_rows_give_the_same_answer():
    rows = [
        person("王芳", FANG + 20 * (n % 50), 19880918, 2, 13800138000 + n % 60, HOME + n % 40)
        for n in range(300)
    ]
    rows += [person("王芳", 0, 19880918, 2, 13800138000 + n, HOME + n) for n in range(60)]
    assert np.array_equal(link(rows_of(rows), PEOPLE).entity, link(rows_of(rows), PEOPLE).entity)
