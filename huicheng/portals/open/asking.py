"""What a request asks of a table: which rows, how many, in what order; every mistake has its sentence."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.timezone import is_aware, make_naive
from django.utils.translation import gettext as _

from huicheng.exchange.api import Field, Resource
from huicheng.ground.api import BadInput, said

MOST_ROWS, FARTHEST = 1000, 10_000_000
SIGNS = {"": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "has": "has"}
WORDS = {"limit", "offset", "order", "fields", "format"}


@dataclass(frozen=True)
class Condition:
    """``among``: other fields in which the words may stand as well; only for ``has``."""

    field: str
    sign: str
    value: Any
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """``order`` is a field's name, with a minus in front for the largest first."""

    limit: int
    offset: int
    conditions: tuple[Condition, ...] = ()
    order: str = ""
    columns: tuple[str, ...] = ()


def question(resource: Resource, asked: QueryDict) -> Question:
    fields = {field.name: field for field in resource.fields}
    return Question(
        limit=whole(asked, "limit", usual=100, most=MOST_ROWS),
        offset=whole(asked, "offset", usual=0, most=FARTHEST),
        conditions=tuple(_condition(fields, key, str(asked[key])) for key in asked if key not in WORDS),
        order=_order(fields, asked.get("order", "")),
        columns=_columns(fields, asked.get("fields", "")),
    )


def condition(resource: Resource, key: str, text: str) -> Condition:
    """One condition, as a query string writes it: ``city``, ``rows__gte``."""
    return _condition({field.name: field for field in resource.fields}, key, text)


def known(resource: Resource, name: str) -> Field:
    """The field of this name, or a sentence that lists those there are."""
    return _known({field.name: field for field in resource.fields}, name)


def anywhere(resource: Resource, text: str) -> Condition:
    """Rows with these words in any field of text."""
    texts = [field.name for field in resource.fields if field.kind not in READERS]
    if not texts:
        raise BadInput(_("这份数据没有文字字段，不能按文字查找。"))
    return Condition(texts[0], "has", text, tuple(texts[1:]))


def whole(asked: Mapping[str, str], name: str, *, usual: int, most: int) -> int:
    text = asked.get(name, "").strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most):
        raise BadInput(
            _("%(name)s 应是 0 到 %(most)s 的整数，收到的是“%(text)s”。")
            % {"name": name, "most": most, "text": text[:40]}
        )
    return int(text)


def _known(fields: Mapping[str, Field], name: str) -> Field:
    if name not in fields:
        known = _("、").join(fields)
        raise BadInput(
            _("没有字段“%(name)s”。这份数据的字段是：%(known)s。") % {"name": name[:40], "known": known}
        )
    return fields[name]


def _order(fields: Mapping[str, Field], text: str) -> str:
    if text:
        _known(fields, text.removeprefix("-"))
    return text


def _columns(fields: Mapping[str, Field], text: str) -> tuple[str, ...]:
    return tuple(_known(fields, name.strip()).name for name in text.split(",")) if text.strip() else ()


def _condition(fields: Mapping[str, Field], key: str, text: str) -> Condition:
    name, _line, sign = key.partition("__")
    field = _known(fields, name)
    if sign not in SIGNS:
        signs = _("、").join(f"{name}__{sign}" for sign in SIGNS if sign)
        raise BadInput(
            _("“%(key)s”不认识。可用：%(name)s、%(signs)s。")
            % {"key": key[:60], "name": name, "signs": signs}
        )
    if sign == "has" and field.kind in READERS:
        raise BadInput(_("“%(title)s”不是文字，不能用 __has。") % {"title": said(field.title)})
    return Condition(name, SIGNS[sign], _value(field, text))


def _value(field: Field, text: str) -> Any:
    if "\x00" in text:
        raise BadInput(_("“%(title)s”的条件含有不可见字符。") % {"title": said(field.title)})
    read = READERS.get(field.kind)
    if read is None:
        return text
    try:
        return read(text.strip())
    except (ValueError, OverflowError) as problem:
        asked = {"title": said(field.title), "example": EXAMPLES[field.kind], "text": text[:40]}
        raise BadInput(_("“%(title)s”读不懂“%(text)s”，请写成 %(example)s 这样。") % asked) from problem


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _integer(text: str) -> int:
    value = int(text)
    if abs(value) >= 2**63:
        raise OverflowError(text)
    return value


def _truth(text: str) -> bool:
    known = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


def _moment(text: str) -> datetime:
    """Tables keep the city's own wall-clock time; at the calendar's ends there may be no such time."""
    value = datetime.fromisoformat(text)
    return make_naive(value) if is_aware(value) else value


READERS: dict[str, Callable[[str], Any]] = {
    "number": _number,
    "integer": _integer,
    "boolean": _truth,
    "date": date.fromisoformat,
    "datetime": _moment,
}
EXAMPLES = {
    "number": "12.5",
    "integer": "12",
    "boolean": "true",
    "date": "2015-11-08",
    "datetime": "2015-11-08 13:00",
}
