"""Whom an answer disclosed: never fewer than those whose row it depends on."""

import duckdb
import pytest

from huicheng.exchange.api import ask, resource
from huicheng.exchange.evidence.reading import Admitted, read
from huicheng.exchange.evidence.sets import key_of
from huicheng.exchange.policy import decide
from huicheng.exchange.tests.twelve import MAYOR, WANG, person

pytestmark = pytest.mark.django_db


def read_as(sql, actor=MAYOR, *, limit=None, params=None):
    spec = resource("base.people")
    return read(sql, params, {"base.people": Admitted(spec, decide(spec, actor, "核对"))}, limit)


def disclosed(sql, actor=MAYOR, *, limit=None, params=None) -> set[int]:
    """The places of those in the set."""
    keys = set(read_as(sql, actor, limit=limit, params=params)[1].keys.tolist())
    return {place for place in range(12) if key_of(f"P{place + 1:012d}") in keys}


EVERYBODY = set(range(12))


def test_rows_disclose_exactly_whose_they_are(people):
    assert disclosed("SELECT sex FROM base.people WHERE district = '210103'") == {6, 7, 8, 9, 10}


def test_a_page_discloses_only_whom_it_shows(people):
    assert disclosed("SELECT sex FROM base.people ORDER BY base_id", limit=2) == {0, 1}
    assert disclosed("SELECT sex FROM base.people ORDER BY base_id LIMIT 3") == {0, 1, 2}


def test_a_resident_discloses_himself_to_himself(people):
    assert disclosed("SELECT * FROM base.people", WANG) == {0}


def test_a_parameter_counts_as_what_it_is_given(people):
    assert disclosed("SELECT sex FROM base.people WHERE school = $s", params={"s": "S0"}) == {0, 3, 6, 9}


def test_sums_over_many_disclose_nobody(people):
    assert disclosed("SELECT count(*) AS n FROM base.people") == set()
    assert disclosed("SELECT count(DISTINCT household_no) AS n FROM base.people") == set()


def test_a_cell_of_one_discloses_him_and_the_large_ones_nobody(people):
    assert disclosed("SELECT district, count(*) AS n FROM base.people GROUP BY 1") == {11}


def test_a_step_before_the_sum_changes_nothing(people):
    sql = "WITH living AS (SELECT district AS d, sex FROM base.people) SELECT d, count(*) AS n FROM living GROUP BY d"
    assert disclosed(sql) == {11}


@pytest.mark.parametrize("cut", [
    "sum(CASE WHEN district = '210123' THEN 1 ELSE 0 END)", "count(*) FILTER (WHERE district = '210123')",
    "count_if(district = '210123')", "avg(CASE WHEN district <> '210123' THEN 1.0 ELSE 0.0 END)",
])  # fmt: skip
def test_a_condition_inside_a_sum_is_a_cell_too(people, cut):
    assert 11 in disclosed(f"SELECT {cut} AS n FROM base.people")


@pytest.mark.parametrize(
    "sum_of", ["max(school)", "list(sex)", "arg_max(sex, school)", "sum(CAST(sex = '1' AS INT))"]
)
def test_a_sum_that_lets_one_value_through_discloses_all_that_went_in(people, sum_of):
    assert disclosed(f"SELECT {sum_of} AS v FROM base.people WHERE district = '210103'") == {6, 7, 8, 9, 10}


def test_a_sum_that_points_at_one_person_is_no_sum(people):
    asked = "SELECT count(*) AS n FROM base.people WHERE base_id = 'P000000000005'"
    assert disclosed(asked) == {4}
    pointing = "SELECT sum(CASE WHEN base_id = 'P000000000005' THEN 1 ELSE 0 END) AS n FROM base.people"
    assert 4 in disclosed(pointing)


