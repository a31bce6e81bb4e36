"""Whom does an answer disclose? Judged on the question's tree, and never too few.

Rows that come out as they are carry their subjects along. Where a step puts rows together, either every cell of its
sums covers many people and nothing in it points at one, or all whose rows went in are named. What cannot be followed
for sure is answered with everybody in the tables it names.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from huicheng.exchange.evidence.trees import (
    Tree,
    Untraceable,
    common_tables,
    expression,
    nodes,
    own_nodes,
    parse,
    scalars,
    written,
)
from huicheng.lake import api as lake

FEW = 5  # a cell of fewer people than this says something about each of them
HIDDEN = "__s"
JOINS = ("INNER", "LEFT", "RIGHT", "OUTER")
SUMS = frozenset({"count", "count_star", "sum", "avg", "mean", "count_if", "countif"})
# Two runs of these differ, so a second question could not say what the first one read.
FICKLE = frozenset({
    "random", "setseed", "uuid", "uuidv4", "uuidv7", "gen_random_uuid", "now", "get_current_timestamp",
    "get_current_time", "transaction_timestamp", "current_localtime", "current_localtimestamp", "txid_current",
    "current_timestamp", "current_time", "localtime", "localtimestamp", "ago", "current_query_id",
    "current_connection_id", "current_transaction_id",
})  # fmt: skip
# The engine calls a step so that was given no name.
NAMELESS = ("unnamed_subquery", "valueslist")


@dataclass(frozen=True)
class Trace:
    """``carrying``: the question with its subjects beside each row. ``probes``: questions that answer subjects."""

    carrying: str
    probes: tuple[str, ...]


Hidden = tuple[tuple[str, int], ...]
Scope = dict[str, tuple[list[str], Tree]]


@functools.lru_cache(maxsize=512)
def trace(sql: str, hidden: Hidden, telling: frozenset[str]) -> Trace:
    """``hidden``: how many subject columns each table has; ``telling``: columns that point at somebody."""
    node = parse(sql)["node"]
    _refuse_the_odd(node)
    tables = [one for one in nodes(node) if one.get("type") == "BASE_TABLE"]
    tracer = _Tracer(dict(hidden), calm=_calm(node, telling))
    carried = tracer.follow(node, {})
    if any(id(one) not in tracer.passed for one in tables):
        raise Untraceable("a table where none was expected")
    return Trace(written(node) if carried else "", tuple(map(written, tracer.probes)))


@functools.lru_cache(maxsize=512)
def columns_named(sql: str) -> frozenset[str] | None:
    """Every name a question says that could be a column; None where it may see all of them."""
    try:
        tree = parse(sql)
        relations = _relations(tree)
    except Untraceable:
        return None
    names: set[str] = set()
    for node in nodes(tree):
        said = [name.lower() for name in node.get("column_names") or [] if isinstance(name, str)]
        whole = node.get("type") == "COLUMN_REF" and said and said[-1] in relations
        if whole or node.get("type") in ("STAR", "POSITIONAL_REFERENCE") or _natural(node):
            return None
        names.update(said, [str(name).lower() for name in node.get("using_columns") or []])
    return frozenset(names)


def _natural(node: Tree) -> bool:
    return node.get("type") == "JOIN" and node.get("ref_type") not in ("REGULAR", "CROSS")


def _relations(tree: Tree) -> set[str]:
    """What a whole row goes by: selecting one of these names selects all its columns as one value."""
    names: set[str] = set()
    for node in nodes(tree):
        names |= {str(entry["key"]).lower() for entry in common_tables(node)}
        if node.get("type") in ("BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION"):
            names |= {str(node.get(part) or "").lower() for part in ("alias", "table_name")}
    return names - {""}


def _refuse_the_odd(tree: Tree) -> None:
    listed = {id(one) for node in nodes(tree) for one in node.get("select_list") or []}
    for node in nodes(tree):
        kind = node.get("type")
        if kind == "STAR" and (id(node) not in listed or node.get("columns")):
            raise Untraceable("a star inside an expression")
        if kind == "POSITIONAL_REFERENCE" or node.get("sample") or node.get("column_name_alias"):
            raise Untraceable("columns by place, a sample or renamed columns")
        if str(node.get("function_name", "")).lower() in FICKLE:
            raise Untraceable("another answer each time")
    schemas = {str(node.get("schema_name") or "").lower() for node in nodes(tree)} - {""}
    for names, rows in _named(tree, frozenset()):
        _refuse_name(names, rows, schemas)


def _named(tree: Any, rows: frozenset[str]) -> Iterator[tuple[list[str], frozenset[str]]]:
    """Every name a question says, and what whole rows go by where it says it."""
    if isinstance(tree, list):
        for one in tree:
            yield from _named(one, rows)
    if not isinstance(tree, dict):
        return
    if _is_column(tree):
        yield [str(name).lower() for name in tree["column_names"]], rows
    if tree.get("type") == "SELECT_NODE":
        yield from _named(tree.get("cte_map"), rows)
        rows |= _rows_within(tree["from_table"])
        tree = {**tree, "cte_map": None, "modifiers": _without_aliases(tree)}
    for one in tree.values():
        yield from _named(one, rows)


def _rows_within(ref: Tree) -> frozenset[str]:
    said = (str(one.get(part) or "").lower() for one in own_nodes(ref) for part in ("alias", "table_name"))
    return frozenset(said) - {""}


def _without_aliases(node: Tree) -> list[Tree]:
    """How a step is ordered, except by a column of its own answer: there its name goes before any table's."""
    own = {str(one.get("alias") or "").lower() for one in node["select_list"]} - {""}
    kept = []
    for modifier in node.get("modifiers") or []:
        orders = [one for one in modifier.get("orders") or [] if _alias(one["expression"]) not in own]
        kept.append({**modifier, "orders": orders})
    return kept


