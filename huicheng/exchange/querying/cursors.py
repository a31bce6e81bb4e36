"""Where a page ended: sealed, so that nobody reads on from a place, a version or a question that was not theirs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from huicheng.exchange.querying.refusals import BadCursor
from huicheng.exchange.sealing import sealed, unsealed

USE = "query cursors"
LONGEST = 8_000


@dataclass(frozen=True)
class Cursor:
    """``last``: the ordering columns of the last row sent; ``seen``: how many rows with just these values were sent."""

    question: str
    version: int
    last: tuple[Any, ...]
    seen: int

    def written(self) -> str:
        data = json.dumps(asdict(self) | {"last": [_plain(one) for one in self.last]}).encode()
        return sealed(data, use=USE)


def read(text: str, question: str) -> Cursor:
    data = unsealed(text, use=USE, longest=LONGEST)
    if data is None:
        raise BadCursor(_("游标不是本平台给出的，或抄写不全。"), do=_("请从第一页重新开始（不带 cursor）。"))
    told = json.loads(data)
    if told["question"] != question:
        raise BadCursor(
            _("这个游标属于另一个查询。"),
            do=_("翻页时除 cursor 外的参数须与第一页相同；要换条件，请重新开始。"),
        )
    return Cursor(told["question"], told["version"], tuple(_back(one) for one in told["last"]), told["seen"])


def question_of(parts: Mapping[str, Any]) -> str:
    """What is asked and under which sight, in 16 characters."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return {"decimal": str(value)} if isinstance(value, Decimal) else value


def _back(told: Any) -> Any:
    if not isinstance(told, dict):
        return told
    readers = {"moment": datetime.fromisoformat, "day": date.fromisoformat, "decimal": Decimal}
    ((kind, text),) = told.items()
    return readers[kind](text)  # type: ignore[operator]
