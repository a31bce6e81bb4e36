"""What is taken at a glance is what the long way, value by value, would have found."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huicheng.codes import api as codes
from huicheng.exchange.api import Field
from huicheng.exchange.reading.parquet import to_text
from huicheng.exchange.taking import holds, taken, tidy_already

DAYS = st.dates(date(1800, 1, 1), date(2150, 1, 1))
MOMENTS = st.datetimes(datetime(1800, 1, 1), datetime(2150, 1, 1)).map(lambda at: at.replace(microsecond=0))
COLUMNS = [
    ("integer", pa.int64(), st.integers(-(2**63), 2**63 - 1)), ("integer", pa.uint64(), st.integers(0, 2**64 - 1)),
    ("number", pa.float64(), st.floats()), ("number", pa.int32(), st.integers(-(2**31), 2**31 - 1)),
    ("date", pa.date32(), DAYS), ("datetime", pa.timestamp("ms"), MOMENTS), ("boolean", pa.bool_(), st.booleans()),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "typed", "values"), COLUMNS, ids=lambda one: str(one)[:12])
def test_a_typed_column_is_what_its_text_says(kind, typed, values):
    @given(st.lists(st.none() | values, max_size=20))
    def check(rows):
        column = pa.array(rows, typed)
        if (found := taken(Field("x", "x", kind), column)) is None:
            return
        told = codes.check(kind, to_text(column))
        assert told.problems.null_count == len(rows)
        assert told.values.cast(found.type).to_pylist() == found.to_pylist()

    check()


@pytest.mark.parametrize(
    ("kind", "column"),
    [("integer", pa.array([1.5])), ("integer", pa.array([2**63], pa.uint64())), ("number", pa.array([float("inf")])),
     ("date", pa.array([date(1000, 1, 1)])), ("datetime", pa.array([datetime(1, 1, 1)], pa.timestamp("us"))),
     ("date", pa.array([datetime(2020, 1, 1, 12)])), ("text", pa.array([1])), ("phone", pa.array([13812345678]))],
)  # fmt: skip
def test_what_its_type_does_not_settle_goes_the_long_way(kind, column):
    assert taken(Field("x", "x", kind), column) is None


def test_the_parts_of_a_second_are_kept_and_a_moment_of_the_world_is_its_own():
    at = datetime(2026, 11, 1, 8, 0, 0, 123456)
    column = pa.array([at.replace(tzinfo=UTC)], pa.timestamp("us", tz="UTC"))
    assert taken(Field("x", "x", "datetime"), column).to_pylist() == [at]


@given(
    st.lists(
        st.none() | st.text(st.sampled_from("a中文 　\u00a0\u2003\n\u1680é\u3001\u2020"), max_size=4),
        max_size=6,
    )
)
def test_what_is_called_tidy_has_nothing_to_trim(rows):
    if tidy_already(pa.array(rows, pa.string())):
        assert all(one is None or (one and one == one.strip()) for one in rows)


def test_ordinary_chinese_is_tidy_also_in_a_slice():
    assert tidy_already(pa.array([" x", "沈阳市", "和平区安图街8号", None, "ab"], pa.string()).slice(1))


def test_marks_are_found_in_the_slice_and_not_beside_it():
    column = pa.array(["\ufffd", "甲", "乙\u2400", "丙"], pa.string())
    found = [holds(column.slice(at, 1), "\ufffd".encode(), "\u2400".encode()) for at in range(4)]
    assert found == [True, False, True, False]
    assert not holds(pa.array([], pa.string()), b"\n")
    assert not holds(pa.array([None], pa.string()), b"\n")
