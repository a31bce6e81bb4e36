from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huicheng.lake import api as lake


@pytest.fixture
def people():
    lake.write("base.people", pa.table({"id": ["P1", "P2"], "name": ["王芳", "李强"], "age": [30, 40]}))


def test_a_question_reads_one_pinned_version(people):
    answer = lake.ask(
        "SELECT name FROM base.people WHERE age > $age", {"age": 35, "unused": 1}, everything=True
    )
    assert answer.table.to_pylist() == [{"name": "李强"}]
    assert answer.tables == {"base.people": 0}


def test_a_question_of_yesterday_is_answered_from_yesterdays_version(people):
    lake.write("base.people", pa.table({"id": ["P3"], "name": ["赵敏"], "age": [50]}))
    mounts = {"base.people": lake.Mount(version=0)}
    assert lake.ask("SELECT count(*) AS n FROM base.people", mounts=mounts).table["n"].to_pylist() == [2]


def test_a_mount_shows_only_its_columns_masked_and_its_rows(people):
    mount = lake.Mount(columns={"name": "left(name, 1) || '*'"}, where=f"id = {lake.literal('P1')}")
    answer = lake.ask("SELECT * FROM base.people", mounts={"base.people": mount})
    assert answer.table.to_pylist() == [{"name": "王*"}]


def test_a_column_that_is_not_mounted_cannot_be_named(people):
    with pytest.raises(lake.QuestionFailed, match="age"):
        lake.ask("SELECT age FROM base.people", mounts={"base.people": lake.Mount(columns={"id": "id"})})


def test_a_table_of_which_nobody_said_what_is_seen_is_not_shown(people):
    lake.write("base.firms", pa.table({"id": ["F1"]}))
    sql = "SELECT p.id FROM base.people p, base.firms f"
    for mounts in (None, {"base.firms": lake.Mount()}):
        with pytest.raises(lake.NotMounted, match=r"base\.people"):
            lake.ask(sql, mounts=mounts)
        with pytest.raises(lake.NotMounted, match=r"base\.people"):
            list(lake.stream(sql, mounts=mounts))
    assert lake.ask(sql, everything=True).table.num_rows == 2


def test_the_answer_is_kept_to_the_rows_a_page_shows(people):
    assert lake.ask("SELECT * FROM base.people ORDER BY id", limit=1, everything=True).table[
        "id"
    ].to_pylist() == ["P1"]


def test_a_long_answer_comes_in_batches(people):
    sql = "SELECT a.id FROM base.people AS a, range(100000)"
    assert sum(batch.num_rows for batch in lake.stream(sql, everything=True)) == 200_000


def test_what_fails_in_the_middle_of_an_answer_fails_by_name(people):
    sql = "SELECT CASE WHEN range < 300000 THEN 1 ELSE CAST('x' || range AS INTEGER) END AS n FROM range(500000)"
    for read in (lambda: lake.ask(sql, limit=400_000), lambda: list(lake.stream(sql))):
        with pytest.raises(lake.QuestionFailed):
            read()


def test_a_question_that_never_ends_is_stopped():
    with pytest.raises(lake.QuestionTooLong, match="1 s"):
        lake.ask("SELECT count(*) FROM range(100000000000) a, range(1000) b", timeout=1)


REACHING = [
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_parquet('/tmp/x')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT getenv('HOME')",
    "SELECT error('a value')",
    "SELECT assert_true(false, 'a value')",
    "SELECT stats(1)",
    "SELECT setseed(0.5)",
    "SELECT current_query_id()",
    "SELECT current_connection_id()",
    "SELECT current_transaction_id()",
    "SELECT current_setting('temp_directory')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_views",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('base.people')",
    "SELECT * FROM people",
    "SELECT * FROM memory.base.people",
    "WITH duckdb_views AS (SELECT 1) SELECT * FROM duckdb_views",
    "WITH x AS (SELECT * FROM glob('/*')) SELECT * FROM x",
    "SELECT (SELECT max(content) FROM read_blob('/etc/passwd'))",
    "SELECT 1; SELECT 2",
    "COPY (SELECT 1) TO '/tmp/out'",
    "ATTACH '/tmp/x.db'",
    "INSTALL httpfs",
    "PRAGMA version",
    "SET memory_limit = '100GB'",
    "CREATE TABLE x AS SELECT 1",
    "DESCRIBE base.people",
    "EXPLAIN SELECT 1",
    "selec 1",
    "",
]


