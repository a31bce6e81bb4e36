"""The table that goes through the exchange: its rows as DuckDB and as PostgreSQL make them, and who is granted what of it."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import duckdb
from django.utils import timezone
from measuring.home import HOME

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, system_actor

ME = system_actor("bench")
OWNER = Actor(
    id="account:1",
    name="孙",
    kind="official",
    department="weijian",
    duties=frozenset({"read", "grant", "deliver"}),
)
READER = Actor(id="account:2", name="何", kind="official", department="minzheng", duties=frozenset({"read"}))
KEEPER = Actor(
    id="account:3", name="林", kind="official", department="minzheng", duties=frozenset({"read", "keys"})
)
PURPOSES = [f"核对测速名单之{number}" for number in range(16)]
KINDS = (
    "integer", "text", "integer", "number", "date", "text", "datetime", "text", "integer", "date", "text", "number",
)  # fmt: skip
ROWS = """SELECT i AS c0, 'row ' || i AS c1, (i % 97)::bigint AS c2, i / 7.0 AS c3,
DATE '2020-01-01' + (i % 900)::int AS c4, 'street ' || i % 400 AS c5,
TIMESTAMP '2024-01-01' + INTERVAL (i) SECOND AS c6, 'district ' || i % 13 AS c7, i * 3 AS c8,
DATE '2000-01-01' + (i % 7000)::int AS c9, md5(i::varchar) AS c10, i / 3.0 AS c11
FROM range({first}, {last}) t(i)"""
# The same rows where they are in PostgreSQL.
TABLE = """CREATE TABLE rows AS SELECT i AS c0, 'row ' || i AS c1, (i % 97)::bigint AS c2, i / 7.0::float8 AS c3,
DATE '2020-01-01' + (i % 900)::int AS c4, 'street ' || i % 400 AS c5,
TIMESTAMP '2024-01-01' + i * INTERVAL '1 second' AS c6, 'district ' || i % 13 AS c7, i * 3 AS c8,
DATE '2000-01-01' + (i % 7000)::int AS c9, md5(i::text) AS c10, i / 3.0::float8 AS c11
FROM generate_series(0::bigint, {last} - 1) t(i)"""


def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": os.cpu_count() or 2})


def granted() -> None:
    """A resource of one department, and what another was granted of it."""
    fields = tuple(exchange.Field(f"c{n}", f"c{n}", kind) for n, kind in enumerate(KINDS))
    spec = exchange.Resource(
        code="bench_rows", title="测速", owner="weijian", fields=fields, share="conditional"
    )
    exchange.declare(spec)
    for purpose in PURPOSES:
        wanted = exchange.Wanted(
            columns=tuple(f.name for f in fields), purpose=purpose, basis="测速", until=timezone.localdate() + timedelta(30)
        )  # fmt: skip
        asked = exchange.request_access("bench_rows", READER, wanted)
        terms = exchange.Terms(per_minute=6000, rows_per_day=100_000_000)
        exchange.approve_application(asked.id, OWNER, terms)


def written(rows: int, number: int) -> Path:
    """Each ``number`` has other rows: the same content would be the same receipt. Rows 3 to ``rows`` are in all of them."""
    path = HOME / f"rows-{rows}-{number}.parquet"
    engine().execute(f"COPY ({ROWS.format(first=number, last=rows + number)}) TO '{path}' (COMPRESSION zstd)")
    return path
