"""How the rows that a department asks for would look, shown to who answers: every personal value masked."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import resource
from huicheng.exchange.declarations import Resource
from huicheng.exchange.evidence.reading import Admitted, read
from huicheng.exchange.evidence.receipts import note
from huicheng.exchange.granting.applications import Application, agreed_filter
from huicheng.exchange.granting.applying import NotYoursToAnswer, may_answer
from huicheng.exchange.granting.conditions import Condition, where
from huicheng.exchange.policy import Decision, Show
from huicheng.ground.api import Actor
from huicheng.lake import api as lake


def preview_of(
    asked: Application, actor: Actor, *, narrowed: Sequence[Condition] = (), limit: int = 5
) -> pa.Table | None:
    """The first of its rows; None where nothing was delivered yet. A reading like any other, with its receipt.

    ``narrowed``: what the provider thinks of adding to the conditions that were asked for.
    """
    if not may_answer(asked, actor):
        raise NotYoursToAnswer(_("这份申请不由您答复，不能预览。"))
    spec = resource(asked.resource)
    _refuse_searching(spec, actor, [*agreed_filter(asked), *narrowed])
    if not lake.exists(spec.table):
        return None
    own = actor.department == spec.owner
    columns: dict[str, Show] = {
        f.name: "plain" if f.sensitivity == "public" or (f.sensitivity == "internal" and own) else "masked"
        for f in spec.fields
        if f.name in asked.wanted.columns
    }
    rows = where(spec, [*agreed_filter(asked), *narrowed])
    admitted = {spec.table: Admitted(spec, Decision(columns, "答复数据申请", rows))}
    names = ", ".join(f'"{name}"' for name in columns)
    answer, one = read(f"SELECT {names} FROM {spec.table}", None, admitted, limit)
    note(actor, f"答复数据申请 {asked.id}", [one])
    return answer.table


def _refuse_searching(spec: Resource, actor: Actor, rows: Sequence[Condition]) -> None:
    """Whether a row is left by a condition on a masked value says what the value is, to who may not see it."""
    closed = {f.name: f.title for f in spec.fields if f.sensitivity != "public"}
    said = [closed[one.field] for one in rows if one.field in closed]
    if said and actor.department != spec.owner:
        raise NotYoursToAnswer(
            _("“%(name)s”不是公开的信息项，按它筛选的样例只给提供方看。请去掉这个条件再预览。")
            % {"name": "、".join(dict.fromkeys(said))}
        )
