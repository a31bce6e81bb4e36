"""Whom an answer disclosed: never fewer than those whose row it depends on."""

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huicheng.exchange.api import ask, resource
from huicheng.exchange.evidence.models import Traced
from huicheng.exchange.evidence.reading import Admitted, read
from huicheng.exchange.evidence.sets import key_of
from huicheng.exchange.policy import decide
from huicheng.exchange.tests.twelve import HAN, WANG, person

pytestmark = pytest.mark.django_db


def read_as(sql, actor=HAN, *, limit=None, params=None):
    spec = resource("base.people")
    return read(
        sql, params, {"base.people": Admitted(spec, decide(spec, actor, "核对", statistic=True))}, limit
    )


def disclosed(sql, actor=HAN, *, limit=None, params=None) -> set[int]:
    """The places of those in the set."""
    Traced.objects.all().delete()  # what was found before would be named by its set alone
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


SUN_YUE = "district = '210123'"
JOINED = "(SELECT 1 AS one) w"
# Each lets the one person of a district through by a sum that large cells surround; nothing in it names him.
DOORS = [
    f"SELECT geomean(CASE WHEN {SUN_YUE} THEN 2 ELSE 1 END) AS v FROM base.people",
    f"SELECT wavg(length(school), CASE WHEN {SUN_YUE} THEN 1 ELSE 0 END) AS v FROM base.people",
    f"SELECT weighted_avg(1, CASE WHEN {SUN_YUE} THEN 1 ELSE 0 END) AS v FROM base.people",
    f"SELECT sex, count(*) AS n FROM base.people GROUP BY 1 ORDER BY max(CASE WHEN {SUN_YUE} THEN 1 ELSE 0 END) LIMIT 1",
    f"SELECT sex, count(*) AS n FROM base.people GROUP BY 1 ORDER BY count(*) FILTER (WHERE {SUN_YUE}) DESC LIMIT 1",
    "SELECT sex, count(*) AS n FROM base.people GROUP BY 1 ORDER BY row_number() OVER (ORDER BY max(district)) LIMIT 1",
    "SELECT count(*) AS n, (SELECT max(p.district)) AS v FROM base.people p",
    "SELECT count(*) AS n FROM base.people p HAVING (SELECT max(p.district)) > '2'",
    f"SELECT sum(x) AS n FROM (SELECT CASE WHEN {SUN_YUE} THEN 1 ELSE 0 END AS x FROM base.people)",
    f"WITH a AS (SELECT {SUN_YUE} AS x FROM base.people) SELECT count(DISTINCT x) AS n FROM a",
    "SELECT sum(CASE WHEN district < '210123' THEN 0 WHEN sex < '3' THEN 1 ELSE 0 END) AS n FROM base.people",
    "SELECT sum(CASE WHEN sex = '2' THEN 1 ELSE 0 END) FILTER (WHERE district > '210102') AS n FROM base.people",
    f"SELECT count(*) AS n FROM base.people GROUP BY GROUPING SETS ((), ({SUN_YUE}))",
    "SELECT district, count(*) AS n FROM base.people GROUP BY ROLLUP (district)",
    f"SELECT DISTINCT ON (sex) sex, count(*) AS n FROM base.people GROUP BY sex, {SUN_YUE} ORDER BY sex, n",
    f"SELECT sex, count(*) AS n FROM base.people GROUP BY 1 QUALIFY max(max({SUN_YUE})) OVER () ",
    "SELECT list_max(list(district)) AS v FROM base.people",
    "SELECT count(DISTINCT district ORDER BY district) AS n, string_agg(district, ',') AS v FROM base.people",
    f"SELECT sum(DISTINCT CASE WHEN {SUN_YUE} THEN 1 ELSE 0 END) AS v FROM base.people",
    f"SELECT 1 AS v WHERE (SELECT count(*) FROM base.people WHERE {SUN_YUE}) = 1",
    f"SELECT v FROM (SELECT 1 AS v) x WHERE v IN (SELECT count(*) FROM base.people WHERE {SUN_YUE})",
    f"SELECT v FROM (SELECT 1 AS v) x, LATERAL (SELECT count(*) AS n FROM base.people WHERE {SUN_YUE} AND v = 1)",
    f"SELECT count(*) AS n FROM base.people WHERE {SUN_YUE} INTERSECT SELECT 1",
    f"SELECT count(*) AS n FROM (SELECT district FROM base.people WHERE {SUN_YUE} LIMIT 1)",
    "WITH a AS (SELECT district AS d FROM base.people), b AS (SELECT d FROM a) SELECT * FROM (WITH a AS "
    "(SELECT 1 AS d) SELECT max(d) AS v FROM b)",
    f"SELECT p.n FROM (SELECT 1 AS n) p JOIN {JOINED} ON p.n = (SELECT count(*) FROM base.people WHERE {SUN_YUE})",
    f"SELECT p.n FROM (SELECT 1 AS n) p LEFT JOIN {JOINED} ON (SELECT max({SUN_YUE}) FROM base.people) = (p.n = 1)",
    f"SELECT * FROM (VALUES ((SELECT max(district) FROM base.people WHERE {SUN_YUE}))) t",
    f"SELECT * FROM unnest((SELECT list(district) FROM base.people WHERE {SUN_YUE})) t",
    "SELECT unnamed_subquery FROM (SELECT district FROM base.people)",
    "SELECT base.people FROM base.people",
    "PIVOT (SELECT sex, district FROM base.people) ON district IN ('210102', '210123') USING count(*)",
]  # fmt: skip


