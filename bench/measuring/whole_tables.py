"""Deliveries and whole readings, rows a second."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pyarrow as pa
from measuring.servers import Servers
from measuring.table import ME, PURPOSES, READER, engine, written
from measuring.telling import best, memory, told

from huicheng.exchange import api as exchange


def copied(path: Path) -> None:
    engine().execute(
        f"COPY (FROM read_parquet('{path}')) TO '{path}.copy' (FORMAT parquet, COMPRESSION zstd)"
    )


def delivered(source: Path | str, query: str | None = None) -> None:
    receipt = exchange.deliver("bench_rows", source, query=query, actor=ME)
    assert receipt.accepted == receipt.rows, receipt


def deliver_parquet(rows: int, times: int) -> Path:
    paths = [written(rows, number) for number in range(times)]
    left = iter(paths)
    limit = best(lambda: copied(paths[0]), times=times)
    with memory() as most:
        ours = best(lambda: delivered(next(left)), times=times)
    told("delivered from Parquet", rows, ours, limit, most())
    for path in paths[:-1]:
        path.unlink()
    return paths[-1]


def deliver_postgres(url: str, rows: int, times: int, path: Path) -> None:
    """Beside DuckDB's COPY of the same query's rows, beside its COPY of the same rows that lie in a file already, and
    beside the driver fetching the rows and dropping them.

    Without an extension DuckDB does not speak to PostgreSQL itself: its COPY reads the driver's rows as they come.
    """
    import adbc_driver_postgresql.dbapi as adbc

    query = f"SELECT * FROM rows WHERE c0 < {rows}"

    def fetched() -> None:
        with adbc.connect(url) as base, base.cursor() as cursor:
            cursor.execute(query)
            for _batch in cursor.fetch_record_batch():
                pass

    def copied_from_base() -> None:
        with adbc.connect(url) as base, base.cursor() as cursor:
            cursor.execute(query)
            alone = engine()
            alone.register("coming", cursor.fetch_record_batch())
            alone.execute(f"COPY (FROM coming) TO '{path}.copy' (FORMAT parquet, COMPRESSION zstd)")

    shapes = iter(f"{query} AND c0 >= 0 - {number}" for number in range(times))
    limit = best(copied_from_base, times=times)
    with memory() as most:
        ours = best(lambda: delivered(url, query=next(shapes)), times=times)
    told("delivered from PostgreSQL", rows, ours, limit, most())
    told("  beside a COPY of the rows in a file", rows, ours, best(lambda: copied(path), times=times), most())
    told("  beside fetching alone", rows, ours, best(fetched, times=times), most())


def read_whole(rows: int, times: int, path: Path) -> None:
    """Every row that the grant shows, batch by batch as Arrow, with its receipt; beside reading the source's Parquet."""

    def ours() -> None:
        found = exchange.stream("bench_rows", READER, purpose=PURPOSES[0])
        assert sum(batch.num_rows for batch in found) == rows

    def limit() -> None:
        reader = engine().sql(f"FROM read_parquet('{path}')").to_arrow_reader(65536)
        assert sum(batch.num_rows for batch in reader) == rows

    alone = best(limit, times=times)
    with memory() as most:
        told("read whole over Arrow at the door", rows, best(ours, times=times), alone, most())


def read_whole_over_http(rows: int, times: int, servers: Servers) -> None:
    def fetched(port: int, path: str, headers: dict[str, str]) -> None:
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
        with urllib.request.urlopen(asked) as answer, pa.ipc.open_stream(answer) as reader:
            assert sum(batch.num_rows for batch in reader) == rows

    limit = best(lambda: fetched(servers.bare, "/whole", {}), times=times)
    with memory(servers.worker) as most:
        ours = best(
            lambda: fetched(
                servers.ours, "/api/v1/resources/bench_rows/rows?format=arrow", servers.headers[0]
            ),
            times=times,
        )
        told("read whole over Arrow over HTTP", rows, ours, limit, most())
