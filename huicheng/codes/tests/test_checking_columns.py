from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huicheng.codes import api as codes

texts = st.lists(st.none() | st.text(max_size=24))


@given(st.sampled_from(codes.KINDS), texts)
def test_any_text_gets_a_value_or_a_problem_or_was_empty(kind: str, column: list[str | None]) -> None:
    checked = codes.check(kind, pa.array(column, pa.string()), codes="sex")
    assert len(checked.values) == len(checked.problems) == len(column)
    for text, value, problem in zip(
        column, checked.values.to_pylist(), checked.problems.to_pylist(), strict=True
    ):
        hard = problem is not None and not codes.is_doubt(problem)
        assert text or (value is None and problem is None)
        assert value is None or not hard or kind == "text"


@pytest.mark.parametrize("kind", codes.KINDS)
def test_batches_of_one_kind_have_one_type(kind: str) -> None:
    some = [
        codes.check(kind, pa.array(rows, pa.string()), codes="sex")
        for rows in (["1"], [], [None], ["和平区南京街1号"])
    ]
    assert len({str(checked.values.type) for checked in some}) == 1
    assert {str(checked.problems.type) for checked in some} == {str(pa.dictionary(pa.int8(), pa.string()))}


@pytest.mark.parametrize("nothing", ["", "  ", "N/A", "NULL", "-", "--", "/"])
def test_a_cell_that_says_nothing_is_empty_and_no_problem(nothing: str) -> None:
    checked = codes.check("money", pa.array([nothing]))
    assert (checked.values.to_pylist(), checked.problems.to_pylist()) == ([None], [None])


def test_a_dictionary_and_a_chunked_column_are_judged_like_plain_ones() -> None:
    column = pa.chunked_array([["王芳", "测试"], ["王芳"]])
    plain = codes.check("person_name", column)
    packed = codes.check("person_name", column.dictionary_encode())
    assert plain.problems.to_pylist() == packed.problems.to_pylist() == [None, "person_name.invented", None]


def test_a_spreadsheets_number_is_read_as_the_telephone_it_was() -> None:
    assert codes.check("phone", pa.array([13812345670.0])).values.to_pylist() == ["13812345670"]


def test_every_problem_says_what_to_do() -> None:
    for code in codes.problem_codes():
        assert codes.problem_text(code).count("。") == 2


def test_an_unknown_kind_is_a_programmers_error() -> None:
    with pytest.raises(ValueError, match="knows no kind"):
        codes.check("colour", pa.array(["红"]))
