"""A grant for statistics only answers sums over groups that nobody can be told from, and nothing else."""

from datetime import timedelta

import pyarrow as pa
import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from huicheng.exchange import api as exchange
from huicheng.exchange.aggregating import hidden_cells
from huicheng.exchange.api import ask
from huicheng.exchange.tests.town import HE, PURPOSE, granted, publish_files, wanted
from huicheng.ground.api import events

pytestmark = pytest.mark.django_db
COLUMNS = ("name", "sex", "updated_on", "birth_date")


@pytest.fixture
def statistics():
    """Forty files, twenty of either sex, brought up to date on four days; two on a day that nobody else has."""
    spec = exchange.resource("health_files")
    day = timezone.localdate()
    rows = []
    for place in range(42):
        known = {
            "file_no": f"JK{place:04d}", "name": f"秘密{place}", "id_number": f"2101021960010{place:05d}",
            "sex": "12"[place % 2], "updated_on": day - timedelta(days=place % 4 if place < 40 else 9),
        }  # fmt: skip
        rows.append({f.name: known.get(f.name) for f in spec.fields})
    layout = pa.schema([(f.name, pa.date32() if f.kind == "date" else pa.string()) for f in spec.fields])
    exchange.publish_table("health_files", pa.Table.from_pylist(rows, schema=layout))
    return granted(exchange.Terms(smallest_group=5), columns=COLUMNS, plain=(), aggregate_only=True)


def told(sql: str, **params) -> list[dict]:
    return ask(sql, HE, purpose=PURPOSE, params=params).table.to_pylist()


def test_a_total_and_its_parts_are_exact(statistics):
    assert told("SELECT count(*) AS n FROM raw.health_files") == [{"n": 42}]
    by_sex = told("SELECT sex, count(*) AS n FROM raw.health_files GROUP BY sex ORDER BY 1")
    assert by_sex == [{"sex": "1", "n": 21}, {"sex": "2", "n": 21}]


def test_a_small_group_is_left_out_and_one_beside_it_so_that_nobody_can_subtract(statistics):
    days = told("SELECT updated_on, count(*) AS n FROM raw.health_files GROUP BY 1")
    assert [one["n"] for one in days] == [10, 10, 10]


@pytest.mark.parametrize("columns", [("name", "updated_on"), ("name", "sex", "updated_on")])
def test_a_grants_row_filter_needs_no_granted_column(statistics, columns):
    only_men = (exchange.Condition("sex", "=", "1"),)
    granted(exchange.Terms(smallest_group=5, filter=only_men), columns=columns, plain=(), aggregate_only=True)
    assert told("SELECT count(name) AS n FROM raw.health_files") == [{"n": 21}]


def test_a_row_filter_may_look_at_a_granted_text_that_is_personal(statistics):
    names = tuple(f"秘密{place}" for place in range(10))
    granted(
        exchange.Terms(smallest_group=5, filter=(exchange.Condition("name", "in", names),)),
        columns=COLUMNS, plain=(), aggregate_only=True,
    )  # fmt: skip
    assert told("SELECT sex, count(*) AS n FROM raw.health_files GROUP BY sex ORDER BY 1") == [
        {"sex": "1", "n": 5},
        {"sex": "2", "n": 5},
    ]


def test_a_filter_that_would_leave_out_a_small_group_silently_is_refused(statistics):
    with pytest.raises(exchange.OnlyAggregates, match="放进 GROUP BY"):
        told("SELECT count(*) AS n FROM raw.health_files WHERE updated_on < DATE '2100-01-01'")


