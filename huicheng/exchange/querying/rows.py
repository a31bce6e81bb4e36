"""Rows of one resource for a program: conditions bound, pages that hold to one version, long answers in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext as _

from huicheng.exchange.asking import NoData, admit, ask
from huicheng.exchange.declarations import Resource
from huicheng.exchange.policy import Decision, decide
from huicheng.exchange.querying import cursors, filters, formats
from huicheng.exchange.querying.cursors import Cursor
from huicheng.exchange.querying.filters import OPERATORS, Condition, Sight
from huicheng.exchange.querying.refusals import BadParameter, CursorExpired, FilterTooLarge
from huicheng.exchange.sending import Asking, Portion, send
from huicheng.lake import api as lake

USUAL, MOST, MOST_ORDER = 1000, 50_000, 8


@dataclass(frozen=True)
class Query:
    """One reading of one resource, understood; ``total`` says that no two rows compare alike under ``order``."""

    spec: Resource
    asking: Asking
    decision: Decision
    columns: tuple[str, ...]
    conditions: tuple[Condition, ...]
    order: tuple[tuple[str, bool], ...]
    limit: int | None
    form: str
    version: int
    cursor: Cursor | None = None

    @property
    def digest(self) -> str:
        """What is asked, under which sight: the same for every page of it."""
        return cursors.question_of({
            "resource": self.spec.code, "columns": self.columns, "conditions": [vars(one) for one in self.conditions],
            "order": self.order, "shown": dict(self.decision.columns), "where": self.decision.where,
            "purpose": self.asking.purpose,
        })  # fmt: skip

    @property
    def etag(self) -> str:
        page = vars(self.cursor) if self.cursor else None
        whole = {
            "query": self.digest,
            "version": self.version,
            "limit": self.limit,
            "form": self.form,
            "page": page,
        }
        return f'"{cursors.question_of(whole)}"'


@dataclass(frozen=True)
class Page:
    table: pa.Table
    version: int
    following: str


def decided(spec: Resource, asking: Asking) -> Decision:
    """What this caller is shown of it; nobody who is shown nothing gets past here, and the attempt is written down."""
    decision = decide(spec, asking.actor, asking.purpose, case=asking.case)
    if not decision.allowed:
        admit(f"SELECT 1 FROM {spec.table}", asking.actor, asking.purpose, asking.case)
    return decision


def understood(spec: Resource, asking: Asking, given: Sequence[tuple[str, str]], form: str) -> Query:
    """Who asks may see the resource, and what is asked fits it; or a refusal that says what does not."""
    decision = decided(spec, asking)
    if not lake.exists(spec.table):
        raise NoData(_("这份数据还没有交付：%(what)s") % {"what": spec.title})
    said = _single(given)
    sight = sight_of(spec, decision)
    columns = _columns(said.get("columns", ""), sight)
    conditions = filters.read(given, sight)
    limit = _limit(said.get("limit", ""), form)
    order = _order(said.get("order", ""), sight)
    if limit is not None:
        order = _completed(order, spec, sight, columns)
    query = Query(spec, asking, decision, columns, conditions, order, limit, form, lake.version(spec.table))
    return _continued(query, said.get("cursor", ""))


def _single(given: Sequence[tuple[str, str]]) -> dict[str, str]:
    if sum(len(name) + len(value) for name, value in given) > filters.LONGEST_QUERY:
        raise FilterTooLarge(_("查询串超过 %(most)s 个字。") % {"most": filters.LONGEST_QUERY})
    found: dict[str, str] = {}
    for name, value in given:
        if name in filters.RESERVED and name in found:
            raise BadParameter(_("参数 %(name)s 写了两次。") % {"name": name})
        found[name] = value
    return found


def sight_of(spec: Resource, decision: Decision) -> Sight:
    masked = frozenset(name for name, show in decision.columns.items() if show == "masked")
    there = lake.schema(spec.table)
    kinds = {
        f.name: "text" if f.name in masked else _kind(there, f.name, f.kind)
        for f in spec.fields
        if f.name in decision.columns
    }
    return Sight(kinds, masked)


def _kind(there: pa.Schema, name: str, declared: str) -> str:
    """As the values are kept; a field that no version has yet, as it is declared."""
    if name not in there.names:
        return declared if declared in filters.READERS else "text"
    kind = there.field(name).type
    tests: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
        (pa.types.is_boolean, "boolean"), (pa.types.is_integer, "integer"), (pa.types.is_floating, "number"),
        (pa.types.is_decimal, "number"), (pa.types.is_date, "date"), (pa.types.is_timestamp, "datetime"),
    )  # fmt: skip
    return next((word for test, word in tests if test(kind)), "text")


def _columns(text: str, sight: Sight) -> tuple[str, ...]:
    if not text:
        return tuple(sight.kinds)
    names = text.split(",")
    if len(names) > len(sight.kinds):
        raise BadParameter(_("columns 里有写了两次的列。"))
    return tuple(dict.fromkeys(sight.known(name.strip()) for name in names))


def _limit(text: str, form: str) -> int | None:
    if not text:
        return USUAL if form == "json" else None
    if not (text.isascii() and text.isdigit()) or len(text) > 12 or not 1 <= int(text) <= MOST:
        raise BadParameter(
            _("limit 应是 1 到 %(most)s 的整数。") % {"most": MOST}, do=_("要一次取全部，用 format=csv、arrow 或 parquet，不写 limit。")
        )  # fmt: skip
    return int(text)


def _order(text: str, sight: Sight) -> tuple[tuple[str, bool], ...]:
    """``-name`` is from the largest down."""
    names = [one.strip() for one in text.split(",")] if text else []
    if len(names) > MOST_ORDER:
        raise BadParameter(_("最多按 %(most)s 列排序。") % {"most": MOST_ORDER})
    return tuple((sight.known(one.removeprefix("-")), one.startswith("-")) for one in names)


def _completed(
    order: tuple[tuple[str, bool], ...], spec: Resource, sight: Sight, columns: tuple[str, ...]
) -> tuple[tuple[str, bool], ...]:
    """Pages need an order in which no two rows stand alike: by the key where it is shown, else by all that is shown."""
    key = [name for name in spec.key if name in sight.kinds and name not in sight.masked]
    unique = bool(spec.key) and len(key) == len(spec.key) and spec.mode != "append"
    named = {name for name, _down in order}
    rest = key if unique else [*key, *(name for name in columns if name not in key)]
    return (*order, *((name, False) for name in rest if name not in named))


def _continued(query: Query, cursor: str) -> Query:
    if not cursor:
        return query
    if query.limit is None:
        raise BadParameter(_("cursor 只用于分页：请同时写 limit。"))
    found = cursors.read(cursor, query.digest)
    return Query(**{**vars(query), "version": found.version, "cursor": found})


def portion_of(query: Query) -> Portion:
    params: dict[str, Any] = {}
    parts = [_written(one, params) for one in query.conditions]
    if query.cursor:
        parts.append(_after(query.order, query.cursor.last, params))
    where = " AND ".join(f"({part})" for part in parts)
    order = ", ".join(f'"{name}" {"DESC" if down else "ASC"} NULLS LAST' for name, down in query.order)
    return Portion(
        columns=query.columns, where=where, order=order, params=params,
        version=query.version,
    )  # fmt: skip


def _bound(value: Any, params: dict[str, Any]) -> str:
    name = f"p{len(params)}"
    params[name] = value
    return f"${name}"


def _written(one: Condition, params: dict[str, Any]) -> str:
    column = f'"{one.column}"'
    if one.operator == "null":
        return f"{column} IS {'' if one.values[0] else 'NOT '}NULL"
    if one.operator == "in":
        return f"{column} IN ({', '.join(_bound(value, params) for value in one.values)})"
    return f"{column} {OPERATORS[one.operator]} {_bound(one.values[0], params)}"


def _after(order: Sequence[tuple[str, bool]], last: Sequence[Any], params: dict[str, Any]) -> str:
    """At or after the place of ``last``: what stands just there was counted, and is skipped by its number."""
    ((name, down), *rest), (value, *others) = order, last
    column = f'"{name}"'
    if value is None:
        same, later = f"{column} IS NULL", "false"
    else:
        place = _bound(value, params)
        same = f"{column} = {place}"
        later = f"{column} {'<' if down else '>'} {place} OR {column} IS NULL"
    return f"{later} OR ({same} AND ({_after(rest, others, params) if rest else 'true'}))"


def page(query: Query) -> Page:
    """One page; the next one is read from the same version, whatever was delivered meanwhile."""
    portion = portion_of(query)
    seen = query.cursor.seen if query.cursor else 0
    hidden = tuple(name for name, _down in query.order if name not in query.columns)
    sql = Portion(**{**vars(portion), "columns": (*query.columns, *hidden)}).sql(query.spec.table)
    sql += f" LIMIT {query.limit}" + (f" OFFSET {seen}" if seen else "")
    asking = query.asking
    try:
        answer = ask(
            sql, asking.actor, purpose=asking.purpose, params=portion.params, case=asking.case,
            at={query.spec.table: query.version},
        )  # fmt: skip
    except lake.NoSuchVersion:
        raise CursorExpired(
            _("第 %(version)s 版数据已不再保存。") % {"version": query.version},
            do=_("请从第一页重新开始（不带 cursor）。"),
        ) from None
    following = _following(query, answer.table) if answer.table.num_rows == query.limit else ""
    return Page(answer.table.select(list(query.columns)), query.version, following)


def _following(query: Query, table: pa.Table) -> str:
    names = [name for name, _down in query.order]
    places = [tuple(row[name] for name in names) for row in table.select(names).to_pylist()]
    last = places[-1]
    seen = sum(1 for one in places if one == last)
    if query.cursor and query.cursor.last == last:
        seen += query.cursor.seen
    return Cursor(query.digest, query.version, last, seen).written()


def whole(query: Query) -> Iterator[bytes]:
    """All rows that fit the conditions, in pieces as they are read."""
    return send(query.spec, query.asking, portion=portion_of(query), write=formats.WRITERS[query.form])


def shown(spec: Resource, decision: Decision) -> list[Mapping[str, Any]]:
    """The columns as this actor sees them."""
    return [
        {
            "name": f.name, "title": f.title, "kind": f.kind, "required": f.required, "key": f.name in spec.key,
            "meaning": f.meaning, "codes": f.codes, "shown": decision.columns[f.name],
        }
        for f in spec.fields if f.name in decision.columns
    ]  # fmt: skip
