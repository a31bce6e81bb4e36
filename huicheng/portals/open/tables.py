"""Open tables, read as anybody may: through exchange's policy, never past it."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import pyarrow as pa
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from sqlglot import exp, select

from huicheng.codes import api as codes
from huicheng.exchange import api as exchange
from huicheng.exchange.api import Resource
from huicheng.ground.api import ANONYMOUS
from huicheng.portals.open import pictures
from huicheng.portals.open.asking import Condition, Question

PURPOSE = "数据开放"
MOST_DRAWN = 500_000
SIGNS = {"=": exp.EQ, ">": exp.GT, ">=": exp.GTE, "<": exp.LT, "<=": exp.LTE}
Row = dict[str, Any]


@dataclass(frozen=True)
class Form:
    title: str
    media: str


FORMS = {
    "csv": Form("CSV", "text/csv; charset=utf-8"),
    "json": Form("JSON", "application/json"),
    "parquet": Form("Parquet", "application/vnd.apache.parquet"),
    "geojson": Form("GeoJSON", "application/geo+json"),
}


@dataclass(frozen=True)
class Facts:
    """How big, how new; all empty before the first delivery, and of what is not everybody's only how new."""

    rows: int | None = None
    size: int | None = None
    version: int | None = None
    updated: datetime | None = None
    late: bool = False


@dataclass(frozen=True)
class Quality:
    field: str
    filled: float
    distinct: int
    low: Any
    high: Any


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _from(resource: Resource, *shown: exp.Expr | str) -> exp.Select:
    schema, _dot, name = resource.table.partition(".")
    return select(*shown).from_(exp.table_(name, db=schema, quoted=True))


def _ask(question: exp.Select, params: dict[str, Any] | None = None) -> exchange.Answer:
    return exchange.ask(question.sql("duckdb"), ANONYMOUS, purpose=PURPOSE, params=params or {})


def page(resource: Resource, asked: Question) -> tuple[list[Row], int]:
    """One page of rows and how many there are in all."""
    names = asked.columns or tuple(field.name for field in resource.fields)
    question = _filtered(_from(resource, *map(_column, names)), asked.conditions)
    question = question.order_by(*_order(resource, asked.order)).limit(asked.limit).offset(asked.offset)
    params = {f"p{n}": one.value for n, one in enumerate(asked.conditions)}
    total = _total(resource, asked.conditions, params)
    if asked.offset >= total or not asked.limit:
        return [], total
    return [_finite(row) for row in _ask(question, params).table.to_pylist()], total


def _total(resource: Resource, conditions: Sequence[Condition], params: dict[str, Any]) -> int:
    if not conditions:
        return facts(resource).rows or 0
    counted = _filtered(_from(resource, exp.alias_(exp.Count(this=exp.Star()), "n")), conditions)
    return int(_ask(counted, params).table["n"][0].as_py())


def _filtered(question: exp.Select, conditions: Sequence[Condition]) -> exp.Select:
    for number, one in enumerate(conditions):
        value = exp.Placeholder(this=f"p{number}")
        if one.sign == "has":
            question = question.where(exp.or_(*(_has(name, value) for name in (one.field, *one.among))))
        else:
            question = question.where(SIGNS[one.sign](this=_column(one.field), expression=value))
    return question


def _has(name: str, value: exp.Placeholder) -> exp.Expr:
    return exp.Contains(this=exp.Lower(this=_column(name)), expression=exp.Lower(this=value.copy()))


def _order(resource: Resource, wanted: str) -> list[exp.Ordered]:
    """By the key after what was asked for: pages must not overlap."""
    name = wanted.removeprefix("-")
    keys = [key for key in resource.key or tuple(f.name for f in resource.fields) if key != name]
    first = [exp.Ordered(this=_column(name), desc=wanted.startswith("-"), nulls_first=False)] if name else []
    return [*first, *(exp.Ordered(this=_column(key)) for key in keys)]


def _finite(row: Row) -> Row:
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}