def test_a_filter_between_large_groups_passes(statistics):
    assert told("SELECT count(*) AS n FROM raw.health_files AS h WHERE h.sex = $sex", sex="1") == [{"n": 21}]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM raw.health_files",
        "SELECT name FROM raw.health_files",
        "SELECT sex FROM raw.health_files",
        "SELECT name, count(*) FROM raw.health_files GROUP BY name",
        "SELECT name, count(*) FROM raw.health_files GROUP BY 1",
        "SELECT sex, count(*) FROM raw.health_files GROUP BY ALL",
        "SELECT count(*) FROM raw.health_files WHERE name = '秘密3'",
        "SELECT count(*) FROM raw.health_files WHERE sex = '1' AND name LIKE '秘密%'",
        "SELECT count(*) FROM raw.health_files WHERE upper(sex) = '1'",
        "SELECT count(*) FROM raw.health_files WHERE address = 'x'",
        "SELECT min(updated_on) FROM raw.health_files",
        "SELECT max(name) FROM raw.health_files",
        "SELECT list(name) FROM raw.health_files",
        "SELECT string_agg(name, ',') FROM raw.health_files",
        "SELECT any_value(sex) FROM raw.health_files",
        "SELECT count(*) FILTER (WHERE name = '秘密3') FROM raw.health_files",
        "SELECT sum(CASE WHEN name = '秘密3' THEN 1 ELSE 0 END) FROM raw.health_files",
        "SELECT count(DISTINCT name) FROM raw.health_files",
        "SELECT count(*) OVER () FROM raw.health_files",
        "SELECT count(*) + 0 FROM raw.health_files",
        "SELECT sex, count(*) FROM raw.health_files GROUP BY sex HAVING count(*) > 20",
        "SELECT sex, count(*) FROM raw.health_files GROUP BY ROLLUP (sex)",
        "SELECT DISTINCT sex FROM raw.health_files",
        "SELECT count(*) FROM raw.health_files a JOIN raw.health_files b ON a.sex = b.sex",
        "SELECT count(*) FROM raw.health_files, raw.health_files b",
        "SELECT count(*) FROM raw.health_files a JOIN base.districts b ON a.sex = b.code",
        "SELECT count(*) FROM (SELECT * FROM raw.health_files WHERE name = 'x') t",
        "WITH t AS (SELECT * FROM raw.health_files) SELECT count(*) FROM t",
        "SELECT count(*) FROM raw.health_files WHERE sex IN (SELECT sex FROM raw.health_files WHERE name = 'x')",
        "SELECT count(*) FROM raw.health_files UNION ALL SELECT count(*) FROM raw.health_files",
        "SELECT (SELECT name FROM raw.health_files LIMIT 1), count(*) FROM raw.health_files",
        "SELECT count(*) FROM raw.health_files USING SAMPLE 1 ROWS",
        "SELECT count(*) FROM raw.health_files TABLESAMPLE 10%",
        "SELECT count(name) AS sex FROM raw.health_files WHERE sex = 3",
        "SELECT sex AS name, count(*) FROM raw.health_files GROUP BY sex",
        "SELECT sex, count(*) FROM raw.health_files GROUP BY sex ORDER BY any_value(name)",
        "SELECT sex, count(*) FROM raw.health_files AS t(sex, name) GROUP BY sex",
        "SELECT health_files FROM raw.health_files GROUP BY 1",
        "SELECT count(sex ORDER BY name) FROM raw.health_files",
        "SELECT sum(hash(name)) FROM raw.health_files",
        "SELECT avg(id_number) FROM raw.health_files",
        "FROM raw.health_files",
        "SELECT COLUMNS('n.*') FROM raw.health_files",
        "PIVOT raw.health_files ON sex USING count(*)",
        "SELECT count(*) FROM raw.health_files LIMIT (SELECT count(*) FROM raw.health_files WHERE name = 'x')",
        "SELECT sex, count(*) FROM raw.health_files GROUP BY sex QUALIFY row_number() OVER () = 1",
    ],
)  # fmt: skip
def test_what_is_not_certainly_a_sum_over_groups_is_refused(statistics, sql):
    from huicheng.lake.api import QuestionRefused

    with pytest.raises((exchange.AccessDenied, QuestionRefused)):
        told(sql)


def test_the_refusal_is_in_the_audit(statistics):
    with pytest.raises(exchange.OnlyAggregates, match="只能对这一张表"):
        told("SELECT name FROM raw.health_files")
    assert events(kind="exchange.AccessRefused")[0].data["reason"] == "授权只用于统计"


def test_an_export_is_no_sum(statistics):
    with pytest.raises(exchange.OnlyAggregates):
        exchange.export("health_files", HE, form="csv", purpose=PURPOSE)


def test_a_table_of_too_few_is_not_counted_at_all():
    publish_files(12)
    granted(columns=COLUMNS, plain=(), aggregate_only=True)
    with pytest.raises(exchange.OnlyAggregates, match="不足 20 个"):
        told("SELECT count(*) FROM raw.health_files")


def test_nobody_lowers_the_group_below_the_rule():
    publish_files()
    asked = exchange.request_access("health_files", HE, wanted(aggregate_only=True))
    from huicheng.exchange.tests.town import SUN

    with pytest.raises(exchange.WrongApplication, match="5 到"):
        exchange.approve_application(asked.id, SUN, exchange.Terms(smallest_group=2))


cells = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["x", "y", "z", None])),
    st.integers(1, 40),
    max_size=16,
)


@settings(max_examples=500)
@given(cells, st.integers(2, 25))
def test_what_is_hidden_of_any_line_is_nothing_or_enough(found, least):
    """So no total, along any column or several, gives a small cell away by what is shown of it."""
    hidden = hidden_cells(found, least, unique=True)
    assert all(found[cell] >= least for cell in found if cell not in hidden)
    for axis in (0, 1):
        for value in {cell[axis] for cell in found}:
            line = [cell for cell in found if cell[axis] == value]
            gone = sum(found[cell] for cell in line if cell in hidden)
            assert not gone or gone >= least or all(cell in hidden for cell in line)


@settings(max_examples=500)
@given(cells, st.integers(2, 25))
def test_where_people_stand_in_several_rows_a_whole_large_cell_is_hidden_beside_a_small_one(found, least):
    hidden = hidden_cells(found, least, unique=False)
    for axis in (0, 1):
        for value in {cell[axis] for cell in found}:
            line = [cell for cell in found if cell[axis] == value]
            gone = [found[cell] for cell in line if cell in hidden]
            assert not gone or max(gone) >= least or len(gone) == len(line)
