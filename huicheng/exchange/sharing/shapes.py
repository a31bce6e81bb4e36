"""Arrow's types as Delta's protocol writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
from django.conf import settings

from huicheng.exchange.declarations import Resource

MOMENT = pa.timestamp("us", tz="UTC")
NAMES: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_int64, "long"), (pa.types.is_integer, "integer"), (pa.types.is_float64, "double"),
    (pa.types.is_floating, "float"), (pa.types.is_boolean, "boolean"), (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "timestamp"), (pa.types.is_binary, "binary"),
)  # fmt: skip


def shared_shape(shape: pa.Schema) -> pa.Schema:
    """What every client reads alike: a time without a zone is the city's and becomes a moment; lists become JSON."""
    return pa.schema([pa.field(one.name, _shared(one.type)) for one in shape])


def _shared(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind):
        return MOMENT
    if pa.types.is_decimal(kind) or any(test(kind) for test, _name in NAMES):
        return kind
    return pa.string()


def shaped(batch: pa.RecordBatch, shape: pa.Schema) -> pa.RecordBatch:
    columns = [_column(one, field.type) for one, field in zip(batch.columns, shape, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=shape)


def _column(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if kind == MOMENT and column.type.tz is None:
        import pyarrow.compute as pc

        zoned = pc.assume_timezone(column.cast(pa.timestamp("us")), settings.TIME_ZONE, ambiguous="earliest")
        return zoned.cast(MOMENT)
    if pa.types.is_nested(column.type):
        texts = [
            None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in column.to_pylist()
        ]
        return pa.array(texts, pa.string())
    return column.cast(kind)


def schema_string(shape: pa.Schema, spec: Resource) -> str:
    titles = {f.name: f.title for f in spec.fields}
    fields = [
        {"name": one.name, "type": _name(one.type), "nullable": True, "metadata": {"comment": titles.get(one.name, "")}}
        for one in shape
    ]  # fmt: skip
    return json.dumps({"type": "struct", "fields": fields}, ensure_ascii=False)


def _name(kind: Any) -> str:
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    return next((name for test, name in NAMES if test(kind)), "string")
