"""What a question may contain, judged on the tree of the engine that will run it.

A second parser would disagree with DuckDB somewhere, and that somewhere would be the way in.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from huicheng.lake.engine import lent_connection, locked, small_engine

TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series"})
# These reach past the mounted tables and the rows asked for: settings, sequences, other statements, variables of the
# process, what the engine keeps of a column or of questions before; or they say a value where no answer is.
FORBIDDEN = frozenset({
    "getenv", "current_setting", "getvariable", "nextval", "currval", "query", "query_table", "read_text",
    "read_blob", "write_log", "current_database", "current_schemas", "txid_current", "pg_get_viewdef",
    "error", "assert_true", "stats", "vector_type", "sleep_ms",
    "setseed", "current_query_id", "current_connection_id", "current_transaction_id",
    "json_execute_serialized_sql", "json_serialize_sql", "json_serialize_plan", "json_deserialize_sql",
})  # fmt: skip
SYSTEM_NAMES = ("duckdb_", "pg_", "sqlite_", "pragma_", "information_schema", "empty of ")
LONGEST = 100_000


class QuestionRefused(Exception):
    """Not one plain SELECT over named tables."""


@dataclass(frozen=True)
class Question:
    """``points``: columns, in lower case, that must equal a parameter for a row of its only table to matter."""

    sql: str
    tables: tuple[str, ...]
    params: frozenset[str]
    points: tuple[tuple[str, str], ...] = ()


@functools.lru_cache(maxsize=512)
def judge(sql: str) -> Question:
    if len(sql) > LONGEST:
        raise QuestionRefused(f"the question is {len(sql):,} characters long; {LONGEST:,} are allowed")
    trees = _trees(sql)
    if len(trees) != 1:
        raise QuestionRefused(f"one SELECT is allowed, this text holds {len(trees)}")
    nodes = list(_nodes(trees[0]))
    common = {entry["key"].lower() for node in nodes for entry in _common_tables(node)}
    for shadow in sorted(common):
        if shadow.startswith(SYSTEM_NAMES):
            raise QuestionRefused(f"{shadow} is a system name: call the step something else")
    tables = {found for node in nodes if (found := _table(node, common))}
    for node in nodes:
        _check(node)
    names = {str(entry["key"]) for entry in trees[0].get("named_param_map", [])}
    points = tuple(_points(trees[0]["node"], nodes))
    return Question(sql, tuple(sorted(tables)), frozenset(names | _dollar_names(nodes)), points)


def tree_of(sql: str) -> str:
    """The engine's own tree of a question, as JSON; of what is no question, what is wrong with it."""
    with _bare_engine() as engine:
        row = engine.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
    return str(row[0]) if row else '{"error": true}'


def sql_of(tree: str) -> str:
    """The question of a tree."""
    with _bare_engine() as engine:
        row = engine.execute("SELECT json_deserialize_sql(?::JSON)", [tree]).fetchone()
    return str(row[0]) if row and row[0] else ""


@contextmanager
def _bare_engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """For what is asked of words alone: nothing stands in it. Starting one takes longer than reading a question."""
    with lent_connection("", lambda: locked(small_engine())) as engine:
        yield engine


def _trees(sql: str) -> list[dict[str, Any]]:
    try:
        told: dict[str, Any] = json.loads(tree_of(sql))
    except duckdb.Error as error:
        raise QuestionRefused(f"this is not SQL: {error}") from error
    if told["error"]:
        raise QuestionRefused(f"only one SELECT is allowed: {told.get('error_message', '')}{_position(sql)}")
    return list(told["statements"])


def _position(sql: str) -> str:
    """sqlglot says where it stopped; DuckDB's serialiser does not."""
    import sqlglot  # slow to load, and only a mistake needs it

    try:
        sqlglot.parse(sql, dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        return f" ({str(error).splitlines()[0]})"
    return ""


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _common_tables(node: dict[str, Any]) -> list[dict[str, Any]]:
    found = node.get("cte_map")
    return list(found["map"]) if isinstance(found, dict) else []


def _table(node: dict[str, Any], common: set[str]) -> str | None:
    if node.get("type") != "BASE_TABLE":
        return None
    catalog, schema, table = (str(node.get(f"{part}_name") or "") for part in ("catalog", "schema", "table"))
    if not schema and not catalog and table.lower() in common:
        return None
    whole = ".".join(part for part in (catalog, schema, table) if part).lower()
    if catalog or not schema or schema.lower().startswith(SYSTEM_NAMES) or node.get("at_clause"):
        raise QuestionRefused(f"{whole} is no table of the lake: write schema.table, like base.people")
    return whole


def _check(node: dict[str, Any]) -> None:
    kind = node.get("type")
    if kind == "SHOW_REF":
        raise QuestionRefused("DESCRIBE, SHOW and SUMMARIZE are not questions: write a SELECT")
    if kind == "TABLE_FUNCTION":
        called = str(node["function"].get("function_name", "?")).lower()
        if called not in TABLE_FUNCTIONS:
            raise QuestionRefused(f"the table function {called}() is not allowed: name tables of the lake")
    called = str(node.get("function_name", "")).lower()
    if called in FORBIDDEN or called.startswith(("pragma_", "duckdb_", "pg_")):
        raise QuestionRefused(f"the function {called}() is not allowed in a question")


def _dollar_names(nodes: list[dict[str, Any]]) -> set[str]:
    return {str(node["identifier"]) for node in nodes if node.get("type") == "VALUE_PARAMETER"}


def _points(node: dict[str, Any], nodes: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Of ``SELECT … FROM one_table WHERE … AND column = $value``: rows of another value never go into the answer.

    Anything else about where its rows come from, or a second table, and there are none.
    """
    source = node.get("from_table") or {}
    odd = node.get("type") != "SELECT_NODE" or _common_tables(node) or node.get("sample")
    if odd or source.get("type") != "BASE_TABLE" or source.get("sample") or source.get("column_name_alias"):
        return
    if sum(one.get("type") in ("BASE_TABLE", "SELECT_NODE") for one in nodes) != 2:
        return
    given = {str(one.get("alias") or "").lower() for one in node.get("select_list") or []}
    for part in _conjuncts(node.get("where_clause") or {}):
        sides = (
            (part.get("left") or {}, part.get("right") or {}) if part.get("type") == "COMPARE_EQUAL" else ()
        )
        for column, value in zip(sides, reversed(sides), strict=True):
            named = column.get("column_names") or []
            plain = column.get("type") == "COLUMN_REF" and value.get("type") == "VALUE_PARAMETER"
            # A name given in the select list may stand for something else than the column.
            if plain and len(named) == 1 and str(named[0]).lower() not in given:
                yield str(named[0]).lower(), str(value["identifier"])


def _conjuncts(where: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if where.get("type") != "CONJUNCTION_AND":
        yield where
        return
    for part in where.get("children") or []:
        yield from _conjuncts(part)