@pytest.mark.parametrize("sql", DOORS)
def test_no_sum_lets_one_person_through_unnamed(people, sql):
    assert 11 in disclosed(sql)


POSITIONS = {
    "filter": "SELECT {sum} FILTER (WHERE {cut}) AS v FROM base.people p",
    "having": "SELECT count(*) AS v FROM base.people p HAVING {sum} FILTER (WHERE {cut}) IS NOT NULL",
    "where": "SELECT {sum} AS v FROM base.people p WHERE {cut}",
    "order": "SELECT sex, count(*) AS v FROM base.people p GROUP BY 1 ORDER BY {sum} FILTER (WHERE {cut}) LIMIT 1",
    "group": "SELECT {cut} AS c, {sum} AS v FROM base.people p GROUP BY ALL",
    "joined": "SELECT {sum} AS v FROM base.people p JOIN (SELECT 1 AS one) w ON {cut}",
    "both": "SELECT {sum} AS v FROM base.people p WHERE {cut} GROUP BY p.school HAVING count(*) > 0",
}
SUMS_OF = ("count(*)", "count(p.sex)", "max(p.sex)", "count(DISTINCT p.school)", "list(p.sex)",
           "count_if(p.sex < '3')", "sum(CASE WHEN p.sex < '3' THEN 1 ELSE 0 END)", "mode(p.sex)")  # fmt: skip
CUTS = ("p.district = '210123'", "p.district > '210103'", "NOT p.district <= '210103'", "p.district LIKE '%123'",
        "list_contains(['210123'], p.district)", "p.district NOT IN ('210102', '210103')",
        "coalesce(p.district, '') = '210123'", "CASE p.district WHEN '210123' THEN true ELSE false END")  # fmt: skip
WRAPS = ("{0}", "SELECT * FROM ({0}) x", "WITH s AS ({0}) SELECT v FROM s", "SELECT 1 AS one WHERE EXISTS ({0})",
         "SELECT q.one FROM (SELECT 1 AS one) q JOIN (SELECT 2 AS two) r ON EXISTS ({0})", "{0} UNION ALL {0}",
         "SELECT x.v, y.v AS w FROM ({0}) x CROSS JOIN ({0}) y", "SELECT (SELECT count(v) FROM ({0})) AS n")  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(POSITIONS)),
    st.sampled_from(SUMS_OF),
    st.sampled_from(CUTS),
    st.sampled_from(WRAPS),
)
def test_wherever_one_person_is_cut_out_he_is_named(people, position, sum_of, cut, wrap):
    step = POSITIONS[position].format(sum=sum_of, cut=cut)
    if "UNION" in wrap:
        step = f"(SELECT * FROM ({step}))"
    assert 11 in disclosed(wrap.format(step))


def test_named_in_using_is_named(people):
    five = "(VALUES ('P000000000001'), ('P000000000002'), ('P000000000003'), ('P000000000004'), ('P000000000005'))"
    asked = (
        f"SELECT count(*) AS n FROM base.people p JOIN (SELECT col0 AS base_id FROM {five}) w USING (base_id)"
    )
    assert disclosed(asked) == {0, 1, 2, 3, 4}


def test_a_column_called_like_its_table_points_at_nobody(people):
    by_sex = "SELECT sex, count(*) AS people FROM base.people GROUP BY 1"
    assert disclosed(f"{by_sex} ORDER BY people DESC") == set()
    assert disclosed(f"WITH x AS ({by_sex}) SELECT x.people, max(people) AS most FROM x GROUP BY 1") == set()


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
    mounts = {"base.people": mount_of(spec, decide(spec, HAN, "核对", statistic=True))}
    plain, answer = lake.ask(sql, mounts=mounts).table, read_as(sql)[0].table
    assert answer.schema == plain.schema
    assert sorted(map(repr, answer.to_pylist())) == sorted(map(repr, plain.to_pylist()))


@pytest.mark.parametrize("sql", ["SELECT __s0 FROM base.people", 'SELECT "__s100" AS x FROM base.people p'])
def test_nobody_reads_the_hidden_columns(people, sql):
    from huicheng.lake.api import QuestionFailed

    with pytest.raises(QuestionFailed):
        ask(sql, HAN, purpose="好奇")