@pytest.mark.parametrize("sql", REACHING)
def test_nothing_but_named_tables_is_within_reach(people, sql):
    with pytest.raises(lake.QuestionRefused):
        lake.ask(sql)


@pytest.fixture
def started(monkeypatch):
    """The engines that are started from now on."""
    from huicheng.lake import asking

    found, start = [], asking.closed_connection
    monkeypatch.setattr(asking, "closed_connection", lambda paths: found.append(paths) or start(paths))
    return found


def test_an_engine_is_started_once_for_a_sight_of_a_version(people, started):
    masked = {"base.people": lake.Mount(columns={"name": "left(name, 1)"})}
    for _time in range(3):
        assert lake.ask("SELECT max(name) AS n FROM base.people", everything=True).table["n"].to_pylist() == [
            "王芳"
        ]
        assert lake.ask("SELECT max(name) AS n FROM base.people", mounts=masked).table["n"].to_pylist() == [
            "王"
        ]
        with pytest.raises(lake.QuestionFailed):
            lake.ask("SELECT id FROM base.people", mounts=masked)
    assert len(started) == 2


def test_another_version_filter_or_limit_is_another_engine(people, started, monkeypatch):
    sql = "SELECT count(*) AS n FROM base.people"
    some = lake.Mount(where="id = 'P1'")
    assert lake.ask(sql, everything=True).table["n"].to_pylist() == [2]
    assert lake.ask(sql, mounts={"base.people": some}).table["n"].to_pylist() == [1]
    lake.write("base.people", pa.table({"id": ["P3"], "name": ["赵敏"], "age": [50]}))
    assert lake.ask(sql, everything=True).table["n"].to_pylist() == [1]
    monkeypatch.setenv("HUICHENG_MEMORY", "100MB")
    assert lake.ask(sql, everything=True).table["n"].to_pylist() == [1]
    assert len(started) == 4


def test_an_engine_that_failed_while_it_read_is_not_asked_again(people, started):
    sql = "SELECT CAST(name AS INTEGER) FROM base.people"
    for _time in range(2):
        with pytest.raises(lake.QuestionFailed):
            lake.ask(sql, everything=True)
    assert len(started) == 2


def test_two_who_ask_at_once_have_an_engine_each(people, started):
    streams = [lake.stream("SELECT id FROM base.people", everything=True) for _who in range(2)]
    assert [next(one).num_rows for one in streams] == [0, 0]
    assert [sum(batch.num_rows for batch in one) for one in streams] == [2, 2]
    assert len(started) == 2


def test_what_a_page_left_unread_is_no_part_of_the_next_answer(people, started):
    for _time in range(2):
        assert (
            lake.ask("SELECT id FROM base.people, range(100000)", limit=1, everything=True).table.num_rows
            == 1
        )
    assert len(started) == 1


def test_the_engine_itself_would_refuse_what_the_judge_let_through(people, tmp_path):
    from huicheng.lake.engine import closed_connection

    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    engine = closed_connection(lake.files("base.people"))
    with pytest.raises(Exception, match=r"(?i)permission|disabled"):
        engine.execute(f"SELECT * FROM read_csv('{secret}')")
    with pytest.raises(Exception, match=r"(?i)cannot|disabled"):
        engine.execute("SET enable_external_access = true")


def test_tables_are_found_wherever_they_hide():
    sql = "WITH a AS (FROM raw.x) SELECT (SELECT max(n) FROM raw.y) FROM a WHERE EXISTS (FROM raw.z, a)"
    assert lake.tables_in(sql) == ["raw.x", "raw.y", "raw.z"]


def test_a_question_may_stand_in_a_file(people, tmp_path):
    path = Path(tmp_path / "people.sql")
    path.write_text("-- 人数\nSELECT count(*) AS n FROM base.people\n", encoding="utf-8")
    assert lake.ask(path, everything=True).table["n"].to_pylist() == [2]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_no_value_breaks_out_of_its_quotes(people, value):
    if "\x00" in value:
        return
    mount = lake.Mount(where=f"name = {lake.literal(value)}")
    assert lake.ask("SELECT * FROM base.people", mounts={"base.people": mount}).table.num_rows in (0, 1)
