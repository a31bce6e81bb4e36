"""Rows a second through the exchange, beside the same rows moved with no exchange at all.

python bench/exchange.py [rows ...]        default 100000 1000000 10000000

Deliveries go through mapping, validation, landing, signature and audit; the limit is DuckDB's COPY of the same rows
from Parquet to Parquet. Readings go through policy, subject sets and a signed receipt; the limit reads the source's
Parquet. The best of three (of one from ten million rows on); each ratio is of one run of this program.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

HOME = tempfile.TemporaryDirectory(prefix="huicheng-bench-")
os.environ["HUICHENG_HOME"] = HOME.name
os.environ["DJANGO_SETTINGS_MODULE"] = "huicheng.city.settings"
os.environ.pop("DATABASE_URL", None)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from huicheng.exchange.api import Field, Resource, ask, declare, deliver  # noqa: E402
from huicheng.ground.api import Actor, system_actor  # noqa: E402

ME = system_actor("bench")
READER = Actor(id="bench", name="测", kind="official", department="shuju", duties=frozenset({"steward"}))
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
POSTGRES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
CLIENTS = (1, 16, 64)
SECONDS = 4.0


def best(work: Callable[[], object], *, times: int) -> float:
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def peak() -> str:
    return f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB"


def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": os.cpu_count() or 2})


def told(what: str, rows: int, ours: float, limit: float) -> None:
    print(
        f"{rows:>11,} rows  {what:<34} {rows / ours:>12,.0f} rows/s, limit {rows / limit:>12,.0f} rows/s, "
        f"ratio {limit / ours:.2f}, {peak()}", flush=True,
    )  # fmt: skip


def copied(path: Path) -> None:
    engine().execute(
        f"COPY (FROM read_parquet('{path}')) TO '{path}.copy' (FORMAT parquet, COMPRESSION zstd)"
    )


def delivered(source: Path | str, query: str | None = None) -> None:
    receipt = deliver("bench_rows", source, query=query, actor=ME)
    assert receipt.accepted == receipt.rows, receipt


def deliver_parquet(rows: int, times: int) -> Path:
    """Each time other rows: the same content would be the same receipt."""
    paths = [Path(HOME.name) / f"rows-{rows}-{number}.parquet" for number in range(times)]
    for number, path in enumerate(paths):
        engine().execute(
            f"COPY ({ROWS.format(first=number, last=rows + number)}) TO '{path}' (COMPRESSION zstd)"
        )
    left = iter(paths)
    limit = best(lambda: copied(paths[0]), times=times)
    ours = best(lambda: delivered(next(left)), times=times)
    told("delivered from Parquet", rows, ours, limit)
    for path in paths[:-1]:
        path.unlink()
    return paths[-1]


def deliver_postgres(url: str, rows: int, times: int, path: Path) -> None:
    """Beside the same COPY, and beside the driver fetching the rows and dropping them."""
    import adbc_driver_postgresql.dbapi as adbc

    query = f"SELECT * FROM rows WHERE c0 < {rows}"

    def fetched() -> None:
        with adbc.connect(url) as base, base.cursor() as cursor:
            cursor.execute(query)
            for _batch in cursor.fetch_record_batch():
                pass

    shapes = iter(f"{query} AND c0 >= 0 - {number}" for number in range(times))
    limit = best(lambda: copied(path), times=times)
    ours = best(lambda: delivered(url, query=next(shapes)), times=1)
    told("delivered from PostgreSQL", rows, ours, limit)
    told("  beside fetching alone", rows, ours, best(fetched, times=times))


def read_whole(rows: int, times: int, path: Path) -> None:
    """Every row as the actor may see it, as an Arrow table, with its receipt; beside reading the source's Parquet."""

    def ours() -> None:
        found = ask("SELECT * FROM raw.bench_rows", READER, purpose="测速")
        assert found.table.num_rows == rows

    def limit() -> None:
        assert engine().sql(f"FROM read_parquet('{path}')").to_arrow_table().num_rows == rows

    told("read whole over Arrow at the door", rows, best(ours, times=times), best(limit, times=times))


def ask_points(rows: int, path: Path) -> None:
    """One row by its number, each with a durable signed receipt; beside the engine alone over the same Parquet."""

    def ours(number: int) -> None:
        ask("SELECT * FROM raw.bench_rows WHERE c0 = $id", READER, purpose="测速", params={"id": number})

    def bare(number: int) -> None:
        engine().execute(f"SELECT * FROM read_parquet('{path}') WHERE c0 = ?", [number]).fetchall()

    for clients in CLIENTS:
        for what, work in (("at the door", ours), ("bare", bare)):
            times = _hammered(work, clients, rows)
            p99 = statistics.quantiles(times, n=100)[98] if len(times) > 1 else times[0]
            print(
                f"{rows:>11,} rows  point queries {what:<12} {clients:>3} clients {len(times) / SECONDS:>8,.1f}/s, "
                f"p99 {p99 * 1000:,.0f} ms", flush=True,
            )  # fmt: skip


def _hammered(work: Callable[[int], None], clients: int, rows: int) -> list[float]:
    took: list[float] = []
    until = time.perf_counter() + SECONDS

    def client(number: int) -> None:
        while (started := time.perf_counter()) < until:
            work((number * 7919 + len(took)) % rows)
            took.append(time.perf_counter() - started)
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return took


@contextlib.contextmanager
def postgres(rows: int) -> Iterator[str | None]:
    if POSTGRES is None:
        print("PostgreSQL is not installed: its deliveries are left out")
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="huicheng-bench-pg-"))
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if become:
        shutil.chown(folder, "postgres")

    def run(*words: str) -> None:
        subprocess.run([*become, *words], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    run(str(POSTGRES / "initdb"), "-D", f"{folder}/data", "-A", "trust", "-U", "postgres")
    port = _free_port()
    options = f"-k {folder} -c listen_addresses=127.0.0.1 -p {port} -c fsync=off -c max_wal_size=8GB"
    run(str(POSTGRES / "pg_ctl"), "-D", f"{folder}/data", "-o", options, "-l", f"{folder}/log", "-w", "start")
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    try:
        import psycopg

        with psycopg.connect(url, autocommit=True) as base:
            base.execute(TABLE.format(last=rows))
            base.execute("ALTER TABLE rows ADD PRIMARY KEY (c0)")
            base.execute("ANALYZE rows")
        yield url
    finally:
        run(str(POSTGRES / "pg_ctl"), "-D", f"{folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    call_command("migrate", verbosity=0)
    fields = tuple(Field(f"c{n}", f"c{n}", kind) for n, kind in enumerate(KINDS))
    declare(Resource(code="bench_rows", title="测速", owner="shuju", fields=fields))
    sizes = [int(word) for word in sys.argv[1:]] or [100_000, 1_000_000, 10_000_000]
    with postgres(max(sizes)) as url:
        for rows in sizes:
            times = 1 if rows >= 10_000_000 else 3
            path = deliver_parquet(rows, times)
            if url:
                deliver_postgres(url, rows, times, path)
            read_whole(rows, times, path)
            if rows <= 1_000_000:
                ask_points(rows, path)
            path.unlink()


if __name__ == "__main__":
    main()
