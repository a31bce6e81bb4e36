"""The question of one run: the rows behind the mark, in the order in which marks grow."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from huicheng.exchange.databases import DIALECTS, address_of
from huicheng.exchange.reading.source import tidy_header
from huicheng.exchange.refusals import QueryRefused

if TYPE_CHECKING:
    from sqlglot import exp

TABLE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)?")
COLUMN = re.compile(r"[^\W\d]\w{0,119}")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def question(
    url: str, query: str, *, watermark: str, key: str, mark: list[str], lag: int, most: int = 0
) -> str:
    """``mark``: the greatest watermark and its greatest key so far. With a ``lag`` what lies so far before it is asked again.

    ``most``: no more rows than these, where somebody only looks.
    """
    from sqlglot import exp  # slow to load, and only feeds need it

    dialect = DIALECTS[address_of(url).scheme]
    asked = exp.select("*").from_(_source(url, query, dialect))
    high, last = (exp.column(name, table="asked", quoted=True) for name in (watermark, key))
    if mark and lag:
        asked = asked.where(exp.GTE(this=high, expression=_literal(_earlier(mark[0], lag))))
    elif mark:
        same = exp.and_(
            exp.EQ(this=high.copy(), expression=_literal(mark[0])),
            exp.GT(this=last, expression=_literal(mark[1])),
        )
        asked = asked.where(exp.or_(exp.GT(this=high, expression=_literal(mark[0])), same))
    else:
        asked = asked.where(exp.not_(exp.Is(this=high, expression=exp.null())))
    asked = asked.order_by(*(exp.column(name, table="asked", quoted=True) for name in (watermark, key)))
    return (asked.limit(most) if most else asked).sql(dialect)


def _source(url: str, query: str, dialect: str) -> exp.Expression:
    """A table by its name, or a SELECT."""
    import sqlglot
    from sqlglot import exp

    if TABLE.fullmatch(query.strip()):
        return exp.to_table(query.strip(), dialect=dialect, alias="asked")
    try:
        trees = sqlglot.parse(query, dialect=dialect)
    except sqlglot.errors.SqlglotError:
        trees = []
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise QueryRefused(
            address_of(url).name, _("只能是一张表的名字或一条 SELECT 查询"), do=_("请改正后再声明")
        )
    return trees[0].subquery("asked")


def _literal(value: str) -> exp.Expression:
    from sqlglot import exp

    return exp.Literal.number(value) if NUMBER.fullmatch(value) else exp.Literal.string(value)


def _earlier(value: str, lag: int) -> str:
    """Seconds before a moment, or so much less than a number."""
    if NUMBER.fullmatch(value):
        return str(int(value) - lag) if value.lstrip("-").isdigit() else str(float(value) - lag)
    try:
        return str(datetime.fromisoformat(value) - timedelta(seconds=lag))
    except ValueError:
        return value


def mark_in(draft: Path, *, watermark: str, key: str, file: str) -> list[str]:
    """The greatest watermark of a draft and the greatest key beside it, as text that the database reads again."""
    shape = pq.read_schema(draft)
    header = tidy_header(file, shape.names)
    places = {name: header.index(name) for name in (watermark, key) if name in header}
    if len(places) < 2:
        lost = "、".join(name for name in (watermark, key) if name not in places)
        raise QueryRefused(file, _("没有列 %(names)s") % {"names": lost}, do=_("请检查水位列和主键列"))
    found = pq.read_table(draft, columns=[shape.names[place] for place in places.values()])
    high, last = (
        (found.column(n).combine_chunks() for n in range(2)) if watermark != key else (found.column(0),) * 2
    )
    return _greatest(high, last)


def _greatest(high: Any, last: Any) -> list[str]:
    """The rows came in the database's own order: the last one that says its watermark is the furthest."""
    at = pc.filter(pa.array(range(len(high)), pa.int64()), pc.is_valid(high))
    if not len(at):
        return []
    place = at[len(at) - 1].as_py()
    return [_written(high[place]), _written(last[place])]


def _written(value: pa.Scalar) -> str:
    plain = value.as_py()
    return plain.isoformat(sep=" ") if isinstance(plain, datetime) else str(plain)
