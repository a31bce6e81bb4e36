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
    aggregates,
    common_tables,
    expression,
    nodes,
    own_nodes,
    parse,
    written,
)

FEW = 5  # a cell of fewer people than this says something about each of them
HIDDEN = "__s"
JOINS = ("INNER", "LEFT", "RIGHT", "OUTER")
SUMS = frozenset({"count", "count_star", "sum", "avg", "mean", "count_if", "countif"})
# Two runs of these differ, so a second question could not say what the first one read.
FICKLE = frozenset({
    "random", "setseed", "uuid", "uuidv4", "uuidv7", "gen_random_uuid", "now", "get_current_timestamp",
    "get_current_time", "transaction_timestamp", "current_localtime", "current_localtimestamp", "txid_current",
    "current_timestamp", "current_time", "localtime", "localtimestamp",
})  # fmt: skip


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
    tracer = _Tracer(dict(hidden), calm=_calm(node, telling))
    carried = tracer.follow(node, {})
    return Trace(written(node) if carried else "", tuple(map(written, tracer.probes)))


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
    relations = _relations(tree)
    listed = {id(one) for node in nodes(tree) for one in node.get("select_list") or []}
    for node in nodes(tree):
        kind = node.get("type")
        if kind == "STAR" and (id(node) not in listed or node.get("columns")):
            raise Untraceable("a star inside an expression")
        if kind == "POSITIONAL_REFERENCE" or node.get("sample") or node.get("column_name_alias"):
            raise Untraceable("columns by place, a sample or renamed columns")
        if str(node.get("function_name", "")).lower() in FICKLE:
            raise Untraceable("another answer each time")
        if kind == "COLUMN_REF":
            _refuse_name([str(name).lower() for name in node["column_names"]], relations)


def _refuse_name(names: list[str], relations: set[str]) -> None:
    if any(name.startswith(HIDDEN) for name in names) or names[-1] in relations or names[-1] in FICKLE:
        raise Untraceable("a whole row as one value, or a name kept for the platform")


def _calm(tree: Tree, telling: frozenset[str]) -> bool:
    """Whether nothing in the question points at one person: counting distinct ones is no pointing."""
    counted = {id(one["arguments"][0]["expression"]) for one in nodes(tree) if _counts_distinct(one)}
    named = (one for one in nodes(tree) if _is_column(one) and id(one) not in counted)
    pointing = any(str(one["column_names"][-1]).lower() in telling for one in named)
    return not pointing and not any(one.get("type") == "STAR" for one in nodes(tree))


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
        self.given = 100

    def follow(self, node: Tree, outer: Scope) -> list[str]:
        """The names under which this step's rows carry their subjects; none where it carries nobody."""
        if node["type"] != "SELECT_NODE":
            if self._touched(node, outer):
                raise Untraceable(node["type"])
            return []
        scope = dict(outer)
        for entry in common_tables(node):
            scope[str(entry["key"]).lower()] = (self.follow(entry["value"]["query_node"], scope), entry)
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
        if kind != "JOIN" or _natural(ref) or ref["join_type"] not in JOINS:
            raise Untraceable(kind)
        found = self._source(ref["left"], scope) + self._source(ref["right"], scope)
        self._follow_inner(ref.get("condition"), scope)
        return found

    def _table(self, ref: Tree, scope: Scope) -> list[str]:
        called = ref["alias"] or ref["table_name"]
        if not ref["schema_name"]:
            carried = scope[ref["table_name"].lower()][0]
            return [_quoted(called, name) for name in carried]
        count = self.hidden.get(f"{ref['schema_name']}.{ref['table_name']}".lower(), 0)
        return [_quoted(called, f"{HIDDEN}{place}") for place in range(count)]

    def _follow_inner(self, tree: Any, scope: Scope) -> None:
        """Subqueries inside expressions: what they read of people cannot be carried out with a row."""
        parts = (
            {n: t for n, t in tree.items() if n not in ("cte_map", "from_table", "left", "right")}
            if tree
            else {}
        )
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
    return ".".join('"' + name.replace('"', '""') + '"' for name in names if name)


def _puts_together(node: Tree) -> bool:
    if node.get("group_expressions") or node.get("group_sets") or node.get("having"):
        return True
    if node.get("aggregate_handling") != "STANDARD_HANDLING" or node.get("qualify"):
        return True
    if any(one.get("type") == "DISTINCT_MODIFIER" for one in node.get("modifiers") or []):
        return True
    parts = [node["select_list"], node.get("modifiers")]
    return any(one.get("class") == "WINDOW" or _is_aggregate(one) for one in own_nodes(parts))


def _is_aggregate(node: Tree) -> bool:
    return str(node.get("function_name", "")).lower() in aggregates()


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
    looked_at = [node["select_list"], node.get("having")]
    if any(one.get("class") == "WINDOW" for one in own_nodes(looked_at)) or node.get("qualify"):
        return None
    if not any(_is_aggregate(one) for one in own_nodes(looked_at)) and not node.get("having"):
        return None  # DISTINCT, or groups without a sum: each line may be somebody's own
    found: list[Tree] = []
    for one in own_nodes(looked_at):
        if _is_aggregate(one):
            conditions = _conditions(one)
            if conditions is None:
                return None
            found += conditions
    return found


def _conditions(call: Tree) -> list[Tree] | None:
    name, argument = str(call["function_name"]).lower(), _argument(call)
    if name not in SUMS:
        return None
    cut = [call["filter"]] if call.get("filter") else []
    if name == "count_star" or _counts_distinct(call):
        return cut
    if name in ("count_if", "countif"):
        return [*cut, argument]
    if _is_column(argument):
        return [*cut, expression("(it IS NOT NULL)", {"it": argument})]
    choices = list(_choices(argument))
    return [*cut, *choices] if choices else None


def _choices(node: Tree) -> Iterator[Tree]:
    """The conditions of a CASE between constants; nothing for any other expression."""
    if node.get("type") != "CASE_EXPR":
        return
    results = [one["then_expr"] for one in node["case_checks"]] + [node.get("else_expr") or {}]
    if all(one.get("class") == "CONSTANT" or not one for one in results):
        yield from (one["when_expr"] for one in node["case_checks"])


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
