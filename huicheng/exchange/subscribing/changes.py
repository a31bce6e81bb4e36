"""Changes 变化 of a table since a cursor, as the policy lets this actor see the table.

The two versions are compared after masks and row filter: what changed in a column or row that is not granted has not
changed. A row that enters the filter is an insert, one that leaves it a delete. Rows are known by a keyed hash of
their key, so that a key which is masked or not granted stays hidden and the row is still recognised.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext as _

from huicheng.exchange.asking import NoData, admit, leaves_a_trace, take
from huicheng.exchange.catalogue import resource as find
from huicheng.exchange.declarations import Resource
from huicheng.exchange.evidence.reading import HIDDEN, OWN, Admitted, failed, read_of_changes, subject_columns
from huicheng.exchange.evidence.receipts import note
from huicheng.exchange.policy import decide, mount_of
from huicheng.exchange.sealing import sealed, unsealed
from huicheng.exchange.sending import Asking
from huicheng.exchange.subscribing import differences
from huicheng.exchange.subscribing.refusals import (
    BadChangesCursor,
    CannotFollow,
    ChangesExpired,
    ChangesFailed,
    ChangesTooLong,
)
from huicheng.ground.api import secret
from huicheng.lake import api as lake

USE = "change cursors"
LONGEST = 2_000


@dataclass(frozen=True)
class Place:
    """How far somebody has read: everything up to ``before``, and ``position`` changes from there to ``after``."""

    before: int | None
    after: int
    position: int = 0


@dataclass(frozen=True)
class Changes:
    """``rows`` has the columns _change, _id and what is shown; ``more`` says that ``cursor`` leads on at once."""

    resource: str
    rows: pa.Table
    cursor: str
    version: int
    more: bool


def changes_since(code: str, asking: Asking, *, since: str = "", limit: int = 1000) -> Changes:
    """The next changes after the cursor ``since``. Without one: none yet, and the cursor from which to follow.

    ``since="beginning"`` gives every row there is as an insert first.
    """
    spec = find(code)
    admitted = _admitted(spec, asking)
    newest = lake.version(spec.table)
    seal = _sight_of(spec, admitted, asking)
    place = _place(since, seal, newest)
    if place.before == place.after:
        return Changes(code, pa.table({}), _written(place, seal), newest, more=False)
    rows = page(spec, asking, place, limit, admitted=admitted)
    more = rows.num_rows == limit
    done = (
        replace(place, position=place.position + rows.num_rows) if more else Place(place.after, place.after)
    )
    return Changes(code, rows, _written(done, seal), place.after, more=more or place.after < newest)


def page(
    spec: Resource, asking: Asking, place: Place, limit: int, *, admitted: Admitted | None = None
) -> pa.Table:
    """One page, noted with whom its rows are about before it is handed out."""
    one = admitted or _admitted(spec, asking)
    sight = lake.Sight(
        mount_of(one.spec, one.decision), _row_of(spec, _whose(asking, one)), subject_columns(spec)
    )
    with _in_own_words(spec, asking, place, one):
        versions = (place.before, place.after)
        found = differences.rows_of(spec, versions, sight, skip=place.position, limit=limit)
    shown = found.select([name for name in found.column_names if not name.startswith(HIDDEN)])
    if leaves_a_trace(asking.actor, {spec.table: one}):
        take(asking.actor, asking.purpose, {spec.table: one}, rows=found.num_rows)
        note(
            asking.actor,
            asking.purpose,
            [read_of_changes(_asked(spec, one.decision.columns), found, shown, one, place.after)],
        )
    return shown


@contextmanager
def _in_own_words(spec: Resource, asking: Asking, place: Place, one: Admitted) -> Iterator[None]:
    """What the engine says may quote a value or a path: it stays here, and the attempt leaves its trace."""
    try:
        yield
    except lake.NoSuchVersion:
        raise ChangesExpired(
            _("第 %(version)s 版数据已不再保存，说不出从那以后变了什么。") % {"version": place.before},
            do=_("请重新取一遍全部（since=beginning）。"),
        ) from None
    except lake.QuestionFailed as error:
        if leaves_a_trace(asking.actor, {spec.table: one}):
            asked = _asked(spec, one.decision.columns)
            note(asking.actor, asking.purpose, [failed(asked, {spec.table: one})])
        if isinstance(error, lake.QuestionTooLong):
            raise ChangesTooLong(
                _("比较两版数据用时超过 %(most)s 秒，已停止。") % {"most": f"{differences.LONGEST:.0f}"},
                do=_("请稍后再试；相隔太久的，请重新取一遍全部（since=beginning）。"),
            ) from None
        raise ChangesFailed(
            _("两版数据无法比较，可能是表的结构或文件有问题。"), do=_("请联系数据局，问题已记录。")
        ) from None


def _admitted(spec: Resource, asking: Asking) -> Admitted:
    """Who may not read the table is refused as everywhere, in writing; so is what is for sums alone."""
    decision = decide(spec, asking.actor, asking.purpose, case=asking.case)
    sql = _asked(spec, decision.columns)
    one = admit(sql, asking.actor, asking.purpose, asking.case)[spec.table]
    if not lake.exists(spec.table):
        raise NoData(_("这份数据还没有交付：%(what)s") % {"what": spec.title})
    _row_of(spec, _whose(asking, one))
    return one


def _asked(spec: Resource, names: Iterable[str]) -> str:
    columns = ", ".join(f'"{name}"' for name in names) or "1"
    return f"SELECT {columns} FROM {spec.table}"


def _row_of(spec: Resource, whose: list[str]) -> str:
    """The SQL of what a row is known by: its key, or where rows are only ever added, its place in its delivery.

    Another one for each department and granted purpose: what two grants show of a row cannot be put together by it.
    """
    names = spec.key if spec.key and spec.mode != "append" else ()
    if not names and spec.mode == "append" and set(OWN) <= set(lake.schema(spec.table).names):
        names = OWN
    if not names:
        raise CannotFollow(
            _("“%(title)s”没有主键，说不出哪一行变了。") % {"title": spec.title},
            do=_("请让提供方在目录里声明主键，或读取整张表。"),
        )
    parts = ", '\\x1f', ".join(f"coalesce(CAST(\"{name}\" AS VARCHAR), '')" for name in names)
    salt = hmac.digest(secret("rows of changes"), json.dumps([spec.code, *whose]).encode(), "sha256").hex()
    return f"left(sha256(concat('{salt}', {parts})), 32)"


def _whose(asking: Asking, one: Admitted) -> list[str]:
    return [asking.actor.department or "", asking.purpose if one.decision.grant else ""]


def _sight_of(spec: Resource, one: Admitted, asking: Asking) -> bytes:
    """What a cursor belongs to: it is no use to anybody who is shown something else."""
    whole = [
        spec.code,
        sorted(one.decision.columns.items()),
        one.decision.where,
        spec.key,
        spec.mode,
        *_whose(asking, one),
    ]
    return hashlib.sha256(json.dumps(whole).encode()).digest()[:8]


def _place(since: str, sight: bytes, newest: int) -> Place:
    if since == "beginning":
        return Place(None, newest)
    place = _read(since, sight) if since else Place(newest, newest)
    if place.after > newest:  # a city restored from before
        raise ChangesExpired(_("这个游标比现有数据还新。"), do=_("请重新取一遍全部（since=beginning）。"))
    if place.before is not None and place.before == place.after and place.before < newest:
        return Place(place.before, newest)
    return place


def _written(place: Place, sight: bytes) -> str:
    data = sight + json.dumps([place.before, place.after, place.position]).encode()
    return sealed(data, use=USE)


def _read(text: str, sight: bytes) -> Place:
    data = unsealed(text, use=USE, longest=LONGEST)
    if data is None:
        raise BadChangesCursor(
            _("游标不是本平台给出的，或抄写不全。"), do=_("请重新取一遍全部（since=beginning）。")
        )
    if data[:8] != sight:
        raise BadChangesCursor(
            _("这个游标属于另一项资源，或您能看到的列和行已经变了。"),
            do=_("请重新取一遍全部（since=beginning）。"),
        )
    before, after, position = json.loads(data[8:])
    return Place(before, after, position)


def told(table: pa.Table) -> list[dict[str, Any]]:
    """As JSON has them: {"change": "update", "id": …, "row": {…}}."""
    rows = ({name: _plain(value) for name, value in row.items()} for row in table.to_pylist())
    return [{"change": row.pop("_change"), "id": row.pop("_id"), "row": row} for row in rows]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else str(value)