# Each is another road from a row to an answer; what depends on a row discloses its person.
ROADS = [
    "SELECT name FROM base.people p WHERE sex = '1'",
    "SELECT * FROM base.people",
    "SELECT p.* FROM base.people p WHERE p.school = 'S1'",
    "SELECT DISTINCT school FROM base.people WHERE district = '210102'",
    "SELECT school FROM base.people GROUP BY school",
    "SELECT name, row_number() OVER (ORDER BY name) AS n FROM base.people WHERE sex = '2'",
    "SELECT name FROM base.people QUALIFY row_number() OVER (PARTITION BY school ORDER BY name) = 1",
    "SELECT a.name, b.name AS other FROM base.people a JOIN base.people b USING (household_no) WHERE a.base_id < b.base_id",
    "SELECT a.name, b.school FROM base.people a LEFT JOIN base.people b ON a.base_id = b.household_no",
    "SELECT a.name FROM base.people a SEMI JOIN base.people b ON a.school = b.school",
    "SELECT name FROM base.people NATURAL JOIN (SELECT DISTINCT school FROM base.people)",
    "SELECT name FROM base.people UNION ALL SELECT school FROM base.people",
    "SELECT name FROM base.people WHERE school IN (SELECT school FROM base.people WHERE sex = '1')",
    "SELECT (SELECT max(name) FROM base.people) AS top",
    "SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM base.people WHERE base_id = 'P000000000003')",
    "SELECT p FROM base.people p WHERE sex = '1'",
    "SELECT to_json(p) AS j FROM base.people p",
    "SELECT struct_pack(a := name, b := school) AS s FROM base.people",
    "SELECT COLUMNS('name|sex') FROM base.people",
    "SELECT string_agg(name, '、' ORDER BY name) AS names FROM base.people",
    "SELECT histogram(school) AS h FROM base.people",
    "SELECT unnest([name, school]) AS v FROM base.people",
    "SELECT x.n FROM (SELECT name AS n, sex FROM base.people) x WHERE x.sex = '1'",
    "WITH a AS (SELECT * FROM base.people), b AS (SELECT * FROM a WHERE sex = '2') SELECT name FROM b ORDER BY name LIMIT 2",
    "WITH RECURSIVE r AS (SELECT name, 1 AS n FROM base.people UNION ALL SELECT name, n + 1 FROM r WHERE n < 2) SELECT name FROM r",
    "SELECT school, first(name ORDER BY name) AS f FROM base.people GROUP BY ALL",
    "SELECT district, count(*) AS n FROM base.people GROUP BY district HAVING max(name) > '李'",
    "SELECT t.n FROM base.people p, LATERAL (SELECT p.name AS n) t",
    "SELECT * FROM base.people PIVOT (max(name) FOR sex IN ('1', '2') GROUP BY district)",
    "UNPIVOT (SELECT name, school FROM base.people) ON name, school INTO NAME what VALUE v",
    "SELECT name FROM base.people USING SAMPLE 100%",
    "SELECT #1 FROM (SELECT name FROM base.people)",
    "SELECT n FROM base.people AS p(a, b, n)",
    "FROM base.people SELECT name",
    "SELECT name FROM base.people ORDER BY ALL",
    "SELECT hash(name) AS h, md5(school) AS m FROM base.people WHERE school = 'S2'",
    "SELECT count(*) AS n, sex FROM base.people WHERE name LIKE '王%' GROUP BY sex",
    "SELECT approx_quantile(length(name), 0.5) AS q FROM base.people",
    "SELECT list(DISTINCT school) AS l FROM base.people GROUP BY household_no",
    "SELECT mode(school) AS m FROM base.people GROUP BY sex",
]


def answers(sql, people):
    engine = duckdb.connect(":memory:")
    engine.execute("SET threads = 1")
    columns = ", ".join(f"{name} VARCHAR" for name in [f.name for f in resource("base.people").fields])
    engine.execute(
        f"CREATE SCHEMA base; CREATE TABLE base.people ({columns.replace('rows ', chr(34) + 'rows' + chr(34) + ' ')})"
    )
    for one in people:
        named = ", ".join(one)
        engine.execute(
            f"INSERT INTO base.people ({named}) VALUES ({', '.join('?' * len(one))})", list(one.values())
        )
    found = engine.execute(sql).fetchall()
    engine.close()
    return sorted(map(repr, found))


@pytest.mark.parametrize("sql", ROADS)
def test_whoever_the_answer_depends_on_is_disclosed(people, sql):
    everybody = [person(place) for place in range(12)]
    whole = answers(sql, everybody)
    needed = {n for n in EVERYBODY if answers(sql, everybody[:n] + everybody[n + 1 :]) != whole}
    assert needed <= disclosed(sql)


@pytest.mark.parametrize("sql", ROADS)
def test_the_answer_is_what_it_would_be_without_evidence(people, sql):
    from huicheng.exchange.policy import mount_of
    from huicheng.lake import api as lake

    spec = resource("base.people")
    mounts = {"base.people": mount_of(spec, decide(spec, MAYOR, "核对"))}
    plain, answer = lake.ask(sql, mounts=mounts).table, read_as(sql)[0].table
    assert answer.schema == plain.schema
    assert sorted(map(repr, answer.to_pylist())) == sorted(map(repr, plain.to_pylist()))


@pytest.mark.parametrize("sql", ["SELECT __s0 FROM base.people", 'SELECT "__s100" AS x FROM base.people p'])
def test_nobody_reads_the_hidden_columns(people, sql):
    from huicheng.lake.api import QuestionFailed

    with pytest.raises(QuestionFailed):
        ask(sql, MAYOR, purpose="好奇")
