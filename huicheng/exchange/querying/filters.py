"""``field=value`` and ``field.gte=value`` read into conditions; values are bound, never written into a question."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huicheng.exchange.querying.refusals import (
    BadParameter,
    FilterTooLarge,
    SqlInFilter,
    UnknownColumn,
    WrongType,
)

OPERATORS: Mapping[str, str] = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
OTHERS = ("in", "null")
RESERVED = frozenset({"columns", "order", "limit", "cursor", "format"})
MOST_CONDITIONS, LONGEST_VALUE, MOST_VALUES, LONGEST_QUERY = 20, 1000, 200, 16_000
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
# Words with which one tries whether a filter is pasted into SQL. Text columns may hold them: there they are values.
TRIED = re.compile(r"(--|;|/\*|'|\"|\b(select|union|insert|update|delete|drop|or|and|sleep|exec)\b)", re.I)
INT64 = range(-(2**63), 2**63)
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]{1,30}")
PLAIN_DECIMAL = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,4})?")


@dataclass(frozen=True)
class Condition:
    column: str
    operator: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Sight:
    """The columns that this actor is shown, each with the kind of value it is compared with: masked, it is text."""

    kinds: Mapping[str, str]
    masked: frozenset[str]

    def known(self, name: str) -> str:
        if name in self.kinds:
            return name
        if not NAME.fullmatch(name):
            raise _odd_name(name)
        raise UnknownColumn(
            _("没有列“%(name)s”，或者您看不到它。") % {"name": name},
            do=_("可用的列：%(known)s") % {"known": "、".join(self.kinds)},
        )


def _odd_name(name: str) -> SqlInFilter | UnknownColumn:
    if TRIED.search(name):
        return SqlInFilter(
            _("筛选里的列名像是 SQL，没有执行。"), do=_("筛选写作 列=值 或 列.gte=值，值按原样比较。")
        )
    return UnknownColumn(
        _("列名“%(name)s”不合规范。") % {"name": name[:60]}, do=_("列名由字母、数字和下划线组成。")
    )


def read(query: Iterable[tuple[str, str]], sight: Sight) -> tuple[Condition, ...]:
    """The conditions of a query string; parameters of the page itself are left to others."""
    found = [(name, value) for name, value in query if name not in RESERVED]
    if len(found) > MOST_CONDITIONS:
        raise FilterTooLarge(
            _("有 %(count)s 个条件，最多 %(most)s 个。") % {"count": len(found), "most": MOST_CONDITIONS},
            do=_("请减少条件，或改用 POST /api/v1/question。"),
        )
    return tuple(_condition(name, value, sight) for name, value in found)


def _condition(name: str, value: str, sight: Sight) -> Condition:
    if len(value) > LONGEST_VALUE:
        raise FilterTooLarge(
            _("条件 %(name)s 的值有 %(size)s 个字，最多 %(most)s 个。")
            % {"name": name[:60], "size": len(value), "most": LONGEST_VALUE}
        )
    field, dot, operator = name.rpartition(".")
    column = sight.known(field if dot else name)
    operator = operator if dot else "eq"
    if operator == "null":
        return Condition(column, "null", (_truth(column, value),))
    if operator == "in":
        return Condition(column, "in", _several(column, value, sight))
    if operator not in OPERATORS:
        raise BadParameter(
            _("不认识比较方式“%(name)s”。") % {"name": operator[:20]},
            do=_("可用的有：%(known)s") % {"known": "、".join((*OPERATORS, *OTHERS))},
        )
    return Condition(column, operator, (typed(column, value, sight.kinds[column]),))


def _several(column: str, value: str, sight: Sight) -> tuple[Any, ...]:
    parts = value.split(",")
    if len(parts) > MOST_VALUES:
        raise FilterTooLarge(
            _("%(column)s.in 有 %(count)s 个值，最多 %(most)s 个。")
            % {"column": column, "count": len(parts), "most": MOST_VALUES}
        )
    return tuple(typed(column, one, sight.kinds[column]) for one in parts)


def typed(column: str, value: str, kind: str) -> Any:
    """The value in the column's own type."""
    if "\x00" in value:
        raise WrongType(_("%(column)s 的值含有不能用的字符。") % {"column": column})
    reader = READERS.get(kind)
    if reader is None:
        return value
    try:
        return reader[0](value)
    except ValueError:
        pass
    if TRIED.search(value):
        raise SqlInFilter(
            _("%(column)s 的值像是 SQL，没有执行。") % {"column": column}, do=_("这一列要的是：%(kind)s") % {"kind": _(reader[1])}
        )  # fmt: skip
    raise WrongType(
        _("%(column)s 的值“%(value)s”类型不对。") % {"column": column, "value": value[:40]},
        do=_("这一列要的是：%(kind)s") % {"kind": _(reader[1])},
    )


def _integer(value: str) -> int:
    if not PLAIN_NUMBER.fullmatch(value) or int(value) not in INT64:
        raise ValueError
    return int(value)


def _number(value: str) -> float:
    if not PLAIN_DECIMAL.fullmatch(value) or not math.isfinite(float(value)):
        raise ValueError
    return float(value)


def _day(value: str) -> date:
    if len(value) != 10:
        raise ValueError
    return date.fromisoformat(value)


def _moment(value: str) -> datetime:
    """A moment with an offset is brought to the city's time, in which tables are kept."""
    from django.utils import timezone

    found = datetime.fromisoformat(value)
    try:
        return timezone.make_naive(found) if found.tzinfo else found
    except OverflowError:  # before the first year, or after the last
        raise ValueError from None


def _flag(value: str) -> bool:
    known = {"true": True, "false": False, "1": True, "0": False}
    if value.lower() not in known:
        raise ValueError
    return known[value.lower()]


def _truth(column: str, value: str) -> bool:
    try:
        return _flag(value)
    except ValueError:
        raise WrongType(_("%(column)s.null 只能是 true 或 false。") % {"column": column}) from None


READERS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "integer": (_integer, gettext_noop("整数，如 42")),
    "number": (_number, gettext_noop("数，如 3.5")),
    "date": (_day, gettext_noop("日期，如 2026-01-31")),
    "datetime": (_moment, gettext_noop("时间，如 2026-01-31T08:00:00")),
    "boolean": (_flag, gettext_noop("true 或 false")),
}
