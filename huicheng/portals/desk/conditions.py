"""Row conditions as a form has them: three lines of item, comparison and value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huicheng.exchange import api as exchange

LINES = 3
OPS = ("=", "!=", "<", "<=", ">", ">=", "in")
NAMES = ("field", "op", "value")


def blank() -> list[dict[str, str]]:
    return [{"field": "", "op": "=", "value": ""} for _place in range(LINES)]


def typed(form: Any) -> list[dict[str, str]]:
    """As they were typed, to be shown again where something is wrong."""
    lines = zip(*(form.getlist(f"filter-{name}") for name in NAMES), strict=False)
    return [dict(zip(NAMES, line, strict=True)) for line in lines]


def lines_of(conditions: Sequence[exchange.Condition]) -> list[dict[str, str]]:
    return [*map(_line, conditions), *blank()[len(conditions) :]]


def _line(one: exchange.Condition) -> dict[str, str]:
    several = one.value if isinstance(one.value, tuple) else (one.value,)
    return {"field": one.field, "op": one.op, "value": "，".join(map(str, several))}


def read(spec: exchange.Resource, lines: Sequence[dict[str, str]]) -> tuple[exchange.Condition, ...]:
    chosen = [one for one in lines if one["field"]]
    return tuple(exchange.said_value(spec, one["field"], one["op"], one["value"]) for one in chosen)