def latest(resource: Resource, count: int) -> list[Row]:
    """A few rows worth looking at: the newest where there is time, our own city's where there are others."""
    plan = pictures.plan(resource)
    order = f"-{plan.x}" if plan.kind == "line" else ""
    own = (
        (Condition("city", "=", settings.CITY_NAME),)
        if any(f.name == "city" for f in resource.fields)
        else ()
    )
    found = page(resource, Question(limit=count, offset=0, order=order, conditions=own))[0]
    return found or page(resource, Question(limit=count, offset=0, order=order))[0]


def read(resource: Resource, names: Sequence[str]) -> pa.Table:
    """Whole columns, for a picture; of a very long table, its first half a million rows."""
    return _ask(_from(resource, *map(_column, names)).limit(MOST_DRAWN)).table


@functools.lru_cache(maxsize=64)
def cities(resource: Resource, _known: Facts) -> tuple[str, ...]:
    """The cities a table tells of, once per version."""
    found = read(resource, ["city"])["city"].unique().to_pylist()
    return tuple(sorted(filter(None, found)))


def facts(resource: Resource) -> Facts:
    known = exchange.statistics(resource.code)
    if not resource.open:
        return Facts(updated=known.updated_at, late=bool(known.late))
    if known.version is None or not known.rows:
        return Facts()
    return Facts(known.rows, known.size, known.version, known.updated_at, bool(known.late))


def quality(resource: Resource) -> tuple[Quality, ...]:
    known = facts(resource)
    return _quality(resource, known) if known.rows else ()


def filled(resource: Resource) -> float | None:
    """The share of cells that hold something."""
    found = quality(resource)
    return sum(one.filled for one in found) / len(found) if found else None


@functools.lru_cache(maxsize=256)
def _quality(resource: Resource, known: Facts) -> tuple[Quality, ...]:
    """Counted once per version: the answer cannot change under it."""
    shown: list[exp.Expr] = [exp.alias_(exp.Count(this=exp.Star()), "n")]
    for number, field in enumerate(resource.fields):
        column = _column(field.name)
        shown += [
            exp.alias_(exp.Count(this=column), f"filled{number}"),
            exp.alias_(exp.Count(this=exp.Distinct(expressions=[column])), f"distinct{number}"),
            exp.alias_(exp.Min(this=column), f"low{number}"),
            exp.alias_(exp.Max(this=column), f"high{number}"),
        ]
    row = _ask(_from(resource, *shown)).table.to_pylist()[0]
    return tuple(
        Quality(
            field.name,
            row[f"filled{n}"] / (row["n"] or 1),
            row[f"distinct{n}"],
            row[f"low{n}"],
            row[f"high{n}"],
        )
        for n, field in enumerate(resource.fields)
    )


def stream(resource: Resource, form: str) -> Iterator[bytes]:
    if form == "geojson":
        return _features(resource)
    return exchange.export(resource.code, ANONYMOUS, form=cast(Any, form), purpose=PURPOSE)


def _features(resource: Resource) -> Iterator[bytes]:
    """GeoJSON; coordinates are turned to WGS-84, as RFC 7946 demands."""
    names = [field.name for field in resource.fields]
    shifted = pictures.plan(resource).datum == "gcj02"
    yield b'{"type":"FeatureCollection","features":[\n'
    mark = b""
    for batch in read(resource, names).to_batches(2000):
        lines = [_feature(row, shifted) for row in batch.to_pylist() if row["lng"] is not None]
        if lines:
            yield mark + ",\n".join(lines).encode()
            mark = b",\n"
    yield b"\n]}\n"


def _feature(row: Row, shifted: bool) -> str:
    lng, lat = row.pop("lng"), row.pop("lat")
    if shifted:
        lng, lat = (round(degree, 6) for degree in codes.gcj02_to_wgs84(lng, lat))
    point = {"type": "Point", "coordinates": [lng, lat]}
    shape = {"type": "Feature", "geometry": point, "properties": row}
    return json.dumps(shape, ensure_ascii=False, cls=DjangoJSONEncoder)
