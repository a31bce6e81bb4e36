"""What an index finds is what looking through the files finds, whatever is asked."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huicheng.lake import api as lake
from huicheng.lake import pointing

DAY = date(2024, 1, 1)


def rows(first, last):
    numbers = range(first, last)
    return pa.table({
        "id": list(numbers), "name": [f"张{n % 50}" if n % 7 else None for n in numbers],
        "day": [DAY + timedelta(days=n % 90) for n in numbers], "part": pa.array([n / 4 for n in numbers]),
    })  # fmt: skip


@pytest.fixture
def people():
    lake.write("base.people", rows(0, 300))
    lake.write("base.people", rows(200, 400), mode="append")


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(pointing, "ASKED_OFTEN", 1)


def asked(sql, **params):
    return lake.ask(sql, params, everything=True).table.to_pylist()


QUESTIONS = [
    "SELECT * FROM base.people WHERE id = $id", "SELECT name, part FROM base.people AS p WHERE name = $name AND id > 20",
    "SELECT count(*) AS n, min(id) AS a FROM base.people WHERE $day = day",
    "SELECT DISTINCT name FROM base.people WHERE id = $id AND (name = $name OR part > 3)",
    "SELECT id AS name FROM base.people WHERE name = $name", "SELECT * FROM base.people WHERE id = $id OR name = $name",
    "SELECT row_number() OVER (ORDER BY id) AS r, id FROM base.people WHERE name = $name ORDER BY id DESC LIMIT 5",
]  # fmt: skip


@pytest.mark.parametrize("sql", QUESTIONS)
def test_the_answer_is_the_same_with_and_without(people, often, monkeypatch, sql):
    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        st.integers(-5, 410) | st.none(),
        st.integers(0, 60).map("张{}".format) | st.none(),
        st.integers(-3, 95),
    )
    def check(number, name, days):
        params = {"id": number, "name": name, "day": DAY + timedelta(days=days)}
        near = asked(sql, **params)
        with monkeypatch.context() as patched:
            patched.setattr("huicheng.lake.asking.rows_near", lambda found, points: None)
            assert near == asked(sql, **params)

    check()


def test_a_value_is_found_without_its_files_being_read(people, often, monkeypatch):
    asked(QUESTIONS[0], id=250)
    monkeypatch.setattr("huicheng.lake.asking._standing", None)  # asked wherever files are read
    assert [one["id"] for one in asked(QUESTIONS[0], id=250)] == [250, 250]
    assert asked(QUESTIONS[0], id=10**6) == []


@pytest.mark.parametrize("wrong", ["CAST(name AS INTEGER)", "no_such_column"])
def test_a_question_that_fails_near_its_rows_leaves_none_of_them_behind(people, often, wrong):
    good = QUESTIONS[0].replace("SELECT *", "SELECT *, 1 AS one")
    for _time in range(2):
        with pytest.raises(lake.QuestionFailed):
            asked(f"SELECT {wrong} FROM base.people WHERE id = $id", id=250)
        assert [one["id"] for one in asked(good, id=250)] == [250, 250]
        assert [one["id"] for one in asked(good, id=251)] == [251, 251]


def test_a_new_version_is_asked_at_once(people, often):
    assert len(asked(QUESTIONS[0], id=250)) == 2
    lake.write("base.people", rows(0, 260))
    assert len(asked(QUESTIONS[0], id=250)) == 1
    lake.erase("base.people", keys=[{"id": 250}])
    assert asked(QUESTIONS[0], id=250) == []


def test_an_index_of_rows_that_were_erased_goes_with_their_file(people, often):
    asked(QUESTIONS[0], id=250)
    before = set(lake.files("base.people"))
    lake.erase("base.people", keys=[{"id": 250}])
    asked(QUESTIONS[0], id=251)
    assert not before.intersection(path for path, _column in pointing._indexes)


def test_a_masked_column_is_compared_as_it_is_shown(people, often):
    mount = lake.Mount(columns={"id": '"id"', "name": "left(name, 1)"})
    found = lake.ask(
        "SELECT DISTINCT name FROM base.people WHERE name = $n", {"n": "张"}, mounts={"base.people": mount}
    )
    assert found.table.to_pylist() == [{"name": "张"}]


def test_a_filter_of_the_mount_holds_for_what_was_found(people, often):
    mount = lake.Mount(where="id < 250")
    for number, count in ((249, 2), (250, 0)):
        found = lake.ask(QUESTIONS[0], {"id": number}, mounts={"base.people": mount})
        assert found.table.num_rows == count


def test_a_column_that_older_files_lack_is_asked_of_all(people, often):
    more = rows(500, 510).append_column("city", pa.array(["沈阳"] * 10))
    lake.write("base.people", more, mode="append")
    assert len(asked("SELECT * FROM base.people WHERE city = $c", c="沈阳")) == 10
    assert asked("SELECT city FROM base.people WHERE id = $id", id=7) == [{"city": None}]


def test_an_engine_that_was_lent_keeps_nothing_of_a_question(people, often):
    asked(QUESTIONS[0], id=250)
    with pytest.raises(lake.QuestionFailed):
        asked("SELECT id / 0 AS x, error FROM base.people WHERE id = $id", id=250)
    mount = lake.Mount(columns={"id": '"id"'})
    found = lake.ask(QUESTIONS[0], {"id": 250}, mounts={"base.people": mount})
    assert found.table.column_names == ["id"]
