"""What a program gets with no exchange between: the engine alone, or PostgreSQL alone, behind the same web server.

``/engine``: one row from the Parquet file by DuckDB. ``/base``: the same from PostgreSQL by its primary key.
``/whole``: the file as an Arrow stream. One engine and one pool of connections for the process, as one would.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import psycopg_pool
import pyarrow as pa

PATH = os.environ["BENCH_PARQUET"]
ENGINE = duckdb.connect(config={"threads": os.cpu_count() or 2})
ENGINE.execute("SET parquet_metadata_cache = true")
BASE = (
    psycopg_pool.ConnectionPool(os.environ["BENCH_POSTGRES"], min_size=8)
    if os.environ.get("BENCH_POSTGRES")
    else None
)
Start = Callable[[str, list[tuple[str, str]]], object]


def application(environ: dict[str, Any], start: Start) -> Any:
    number = int(environ.get("QUERY_STRING", "").rpartition("=")[2] or 0)
    if environ["PATH_INFO"] == "/whole":
        start("200 OK", [("Content-Type", "application/vnd.apache.arrow.stream")])
        return _whole()
    found = _engine(number) if environ["PATH_INFO"] == "/engine" else _base(number)
    body = json.dumps({"rows": found}, default=str).encode()
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _engine(number: int) -> list[Any]:
    return ENGINE.cursor().execute(f"SELECT * FROM read_parquet('{PATH}') WHERE c0 = ?", [number]).fetchall()


def _base(number: int) -> list[Any]:
    assert BASE is not None
    with BASE.connection() as base:
        return base.execute("SELECT * FROM rows WHERE c0 = %s", [number]).fetchall()


def _whole() -> Iterator[bytes]:
    reader = ENGINE.cursor().sql(f"FROM read_parquet('{PATH}')").to_arrow_reader(65536)
    out = io.BytesIO()
    writer = pa.ipc.new_stream(out, reader.schema)
    for batch in reader:
        writer.write_batch(batch)
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    writer.close()
    yield out.getvalue()