def _alias(ordered: Tree) -> str:
    names = ordered.get("column_names") or []
    return str(names[0]).lower() if len(names) == 1 else ""


def _refuse_name(names: list[str], rows: frozenset[str], schemas: set[str]) -> None:
    kept = any(name.startswith((HIDDEN, *NAMELESS)) for name in names) or names[-1] in FICKLE
    of_a_row = len(names) == 2 and names[0] in rows and names[0] not in schemas
    if kept or (names[-1] in rows and not of_a_row):
        raise Untraceable("a whole row as one value, or a name kept for the platform")


def _calm(tree: Tree, telling: frozenset[str]) -> bool:
    """Whether nothing in the question points at one person: counting distinct ones is no pointing."""
    counted = {id(one["arguments"][0]["expression"]) for one in nodes(tree) if _counts_distinct(one)}
    for one in nodes(tree):
        said = one["column_names"] if _is_column(one) and id(one) not in counted else []
        if telling.intersection(str(name).lower() for name in (*said, *(one.get("using_columns") or []))):
            return False
    return not any(one.get("type") == "STAR" for one in nodes(tree))


def _counts_distinct(node: Tree) -> bool:
    return node.get("function_name") == "count" and bool(node.get("distinct")) and _is_column(_argument(node))


def _argument(node: Tree) -> Tree:
    given = node.get("arguments") or []
    return given[0]["expression"] if len(given) == 1 else {}


def _is_column(node: Tree) -> bool:
    return node.get("type") == "COLUMN_REF"


