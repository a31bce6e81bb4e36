"""What of a service's answer a caller is shown: the decision over its entry, row by row and item by item.

Who takes the whole entry is handed the answer as it came. Everybody else is handed rows of the items that were
declared for it, through the very masks and row filter that stand before the entry's table.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _

from huicheng.exchange.declarations import Resource
from huicheng.exchange.evidence.reading import Admitted, Read, Rule, read_ahead
from huicheng.exchange.evidence.sets import Keys, sql_key
from huicheng.exchange.gateway.calling import Answer
from huicheng.exchange.gateway.describing import items_of, schema_of
from huicheng.exchange.gateway.fitting import fits, read_json
from huicheng.exchange.gateway.refusals import AnswerUnfit, WholeAnswerOnly
from huicheng.exchange.policy import masked
from huicheng.lake import api as lake

MEMORY, PLACE, WHOSE = "256MB", "__at", "__s"
JSON = "application/json"
Row = dict[str, Any]


@dataclass(frozen=True)
class Sight:
    """How this caller sees the service's answers; an empty ``shape`` where nobody can tell rows in them."""

    admitted: Admitted
    whole: bool
    shape: str
    items: tuple[str, ...]

    @property
    def spec(self) -> Resource:
        return self.admitted.spec

    @property
    def shown(self) -> tuple[str, ...]:
        return tuple(name for name in self.items if name in self.admitted.decision.columns)

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(name for name in self.spec.subjects if name in self.items)


@dataclass(frozen=True)
class Told:
    """What is handed out, how many rows it is, and whom it tells of: nobody knows, where ``keys`` is None."""

    answer: Answer
    rows: int
    keys: Keys | None


def sight_of(admitted: Admitted, schema: Any) -> Sight:
    """Refused before the service is called where its answer could not be cut to what the caller may see."""
    spec, decision = admitted.spec, admitted.decision
    whole = not decision.where and all(decision.columns.get(f.name) == "plain" for f in spec.fields)
    shape, items = items_of(spec, schema) if schema is not None else ("", ())
    sight = Sight(admitted, whole, shape, items)
    if not whole and not (shape and sight.shown and (sight.subjects or spec.open or not spec.subjects)):
        raise WholeAnswerOnly(
            _("“%(title)s”的接口没有登记应答的信息项，或其中没有说明是谁的一项，无法按您能看的部分截取。")
            % {"title": spec.title},
            do=_("请提供方按信息项登记应答，或申请获得全部信息项的授权。"),
        )
    return sight


def told(sight: Sight, answer: Answer, *, head: bool) -> Told:
    if answer.status >= 300 or answer.status == 204 or head:
        return Told(answer if sight.whole else _said_no(answer, head=head), 0, np.empty(0, np.uint64))
    if sight.whole:
        return _whole(sight, answer)
    rows = _rows(sight.shape, read_json(answer))
    found = _seen(sight, rows)
    kept = [_row(sight, rows, one) for one in found.to_pylist()]
    if sight.shape == "object" and not kept:
        return Told(_said_no(replace(answer, status=404), head=head), 0, np.empty(0, np.uint64))
    plain = tuple(n for n in sight.shown if sight.admitted.decision.columns[n] == "plain")
    if plain:
        fits(schema_of(sight.spec, plain, sight.shape), _shaped(sight.shape, kept))
    body = json.dumps(_shaped(sight.shape, kept), ensure_ascii=False).encode(errors="replace")
    return Told(Answer(answer.status, JSON, body), len(kept), _keys(sight, found))


def _said_no(answer: Answer, *, head: bool) -> Answer:
    """Of what a service says besides rows only the number of its answer: its words may hold what is not granted."""
    words = {"error": "service_answered", "message": _("服务答了 %(status)s。") % {"status": answer.status}}
    body = b"" if head or answer.status < 300 else json.dumps(words, ensure_ascii=False).encode()
    return Answer(answer.status, JSON, body)


