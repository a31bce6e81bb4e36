"""Questions at random, and what comes of them: honest ones, odd ones, and such as try to get round the policy."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from huicheng.exchange import api as exchange
from huicheng.exchange.tests.town import HE, PURPOSE
from huicheng.exchange.tests.worlds import COLUMNS
from huicheng.ground.api import Actor
from huicheng.lake import api as lake

columns = st.sampled_from([*COLUMNS, "rowid", "_delivery", "base_id", "__s0", "__n0", "filename"])
prefixed = st.builds(lambda c, p: f"{p}{c}", columns, st.sampled_from(["", "", "t.", "raw.T.", "T."]))
# None of these depends on the order of equal rows, which is nobody's secret and differs by itself.
EXPRESSIONS = (
    "{c}", "{c}", "*", "t.*", "COLUMNS(*)", "* EXCLUDE ({c})", "* REPLACE (upper({c}) AS {c})", "count(*)",
    "count(DISTINCT {c})", "max({c})", "min({c})", "string_agg({c}, '|' ORDER BY {c})", "list({c} ORDER BY {c})",
    "upper({c})", "reverse({c})", "md5({c})", "hash({c})", "length({c})", "ascii({c})",
    "CAST({c} AS INTEGER)", "TRY_CAST({c} AS INTEGER)", "CAST({c} AS DATE)", "{c} || {d}", "t", "(t).{c}", "to_json(t)",
    "row({c}, {d})", "(SELECT max({c}) FROM raw.T)", "(SELECT count(*) FROM raw.T u WHERE u.{c} = t.{d})",
    "CASE WHEN {c} LIKE '%secret%' THEN 1 ELSE CAST('x' AS INTEGER) END", "error({c})", "stats({c})", "alias({c})",
    "typeof({c})", "current_setting('temp_directory')",
    "getenv('HOME')", "coalesce({c}, {d})", "{c} IS NULL", "struct_extract(t, '{d}')", "unnest([{c}])",
    "regexp_extract({c}, '-.*-')", "levenshtein({c}, 'kanari')",
)  # fmt: skip
SOURCES = (
    "raw.T t", "raw.T t", "raw.T t", "raw.T", "raw.T t JOIN raw.T u ON t.{c} = u.{c}", "raw.T t, raw.T u",
    "raw.T t NATURAL JOIN raw.T u", "raw.T t LEFT JOIN raw.T u USING ({c})", "(SELECT * FROM raw.T) t",
    "(SELECT {c}, {d} FROM raw.T WHERE {d} IS NOT NULL) t", "(FROM raw.T) t", "raw.T AS t({c}, {d})",
    "(SELECT * FROM raw.T UNION ALL SELECT * FROM raw.T) t", "(PIVOT raw.T ON {c} USING count(*)) t",
    "(UNPIVOT raw.T ON {c}, {d} INTO NAME n VALUE v) t", "raw.T t SEMI JOIN raw.T u ON t.{c} = u.{d}",
    "raw.T t, LATERAL (SELECT t.{c} AS x) u", "information_schema.columns t", "duckdb_columns() t", "duckdb_views() t",
    "pragma_table_info('raw.T') t", "read_parquet('**/*.parquet') t", "glob('/**') t", "'/etc/passwd' t",
    "read_csv('/etc/passwd') t", "query('SELECT * FROM raw.T') t", "query_table('raw.T') t", "sqlite_master t",
    "summary(raw.T) t", "raw.U t", "main.T t", "(SUMMARIZE raw.T) t", "(DESCRIBE raw.T) t", "parquet_metadata('x') t",
)  # fmt: skip
CONDITIONS = (
    "", "", "", "WHERE {c} LIKE 'kana%'", "WHERE {c} LIKE '%-aaaa-%'", "WHERE length({c}) > 20", "WHERE {c} = {d}",
    "WHERE CAST({c} AS INTEGER) = 1", "WHERE EXISTS (SELECT 1 FROM raw.T u WHERE u.{c} > t.{d})",
    "WHERE {c} IN (SELECT {d} FROM raw.T)", "WHERE sex = '2'", "WHERE sex <> '1' OR TRUE", "WHERE {c} IS NOT NULL OR 1=1",
    "GROUP BY {c}", "GROUP BY ALL", "GROUP BY 1 HAVING count({d}) > 0", "ORDER BY {c}",
    "WHERE 1/(CASE WHEN {c} LIKE '%aaaa%' THEN 0 ELSE 1 END) = 1", "WHERE error({c}) IS NULL", "WHERE {c} SIMILAR TO '.*a.*'",
)  # fmt: skip
WHOLE = (
    "{q}", "{q}", "{q}", "{q}", "{q}", "WITH w AS ({q}) SELECT * FROM w", "WITH RECURSIVE w AS ({q}) SELECT count(*) FROM w",
    "{q} UNION {q}", "{q} EXCEPT {q}", "SELECT count(*) FROM ({q}) z", "SELECT z FROM ({q}) z", "EXPLAIN {q}",
    "EXPLAIN ANALYZE {q}", "COPY ({q}) TO '/tmp/leak.csv'", "CREATE TABLE leak AS {q}", "CREATE MACRO m() AS TABLE {q}",
    "DESCRIBE {q}", "SUMMARIZE {q}", "{q}; {q}", "ATTACH '/tmp/leak.db'", "INSTALL httpfs", "LOAD parquet",
    "PRAGMA table_info('raw.T')", "SET enable_external_access = true", "CALL duckdb_tables()", "VALUES ((({q})))",
    "SELECT * FROM (VALUES (({q}))) v", "EXPORT DATABASE '/tmp/leak'", "PREPARE p AS {q}", "SHOW TABLES", "FROM raw.T",
    "TABLE raw.T",
)  # fmt: skip


@st.composite
def questions(draw) -> str:
    names = {"c": draw(prefixed), "d": draw(columns)}
    picked = draw(st.lists(st.sampled_from(EXPRESSIONS), min_size=1, max_size=3))
    source, condition = draw(st.sampled_from(SOURCES)), draw(st.sampled_from(CONDITIONS))
    bare = {"c": names["c"].rpartition(".")[2], "d": names["d"]}
    select = ", ".join(one.format(**names) for one in picked)
    one = f"SELECT {select} FROM {source.format(**bare)} {condition.format(**names)}"
    return draw(st.sampled_from(WHOLE)).replace("{q}", one)


def of_world(question: str, code: str) -> str:
    return re.sub(r"\braw\.T\b", f"raw.{code}", question)


def outcome(question: str, code: str, who: Actor = HE) -> str:
    """What the asker learns: the rows, whatever their order, or the refusal's words."""
    sql = of_world(question, code)
    try:
        table = exchange.ask(sql, who, purpose=PURPOSE).table
    except (exchange.AccessDenied, lake.QuestionRefused, lake.QuestionFailed, exchange.NoData) as refused:
        return f"{type(refused).__name__}: {refused}".replace(code, "T")
    rows = sorted(str(row) for row in table.to_pylist())
    return f"{table.column_names}{rows}".replace(code, "T")
