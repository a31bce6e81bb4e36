"""A question as the engine's own tree, to be read, added to and written back as SQL."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from huicheng.lake import api as lake

Tree = dict[str, Any]
# Short forms of plain functions; others, like wavg, hide a sum. ``unnest`` makes several rows of one.
PLAIN = frozenset({
    "unnest", "nullif", "if", "split_part", "fdiv", "fmod", "days_in_month", "date_add", "array_to_string",
    "array_append", "array_prepend", "array_reverse", "list_append", "list_prepend", "list_reverse", "list_any_value",
    "list_avg", "list_count", "list_first", "list_last", "list_max", "list_median", "list_min", "list_mode", "list_sum",
})  # fmt: skip


class Untraceable(Exception):
    """Nobody can say for sure whose rows stand behind this answer."""


_parsed = functools.lru_cache(maxsize=512)(lake.tree_of)


def parse(sql: str) -> Tree:
    told = json.loads(_parsed(sql))
    if told.get("error", True) or len(told["statements"]) != 1:
        raise Untraceable("not one SELECT")
    return dict(told["statements"][0])


def written(node: Tree) -> str:
    whole = {"error": False, "statements": [{"node": node, "named_param_map": []}]}
    told = lake.sql_of(json.dumps(whole))
    if not told:
        raise Untraceable("the tree cannot be written back")
    return told


def expression(text: str, parts: Mapping[str, Tree] | None = None) -> Tree:
    """An expression's tree; a column called like one of ``parts`` stands for that tree."""
    return _put(parse(f"SELECT {text}")["node"]["select_list"][0], parts or {})


def _put(tree: Any, parts: Mapping[str, Tree]) -> Any:
    if isinstance(tree, list):
        return [_put(one, parts) for one in tree]
    if not isinstance(tree, dict):
        return tree
    if tree.get("type") == "COLUMN_REF" and tree["column_names"][-1] in parts:
        return copy.deepcopy(parts[tree["column_names"][-1]])
    return {name: _put(one, parts) for name, one in tree.items()}


def nodes(tree: Any) -> Iterator[Tree]:
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def own_nodes(tree: Any) -> Iterator[Tree]:
    """The same without what stands inside a subquery."""
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(inner for name, inner in one.items() if name != "subquery")
        elif isinstance(one, list):
            waiting.extend(one)


def common_tables(node: Tree) -> list[Tree]:
    return list((node.get("cte_map") or {}).get("map") or [])


@functools.cache
def scalars() -> frozenset[str]:
    """The functions known to see one row only: the engine's own, and what is made of nothing but them."""
    engine = lake.connection(memory="64MB", threads_limit=1)
    try:
        asked = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'scalar'"
        return frozenset(str(row[0]) for row in engine.execute(asked).fetchall()) | PLAIN
    finally:
        engine.close()