def _whole(sight: Sight, answer: Answer) -> Told:
    try:
        rows = _rows(sight.shape, read_json(answer))
    except AnswerUnfit:
        return Told(answer, 1, None)
    return Told(answer, len(rows), _keys(sight, _seen(sight, rows)))


def _rows(shape: str, body: Any) -> list[Row]:
    rows = (
        body
        if shape == "list"
        else body.get("rows")
        if shape == "rows" and isinstance(body, dict)
        else [body]
    )
    if not shape or not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise AnswerUnfit(_("服务的应答不是登记的样子。"), place="/")
    return rows


def _shaped(shape: str, rows: list[Row]) -> Any:
    return rows[0] if shape == "object" else rows if shape == "list" else {"rows": rows}


def _seen(sight: Sight, rows: Sequence[Row]) -> pa.Table:
    """The rows that are granted: their places, what is masked as it is shown, and a keyed hash of whom each is about."""
    decision = sight.admitted.decision
    asked = {
        f.name: pa.array([_text(row.get(f.name)) for row in rows], pa.string()) for f in sight.spec.fields
    }
    shown = {
        name: masked(sight.spec.field(name).masking, f'"{name}"')
        for name in sight.shown if decision.columns[name] == "masked"
    }  # fmt: skip
    if not sight.spec.open:
        shown |= {
            f"{WHOSE}{at}": sql_key(f"nullif(trim(\"{name}\"), '')") for at, name in enumerate(sight.subjects)
        }
    columns = ", ".join([f'"{PLACE}"', *(f'{sql} AS "{name}"' for name, sql in shown.items())])
    where = f"WHERE {decision.where}" if decision.where else ""
    engine = lake.connection(memory=MEMORY, threads_limit=1)
    try:
        engine.register("answer", pa.table({**asked, PLACE: pa.array(range(len(rows)), pa.int64())}))
        return engine.sql(f'SELECT {columns} FROM answer {where} ORDER BY "{PLACE}"').to_arrow_table()
    finally:
        engine.close()


def _text(value: Any) -> str | None:
    """What is no plain value shows nothing through a mask, fits no filter and says nobody's number."""
    if value is None:
        return None
    text = value if isinstance(value, str) else "" if isinstance(value, dict | list) else json.dumps(value)
    return text.encode(errors="replace").decode()  # half a character pair is no text to the engine


def _row(sight: Sight, rows: Sequence[Row], seen: Mapping[str, Any]) -> Row:
    """In the order that the service gave; what is masked as the mask shows it, what was not there stays away."""
    whole = rows[seen[PLACE]]
    return {name: seen.get(name, whole[name]) for name in sight.shown if name in whole}


def _keys(sight: Sight, seen: pa.Table) -> Keys | None:
    """None where a row about somebody does not say about whom."""
    names = [name for name in seen.column_names if name.startswith(WHOSE)]
    if sight.spec.open or not sight.spec.subjects:
        return np.empty(0, np.uint64)
    columns = [seen[name].to_pylist() for name in names]
    if not names or any(all(key is None for key in row) for row in zip(*columns, strict=True)):
        return None if seen.num_rows else np.empty(0, np.uint64)
    found = [key for column in columns for key in column if key is not None]
    return np.unique(np.array(found, np.uint64))


def reading_of(sight: Sight, found: Told) -> Read:
    """As a reading of the entry's table is noted; where nobody knows whom it tells of, it is everybody in the table."""
    one, table = sight.admitted, sight.spec.table
    names = sight.shown or tuple(one.decision.columns)
    columns = ", ".join(f'"{name}"' for name in names)
    sql = f"SELECT {columns} FROM {table}"
    digest, rule = hashlib.sha256(found.answer.body).hexdigest(), _rule(found)
    if found.keys is None and lake.exists(table):
        return replace(read_ahead(sql, "", None, one), rows=found.rows, answer=digest)
    keys = np.empty(0, np.uint64) if found.keys is None else found.keys
    return Read("", sql, {table: one}, {}, rule, keys, found.rows, digest)


def _rule(found: Told) -> Rule:
    return "everyone" if found.keys is None else "rows"
