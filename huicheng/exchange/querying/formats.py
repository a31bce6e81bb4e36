"""Rows as JSON, CSV, Arrow or Parquet, exact: what programs read back is what was there."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa
import pyarrow.csv
from django.utils.translation import gettext as _

from huicheng.exchange.pieces import Batches, arrow, parquet
from huicheng.exchange.querying.refusals import FormatNotOffered

Form = Literal["json", "csv", "arrow", "parquet"]
TYPES: Mapping[str, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8; header=present",
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
}


def chosen(wanted: str, accept: str) -> str:
    """``format=`` where it is given, else the first of ours that the caller accepts."""
    if wanted:
        if wanted not in TYPES:
            raise _not_offered(wanted)
        return wanted
    asked = sorted(_preferences(accept), key=lambda one: -one[1])
    for kind, weight in asked:
        if weight > 0 and (form := _form_of(kind)):
            return form
    if asked:
        raise _not_offered(accept)
    return "json"


def _preferences(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept[:500].split(","):
        kind, *parameters = (one.strip().lower() for one in part.split(";"))
        weight = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        if kind:
            yield kind, float(weight) if weight.replace(".", "", 1).isdigit() else 0.0


def _form_of(kind: str) -> str | None:
    if kind in ("*/*", "application/*"):
        return "json"
    if kind == "text/*":
        return "csv"
    return next((form for form, known in TYPES.items() if known.partition(";")[0] == kind), None)


def _not_offered(wanted: str) -> FormatNotOffered:
    return FormatNotOffered(
        _("不提供格式“%(wanted)s”。") % {"wanted": wanted[:80]},
        do=_("可用的有：%(known)s") % {"known": "、".join(TYPES)},
    )


def plain(value: Any) -> Any:
    """A cell as JSON has it; times stand in the city's own time, as they were delivered."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | bytes):
        return str(value) if isinstance(value, Decimal) else value.hex()
    return value


def rows(table: pa.Table | pa.RecordBatch) -> list[dict[str, Any]]:
    return [{name: plain(value) for name, value in row.items()} for row in table.to_pylist()]


def written(form: str, table: pa.Table) -> bytes:
    """A page whole."""
    return b"".join(
        WRITERS[form](iter([pa.RecordBatch.from_pylist([], schema=table.schema), *table.to_batches()]))
    )


def _json(batches: Batches) -> Iterator[bytes]:
    """An array that is only closed when all of it was sent."""
    yield b"["
    first = True
    for batch in batches:
        if text := ",\n".join(json.dumps(row, ensure_ascii=False, default=str) for row in rows(batch)):
            yield (("" if first else ",\n") + text).encode()
            first = False
    yield b"]\n"


def _csv(batches: Batches) -> Iterator[bytes]:
    for number, batch in enumerate(batches):
        out = io.BytesIO()
        options = pa.csv.WriteOptions(include_header=number == 0)
        pa.csv.write_csv(_flat(batch), out, options)
        if out.tell():
            yield out.getvalue()


def _flat(batch: pa.RecordBatch) -> pa.RecordBatch:
    """CSV has no lists: they stand in it as JSON."""
    columns = [
        pa.array([None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in c.to_pylist()], pa.string())
        if pa.types.is_nested(c.type) else c for c in batch.columns
    ]  # fmt: skip
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


WRITERS: Mapping[str, Callable[[Batches], Iterator[bytes]]] = {
    "json": _json, "csv": _csv, "arrow": arrow, "parquet": parquet,
}  # fmt: skip
