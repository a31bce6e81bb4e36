"""Grants for statistics only 只用于统计: which questions are certainly sums over groups, and which groups are too small.

The columns that a question groups or chooses by cut the rows into cells. A cell of fewer than k people is not shown,
nor what could be found by taking the shown cells of its line from a total; where a sum would leave a hidden cell out
without saying so, the whole question is refused. So each figure shown is exact, and two questions of which one cuts
finer than the other differ by nobody or by k at least. Nor do two that are asked before and after a delivery:
they are answered from editions of the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from huicheng.exchange import editions
from huicheng.exchange.books import KEY
from huicheng.exchange.declarations import Resource
from huicheng.exchange.evidence.reading import Admitted, text_of
from huicheng.exchange.evidence.trees import Tree, Untraceable, parse
from huicheng.exchange.granting.refusals import OnlyAggregates
from huicheng.exchange.policy import Decision, mount_of
from huicheng.exchange.settling import people
from huicheng.lake import api as lake

MOST_CELLS = 5_000
SUMS = frozenset({"count_star", "count", "sum", "avg"})
COMPARISONS = frozenset({
    "COMPARE_EQUAL", "COMPARE_NOTEQUAL", "COMPARE_LESSTHAN", "COMPARE_GREATERTHAN", "COMPARE_LESSTHANOREQUALTO",
    "COMPARE_GREATERTHANOREQUALTO", "COMPARE_DISTINCT_FROM", "COMPARE_NOT_DISTINCT_FROM",
})  # fmt: skip
OPERATORS = frozenset({
    "OPERATOR_NOT", "COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL",
})  # fmt: skip
# Every part of a step that may say something, and of these the ones that are looked into below.
STEP = frozenset({"type", "modifiers", "select_list", "from_table", "where_clause", "group_expressions", "group_sets",
                  "aggregate_handling"})  # fmt: skip
SOURCE = frozenset({
    "type", "alias", "query_location", "query_location_length", "schema_name", "table_name", "qualified_name",
})  # fmt: skip
CALL = frozenset({
    "class", "type", "alias", "query_location", "query_location_length", "function_name", "order_bys", "distinct",
    "arguments", "qualified_name", "is_operator", "export_state",
})  # fmt: skip


@dataclass(frozen=True)
class Cut:
    """The columns that the answer is grouped by, and all that cut its rows."""

    groups: tuple[str, ...]
    all: tuple[str, ...]


Cell = tuple[str | None, ...]


def only_aggregates(sql: Any, table: str, one: Admitted) -> Admitted:
    """The same admission, narrowed to the cells that may be seen; or a refusal that says why not."""
    cut = judged(text_of(sql), table, one)
    with _unquoted():
        edition, source = editions.current(one.spec, one.decision, cut.all)
    # The edition holds the filter's rows alone, and not always the columns that it looks at.
    pinned = replace(one.decision, version=source, edition=edition, where=None)
    cells, unique = _counted(one.spec, pinned, cut.all)
    least = one.decision.smallest_group
    hidden = hidden_cells(cells, least, unique=unique)
    if hidden and set(cut.groups) != set(cut.all):
        raise OnlyAggregates(
            _(
                "筛选后有的分组不足 %(least)s 个对象，合计不予显示。请把筛选用的信息项也放进 GROUP BY，或分得粗一些。"
            )
            % {"least": least}
        )
    if hidden and not cut.all:
        raise OnlyAggregates(_("这张表里不足 %(least)s 个对象，不予统计。") % {"least": least})
    shown = [cell for cell in cells if cell not in hidden]
    return Admitted(one.spec, replace(pinned, where=_where(cut.all, shown)))


@contextmanager
def _unquoted() -> Iterator[None]:
    """What the engine says may quote a value."""
    try:
        yield
    except lake.QuestionTooLong:
        raise
    except lake.QuestionFailed as error:
        raise lake.QuestionFailed(_("分组没有算成。"), unread=error.unread) from None


def _where(columns: tuple[str, ...], shown: list[Cell]) -> str | None:
    if not columns:
        return None
    place = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in columns)
    lists = ", ".join(f"[{', '.join(map(_said, cell))}]" for cell in shown)
    return f"[{place}] IN ({lists})" if shown else "FALSE"


def _said(value: str | None) -> str:
    return "CAST(NULL AS VARCHAR)" if value is None else lake.literal(value)


def _counted(spec: Resource, decision: Decision, columns: tuple[str, ...]) -> tuple[dict[Cell, int], bool]:
    """How many there are in each cell, and whether nobody stands in more than one row."""
    keys = {name: f'"{name}"' for name in (f"{KEY}{place}" for place in range(len(spec.subjects)))}
    counted = people(len(keys))
    mount = mount_of(spec, decision)
    mount = replace(mount, columns={**mount.columns, **keys})
    said = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in columns)
    by = f" GROUP BY {said}" if columns else ""
    asked = f"SELECT {said + ', ' if said else ''}{counted}, count(*) FROM {spec.table}{by} LIMIT {MOST_CELLS + 1}"
    with _unquoted():
        table = lake.ask(asked, mounts={spec.table: mount}).table
    if table.num_rows > MOST_CELLS:
        raise OnlyAggregates(
            _("分组超过 %(most)s 个，太细了，请少用几个信息项。") % {"most": f"{MOST_CELLS:,}"}
        )
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return {row[:-2]: row[-2] for row in rows}, all(row[-2] == row[-1] for row in rows)


def hidden_cells(cells: Mapping[Cell, int], least: int, *, unique: bool) -> set[Cell]:
    """The small cells, and so many others that what is hidden in any line is itself no small cell."""
    hidden = {cell for cell, count in cells.items() if count < least}
    more_hidden = bool(hidden)
    while more_hidden:
        more_hidden = False
        for line in _lines(cells, hidden):
            gone = [cells[cell] for cell in line if cell in hidden]
            beside = sorted(
                (cell for cell in line if cell not in hidden), key=lambda cell: (cells[cell], str(cell))
            )
            if beside and (sum(gone) if unique else max(gone)) < least:
                hidden.add(beside[0])
                more_hidden = True
    return hidden


def _lines(cells: Mapping[Cell, int], hidden: set[Cell]) -> Iterator[list[Cell]]:
    """Every line of cells that differ in one column only and of which something is hidden."""
    for axis in range(len(next(iter(cells), ()))):
        lines: dict[Cell, list[Cell]] = {}
        for cell in cells:
            lines.setdefault(cell[:axis] + cell[axis + 1 :], []).append(cell)
        yield from (line for line in lines.values() if hidden.intersection(line))


# --- the question ---


def judged(sql: str, table: str, one: Admitted) -> Cut:
    """What the question cuts by; refuses everything that is not known to be a sum over groups."""
    try:
        node = parse(sql)["node"]
        return _Judge(table, one).step(node)
    except (Untraceable, KeyError, TypeError, AttributeError, IndexError):
        raise _refused(_("问题的写法")) from None


def _refused(what: str) -> OnlyAggregates:
    return OnlyAggregates(
        _(
            "授权只用于统计，不能用：%(what)s。只能对这一张表写 SELECT … WHERE … GROUP BY …，分组和筛选只用非个人信息项，"
            "输出只用分组和 count、sum、avg。"
        )
        % {"what": what}
    )


def _only(node: Tree, known: frozenset[str], what: str) -> None:
    """Nothing is said in a part of the tree that nobody looks into."""
    for name, value in node.items():
        if name not in known and value not in (None, "", [], {}, False, {"map": []}):
            raise _refused(what)


class _Judge:
    def __init__(self, table: str, one: Admitted) -> None:
        schema, _dot, name = table.partition(".")
        self.schema, self.name = schema.lower(), name.lower()
        seen = one.decision.columns
        fields = [f for f in one.spec.fields if f.name in seen]
        self.countable = {f.name.lower(): f.name for f in fields}
        self.public = {f.name.lower(): f.name for f in fields if f.sensitivity != "personal"}
        self.summable = {f.name.lower(): f.name for f in fields if seen[f.name] == "plain"}
        self.declared = {f.name.lower() for f in one.spec.fields}
        self.called = {self.name}

    def step(self, node: Tree) -> Cut:
        if node["type"] != "SELECT_NODE" or node.get("aggregate_handling") != "STANDARD_HANDLING":
            raise _refused(_("合并、子查询或 GROUP BY ALL"))
        _only(node, STEP, _("WITH、HAVING、QUALIFY 或抽样"))
        self.source(node["from_table"])
        outputs = node["select_list"]
        groups = tuple(dict.fromkeys(self.group(one, outputs) for one in node["group_expressions"]))
        if node["group_sets"] and node["group_sets"] != [list(range(len(node["group_expressions"])))]:
            raise _refused("GROUPING SETS、ROLLUP、CUBE")
        names = [self.output(one, groups) for one in outputs]
        for modifier in node["modifiers"]:
            self.modifier(modifier, groups, {name for name in names if name})
        chosen = list(self.condition(node["where_clause"])) if node["where_clause"] else []
        return Cut(groups, tuple(dict.fromkeys([*groups, *chosen])))

    def source(self, ref: Tree) -> None:
        if ref["type"] != "BASE_TABLE" or (ref["schema_name"].lower(), ref["table_name"].lower()) != (
            self.schema,
            self.name,
        ):
            raise _refused(_("连接、子查询或别的表"))
        _only(ref, SOURCE, _("抽样、历史版本或改了名的列"))
        if alias := str(ref["alias"] or "").lower():
            if alias in self.declared:
                raise _refused(_("与信息项同名的别名"))
            self.called = {alias}

    def column(self, node: Tree, known: Mapping[str, str], what: str) -> str:
        names = [str(name).lower() for name in node["column_names"]]
        qualified = len(names) == 2 and names[0] in self.called
        if (len(names) != 1 and not qualified) or names[-1] not in known:
            raise _refused(what)
        return known[names[-1]]

    def group(self, node: Tree, outputs: list[Tree]) -> str:
        if node["class"] == "CONSTANT" and node["literal"]["kind"] == "INTEGER":
            place = int(node["literal"]["text"])
            if not 1 <= place <= len(outputs):
                raise _refused(_("不存在的第几列"))
            node = outputs[place - 1]
        if node["class"] != "COLUMN_REF":
            raise _refused(_("按算出来的值分组"))
        return self.column(node, self.public, _("按个人信息项或未授权的信息项分组"))

    def output(self, node: Tree, groups: tuple[str, ...]) -> str:
        alias = str(node.get("alias") or "").lower()
        if node["class"] == "COLUMN_REF":
            found = self.column(node, self.public, _("输出个人信息项或未授权的信息项"))
            if found not in groups:
                raise _refused(_("输出没有分组的信息项"))
            if alias and alias != found.lower() and alias in self.declared:
                raise _refused(_("与信息项同名的别名"))
            return alias
        if alias in self.declared:
            raise _refused(_("与信息项同名的别名"))
        self.sum(node)
        return alias

    def sum(self, node: Tree) -> None:
        if node["class"] != "FUNCTION" or node["function_name"] not in SUMS:
            raise _refused(_("count、sum、avg 之外的计算"))
        _only(node, CALL, _("FILTER、OVER 之类的附加条件"))
        if node["qualified_name"]["path"] != [node["function_name"]] or node["order_bys"]["orders"]:
            raise _refused(_("count、sum、avg 之外的计算"))
        arguments = node["arguments"]
        if node["function_name"] == "count_star" and not arguments and not node["distinct"]:
            return
        known = self.summable if node["function_name"] in ("sum", "avg") else self.countable
        if len(arguments) != 1 or arguments[0]["expression"]["class"] != "COLUMN_REF":
            raise _refused(_("对算出来的值求和或计数"))
        known = self.public if node["distinct"] else known
        self.column(arguments[0]["expression"], known, _("对看不到的信息项求和或计数"))

    def modifier(self, node: Tree, groups: tuple[str, ...], aliases: set[str]) -> None:
        if node["type"] == "LIMIT_MODIFIER":
            for part in (node.get("limit"), node.get("offset")):
                if part and part["class"] not in ("CONSTANT", "PARAMETER"):
                    raise _refused(_("算出来的 LIMIT"))
            return
        if node["type"] != "ORDER_MODIFIER":
            raise _refused("DISTINCT")
        for order in node["orders"]:
            self.ordered(order["expression"], groups, aliases)

    def ordered(self, node: Tree, groups: tuple[str, ...], aliases: set[str]) -> None:
        if node["class"] == "CONSTANT":
            return
        if node["class"] == "COLUMN_REF":
            names = [str(name).lower() for name in node["column_names"]]
            if len(names) == 1 and names[0] in aliases:
                return
            if self.column(node, self.public, _("按未分组的信息项排序")) not in groups:
                raise _refused(_("按未分组的信息项排序"))
            return
        self.sum(node)

    def condition(self, node: Tree) -> Iterator[str]:
        """The columns that a filter looks at; it may compare them with given values and with each other."""
        kind, parts = node["class"], []
        if kind == "COLUMN_REF":
            yield self.column(node, self.public, _("按个人信息项或未授权的信息项筛选"))
        elif kind == "CONJUNCTION" or (kind == "OPERATOR" and node["type"] in OPERATORS):
            parts = node["children"]
        elif kind == "COMPARISON" and node["type"] in COMPARISONS:
            parts = [node["left"], node["right"]]
        elif kind == "BETWEEN":
            parts = [node["input"], node["lower"], node["upper"]]
        elif kind == "CAST" and node["child"]["class"] == "CONSTANT":
            parts = []
        elif kind not in ("CONSTANT", "PARAMETER"):
            raise _refused(_("筛选条件里的函数、计算或子查询"))
        for part in parts:
            yield from self.condition(part)
