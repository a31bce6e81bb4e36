"""``export``: the whole of a resource as a file that people open, sent as every long answer is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Literal

import pyarrow as pa

from huicheng.exchange.asking import columns_for
from huicheng.exchange.catalogue import resource
from huicheng.exchange.harmless import harmless_cell
from huicheng.exchange.pieces import parquet
from huicheng.exchange.sending import Asking, Portion, send
from huicheng.ground.api import Actor

Format = Literal["csv", "json", "parquet"]


def export(
    code: str, actor: Actor, *, form: Format, purpose: str = "下载", case: str = ""
) -> Iterator[bytes]:
    """The whole of a resource as the actor may see it, streamed in bounded memory, cut when his right ends."""
    spec = resource(code)
    portion = Portion(columns=columns_for(spec, actor, purpose, case))
    write = {"csv": _csv, "json": _json, "parquet": parquet}[form]
    return send(spec, Asking(actor, purpose, case), portion=portion, write=write)


def _csv(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    """With a BOM: without one Excel reads Chinese as gibberish."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for number, batch in enumerate(batches):
        if number == 0:
            out.write("\ufeff")
            writer.writerow(batch.schema.names)
        columns = [[harmless_cell(value) for value in column.to_pylist()] for column in batch.columns]
        writer.writerows(zip(*columns, strict=True))
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def _json(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    yield b"["
    first = True
    for batch in batches:
        rows = (json.dumps(row, ensure_ascii=False, default=str) for row in batch.to_pylist())
        text = ",\n".join(rows)
        if text:
            yield (("" if first else ",\n") + text).encode()
            first = False
    yield b"]\n"
