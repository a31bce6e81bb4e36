"""Row filters 行范围: conditions on declared fields, never SQL."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from huicheng.exchange.declarations import Field, Resource
from huicheng.ground.api import BadInput
from huicheng.lake import api as lake

Op = Literal["=", "!=", "<", "<=", ">", ">=", "in"]
Scalar = str | int | float | bool
OPS: tuple[Op, ...] = ("=", "!=", "<", "<=", ">", ">=", "in")
MOST_CONDITIONS, MOST_VALUES, LONGEST = 20, 500, 200
LARGEST = (1 << 63) - 1
# Money is kept as it was written; what is no number fits no condition, so its row stays hidden.
AS = {
    "integer": "BIGINT", "number": "DOUBLE", "money": "DOUBLE", "date": "DATE", "datetime": "TIMESTAMP",
    "boolean": "BOOLEAN",
}  # fmt: skip


class WrongFilter(BadInput):
    """A condition that names no field of the resource, or compares it with what it can never be."""


class FilterTooLarge(WrongFilter):
    """More conditions or values than one filter may have."""


@dataclass(frozen=True)
class Condition:
    """``value`` is a tuple for ``in``; dates and times are ISO text."""

    field: str
    op: Op
    value: Scalar | tuple[Scalar, ...]

    def as_list(self) -> list[Any]:
        return [self.field, self.op, list(self.value) if isinstance(self.value, tuple) else self.value]

    @classmethod
    def from_list(cls, data: Sequence[Any]) -> Condition:
        field, op, value = data
        return cls(field, op, tuple(value) if isinstance(value, list) else value)


def where(spec: Resource, conditions: Sequence[Condition]) -> str | None:
    """The filter as the engine's own SQL; refuses what does not fit the resource as it is declared now."""
    if len(conditions) > MOST_CONDITIONS:
        raise FilterTooLarge(
            _("行范围最多 %(most)s 个条件，这里有 %(count)s 个。")
            % {"most": MOST_CONDITIONS, "count": len(conditions)}
        )
    return " AND ".join(_rendered(spec, one) for one in conditions) or None


def said_value(spec: Resource, field: str, op: str, text: str) -> Condition:
    """A condition as somebody typed it; several values of ``in`` are parted by commas."""
    found = _field(spec, field)
    if op not in OPS:
        raise WrongFilter(_unknown_op(found, op))
    parts = [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",")]
    if op == "in":
        return Condition(field, op, tuple(_read(found, part) for part in parts if part))
    return Condition(field, op, _read(found, text.strip()))


def _read(field: Field, text: str) -> Scalar:
    try:
        if field.kind == "integer":
            return int(text)
        if field.kind in ("number", "money"):
            return float(text)
    except ValueError:
        raise _unfit(field, text) from None
    if field.kind == "boolean":
        known = {"是": True, "否": False, "true": True, "false": False, "1": True, "0": False}
        if text.lower() not in known:
            raise _unfit(field, text)
        return known[text.lower()]
    return text


def _rendered(spec: Resource, one: Condition) -> str:
    field = _field(spec, one.field)
    name = f"TRY_CAST({lake.quoted(field.name)} AS {AS.get(field.kind, 'VARCHAR')})"
    if one.op not in OPS or (field.kind == "boolean" and one.op not in ("=", "!=")):
        raise WrongFilter(_unknown_op(field, one.op))
    if one.op == "in":
        return f"{name} IN ({', '.join(_literal(field, value) for value in _several(field, one.value))})"
    if isinstance(one.value, tuple):
        raise _unfit(field, one.value)
    return f"{name} {one.op} {_literal(field, one.value)}"


def _several(field: Field, value: Any) -> tuple[Scalar, ...]:
    if not isinstance(value, tuple) or not value:
        raise WrongFilter(_("“%(field)s”的“属于”后面要有至少一个值。") % {"field": field.title})
    if len(value) > MOST_VALUES:
        raise FilterTooLarge(
            _("“%(field)s”最多列 %(most)s 个值，这里有 %(count)s 个。")
            % {"field": field.title, "most": MOST_VALUES, "count": len(value)}
        )
    return value


def _field(spec: Resource, name: str) -> Field:
    for field in spec.fields:
        if field.name == name:
            return field
    raise WrongFilter(
        _("“%(title)s”没有信息项“%(name)s”；行范围只能用目录里的信息项。")
        % {"title": spec.title, "name": str(name)[:60]}
    )


def _literal(field: Field, value: Any) -> str:
    if field.kind == "boolean":
        return _boolean(field, value)
    if field.kind == "integer":
        if type(value) is not int or abs(value) > LARGEST:
            raise _unfit(field, value)
        return str(value)
    if field.kind in ("number", "money"):
        return _number(field, value)
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        raise _unfit(field, value)
    if field.kind in ("date", "datetime"):
        return _moment(field, value)
    return lake.literal(value)


def _boolean(field: Field, value: Any) -> str:
    if type(value) is not bool:
        raise _unfit(field, value)
    return "TRUE" if value else "FALSE"


def _number(field: Field, value: Any) -> str:
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) > LARGEST:
        raise _unfit(field, value)
    return f"CAST({lake.literal(repr(value))} AS DOUBLE)"


def _moment(field: Field, value: str) -> str:
    try:
        if field.kind == "date":
            return f"DATE {lake.literal(date.fromisoformat(value).isoformat())}"
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise _unfit(field, value) from None
    if moment.tzinfo:
        raise _unfit(field, value)
    return f"TIMESTAMP {lake.literal(moment.isoformat(sep=' '))}"


def _unknown_op(field: Field, op: object) -> str:
    return _("“%(field)s”不能用“%(op)s”比较；可用 %(known)s。") % {
        "field": field.title, "op": str(op)[:20], "known": " ".join(OPS)
    }  # fmt: skip


def _unfit(field: Field, value: object) -> WrongFilter:
    return WrongFilter(
        _("“%(field)s”是%(kind)s，不能与“%(value)s”比较。")
        % {"field": field.title, "kind": kind_words(field), "value": str(value)[:60]}
    )


def kind_words(field: Field) -> str:
    words = {
        "integer": _("整数"), "number": _("数值"), "money": _("金额"), "boolean": _("是否"),
        "date": _("日期（如 2026-01-31）"), "datetime": _("时间（如 2026-01-31 08:00:00，不带时区）"),
    }  # fmt: skip
    return words.get(field.kind, _("文字"))
