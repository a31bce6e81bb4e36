"""How the rows that a department asks for would look, shown to who answers: every personal value masked."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import resource
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
    if not lake.exists(spec.table):
        return None
    columns: dict[str, Show] = {
        f.name: "masked" if f.sensitivity == "personal" else "plain"
        for f in spec.fields
        if f.name in asked.wanted.columns
    }
    rows = where(spec, [*agreed_filter(asked), *narrowed])
    admitted = {spec.table: Admitted(spec, Decision(columns, "答复数据申请", rows))}
    names = ", ".join(f'"{name}"' for name in columns)
    answer, one = read(f"SELECT {names} FROM {spec.table}", None, admitted, limit)
    note(actor, f"答复数据申请 {asked.id}", [one])
    return answer.table