class _Tracer:
    def __init__(self, hidden: Mapping[str, int], *, calm: bool) -> None:
        self.hidden, self.calm = hidden, calm
        self.probes: list[Tree] = []
        self.passed: set[int] = set()
        self.given = 100

    def follow(self, node: Tree, outer: Scope) -> list[str]:
        """The names under which this step's rows carry their subjects; none where it carries nobody."""
        if node["type"] != "SELECT_NODE":
            if self._touched(node, outer):
                raise Untraceable(node["type"])
            return []
        scope = dict(outer)
        for entry in common_tables(node):
            if (key := str(entry["key"]).lower()) in scope:
                raise Untraceable("two steps of one name")
            scope[key] = (self.follow(entry["value"]["query_node"], scope), entry)
        refs = self._source(node["from_table"], scope)
        self._follow_inner(node, scope)
        if not refs:
            return []
        if _puts_together(node):
            self.probes.append(self._probe(node, refs, scope))
            return []
        return [self._carry(node, ref) for ref in refs]

    def _touched(self, node: Tree, scope: Scope) -> bool:
        """Whether a step of another kind (a union, a recursion) comes near anybody."""
        for one in nodes(node):
            if one.get("type") == "BASE_TABLE":
                self.passed.add(id(one))
                carried = scope.get(str(one["table_name"]).lower(), ([], {}))[0]
                if carried or f"{one['schema_name']}.{one['table_name']}".lower() in self.hidden:
                    return True
        return False

    def _source(self, ref: Tree, scope: Scope) -> list[str]:
        kind = ref["type"]
        if kind in ("EMPTY", "TABLE_FUNCTION", "EXPRESSION_LIST"):
            self._follow_inner(ref, scope)
            return []
        if kind == "BASE_TABLE":
            return self._table(ref, scope)
        if kind == "SUBQUERY":
            carried = self.follow(ref["subquery"]["node"], scope)
            return [_quoted(ref["alias"], name) for name in carried]
        odd = kind != "JOIN" or _natural(ref) or ref["join_type"] not in JOINS
        if odd or ref.get("ranking_expression"):
            raise Untraceable(kind)
        found = self._source(ref["left"], scope) + self._source(ref["right"], scope)
        self._follow_inner(ref.get("condition"), scope)
        return found

    def _table(self, ref: Tree, scope: Scope) -> list[str]:
        self.passed.add(id(ref))
        called = ref["alias"] or ref["table_name"]
        if not ref["schema_name"]:
            carried = scope[ref["table_name"].lower()][0]
            return [_quoted(called, name) for name in carried]
        count = self.hidden.get(f"{ref['schema_name']}.{ref['table_name']}".lower(), 0)
        return [_quoted(called, f"{HIDDEN}{place}") for place in range(count)]

    def _follow_inner(self, tree: Any, scope: Scope) -> None:
        """Subqueries inside expressions: what they read of people cannot be carried out with a row."""
        parts = tree
        if tree and tree.get("type") == "SELECT_NODE":
            parts = {n: part for n, part in tree.items() if n not in ("cte_map", "from_table")}
        for one in own_nodes(parts):
            if one.get("class") == "SUBQUERY" and self.follow(one["subquery"]["node"], scope):
                raise Untraceable("people inside an expression")

    def _carry(self, node: Tree, ref: str) -> str:
        self.given += 1
        name = f"{HIDDEN}{self.given}"
        node["select_list"].append({**expression(ref), "alias": name})
        return name

    def _probe(self, node: Tree, refs: list[str], scope: Scope) -> Tree:
        probe = copy.deepcopy({**node, "modifiers": [], "qualify": None})
        probe["cte_map"] = {"map": [copy.deepcopy(entry) for _names, entry in scope.values()]}
        if any(one.get("type") == "LIMIT_MODIFIER" for one in nodes(probe)):
            raise Untraceable("which rows stand on a page may differ the second time")
        cells = _cells(node) if self.calm else None
        if cells is None:
            return _all_that_went_in(probe, refs)
        probe["having"] = expression(" OR ".join(_small(ref, len(cells)) for ref in refs), _numbered(cells))
        for ref in refs:
            self.given += 1
            listed = expression(f"list(DISTINCT {ref}) FILTER (WHERE {ref} IS NOT NULL)")
            probe["select_list"].append({**listed, "alias": f"{HIDDEN}{self.given}"})
        return probe


def _quoted(*names: str) -> str:
    return ".".join(lake.quoted(name) for name in names if name)


def _puts_together(node: Tree) -> bool:
    if node.get("group_expressions") or node.get("group_sets") or node.get("having"):
        return True
    if node.get("aggregate_handling") != "STANDARD_HANDLING" or node.get("qualify"):
        return True
    if any(one.get("type") == "DISTINCT_MODIFIER" for one in node.get("modifiers") or []):
        return True
    return any(one.get("class") == "WINDOW" or _is_aggregate(one) for one in own_nodes(_looked_at(node)))


def _looked_at(node: Tree) -> list[Any]:
    return [node.get(part) for part in ("select_list", "having", "modifiers", "group_expressions")]


def _is_aggregate(node: Tree) -> bool:
    """Whatever is not known to see one row only."""
    return bool(node.get("function_name")) and str(node["function_name"]).lower() not in scalars()


def _all_that_went_in(probe: Tree, refs: list[str]) -> Tree:
    listed = [{**expression(ref), "alias": f"{HIDDEN}{place}"} for place, ref in enumerate(refs)]
    plain: Tree = {
        "group_expressions": [],
        "group_sets": [],
        "having": None,
        "aggregate_handling": "STANDARD_HANDLING",
    }
    distinct = parse("SELECT DISTINCT 1")["node"]["modifiers"]
    return {**probe, **plain, "select_list": listed, "modifiers": distinct}


def _cells(node: Tree) -> list[Tree] | None:
    """The conditions that cut cells smaller than their group; None where the step is no plain table of sums."""
    seen = list(own_nodes(_looked_at(node)))
    if any(one.get("class") in ("WINDOW", "SUBQUERY") for one in seen) or node.get("qualify"):
        return None
    calls = [one for one in seen if _is_aggregate(one)]
    if not calls and not node.get("having"):
        return None  # DISTINCT, or groups without a sum: each line may be somebody's own
    found: list[Tree] = []
    for call in calls:
        conditions = _conditions(call, delivered=_as_delivered(node["from_table"]))
        if conditions is None:
            return None
        found += conditions
    return found


def _as_delivered(ref: Tree) -> bool:
    """Whether the columns are those of tables: an earlier step may have put a condition into one."""
    kinds = [one for one in nodes(ref) if one.get("type") in ("SUBQUERY", "BASE_TABLE")]
    return all(one["type"] == "BASE_TABLE" and one["schema_name"] for one in kinds)


def _conditions(call: Tree, *, delivered: bool) -> list[Tree] | None:
    name, argument = str(call["function_name"]).lower(), _argument(call)
    distinct = bool(call.get("distinct"))
    if name not in SUMS or call["order_bys"]["orders"] or (distinct and not _counts_distinct(call)):
        return None
    if name == "count_star":
        parts: list[Tree] = []
    elif name in ("count_if", "countif"):
        parts = [argument]
    elif _is_column(argument):
        if not delivered and (distinct or name != "count"):
            return None
        parts = [expression("(it IS NOT NULL)", {"it": argument})]
        parts += [] if name == "count" else [expression("(it <> 0)", {"it": argument})]
    else:
        parts = list(_choices(argument))
        if not parts:
            return None
    return _within(call.get("filter"), parts)


def _within(cut: Tree | None, parts: list[Tree]) -> list[Tree]:
    """Inside a filter both sides of a condition are cells."""
    if not cut:
        return parts
    sides = ("(cut AND part)", "(cut AND NOT coalesce(CAST(part AS BOOLEAN), false))")
    return [cut, *(expression(side, {"cut": cut, "part": part}) for part in parts for side in sides)]


def _choices(node: Tree) -> Iterator[Tree]:
    """The conditions of a CASE between constants; nothing for any other expression."""
    if node.get("type") != "CASE_EXPR":
        return
    results = [one["then_expr"] for one in node["case_checks"]] + [node.get("else_expr") or {}]
    if not all(one.get("class") == "CONSTANT" or not one for one in results):
        return
    reached = expression("true")
    for one in node["case_checks"]:
        parts = {"reached": reached, "here": one["when_expr"]}
        yield expression("(reached AND here)", parts)
        reached = expression("(reached AND NOT coalesce(CAST(here AS BOOLEAN), false))", parts)


def _numbered(cells: list[Tree]) -> dict[str, Tree]:
    return {f"cell{place}": one for place, one in enumerate(cells)}


def _small(ref: str, cells: int) -> str:
    """Fewer than a handful, and somebody, in the group or on either side of a condition."""
    counts = [f"count(DISTINCT {ref})"]
    for place in range(cells):
        counts.append(f"count(DISTINCT {ref}) FILTER (WHERE cell{place})")
        counts.append(
            f"count(DISTINCT {ref}) FILTER (WHERE NOT coalesce(CAST(cell{place} AS BOOLEAN), false))"
        )
    return " OR ".join(f"({count} BETWEEN 1 AND {FEW - 1})" for count in counts)
