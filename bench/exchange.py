"""Rows a second through the exchange, and its point queries, beside the same with no exchange at all.

python bench/exchange.py [rows ...]        default 100000 1000000 10000000
BENCH=points python bench/exchange.py …    only some: parquet, postgres, whole, points

Deliveries go through mapping, validation, landing, signature and audit; the limit is DuckDB's COPY of the same rows
from Parquet to Parquet. Readings are a department's under a grant: policy, quota, signed receipt; the limit reads the
source's Parquet in the same way. Point queries ask for one row by its number, over HTTP behind the web server as the
city starts it, with a program's key and a durable receipt each; beside DuckDB over the Parquet file and PostgreSQL by
its primary key, each alone behind the same server. Each ratio is of one run of this program.
"""

from __future__ import annotations

import contextlib
import json
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
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow as pa

HOME = tempfile.TemporaryDirectory(prefix="huicheng-bench-")
os.environ["HUICHENG_HOME"] = HOME.name
os.environ["DJANGO_SETTINGS_MODULE"] = "huicheng.city.settings"
os.environ.pop("DATABASE_URL", None)
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from huicheng.exchange import api as exchange  # noqa: E402
from huicheng.ground.api import Actor, acting_as, events, seal, system_actor  # noqa: E402
from huicheng.identity.api import make_key  # noqa: E402

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
POSTGRES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
CLIENTS = (1, 16, 64)
SECONDS = 4.0
RATIOS: dict[str, dict[int, float]] = defaultdict(dict)


def best(work: Callable[[], object], *, times: int) -> float:
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


@contextlib.contextmanager
def memory(process: int | str = "self") -> Iterator[Callable[[], float]]:
    """The most memory that a process held since here, in MB; where the kernel cannot begin anew, since its start."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{process}/clear_refs").write_text("5")
    yield lambda: _most(process)


def _most(process: int | str) -> float:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": os.cpu_count() or 2})


def told(what: str, rows: int, ours: float, limit: float, most: float) -> None:
    RATIOS[what][rows] = limit / ours
    print(
        f"{rows:>11,} rows  {what:<40} {rows / ours:>12,.0f} rows/s, limit {rows / limit:>12,.0f} rows/s, "
        f"ratio {limit / ours:.2f}, peak {most:,.0f} MB", flush=True,
    )  # fmt: skip


def copied(path: Path) -> None:
    engine().execute(
        f"COPY (FROM read_parquet('{path}')) TO '{path}.copy' (FORMAT parquet, COMPRESSION zstd)"
    )


def delivered(source: Path | str, query: str | None = None) -> None:
    receipt = exchange.deliver("bench_rows", source, query=query, actor=ME)
    assert receipt.accepted == receipt.rows, receipt


def deliver_parquet(rows: int, times: int) -> Path:
    """Each time other rows: the same content would be the same receipt. Rows 3 to ``rows`` are in all of them."""
    paths = [Path(HOME.name) / f"rows-{rows}-{number}.parquet" for number in range(times)]
    for number, path in enumerate(paths):
        engine().execute(
            f"COPY ({ROWS.format(first=number, last=rows + number)}) TO '{path}' (COMPRESSION zstd)"
        )
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


def ask_points(rows: int, path: Path) -> None:
    """At the door, with no web server: one row by its number, each with a durable signed receipt."""
    alone = engine()
    sql = "SELECT * FROM raw.bench_rows WHERE c0 = $id"

    def ours(number: int, client: int) -> None:
        found = exchange.ask(sql, READER, purpose=PURPOSES[client % len(PURPOSES)], params={"id": number})
        assert found.table.num_rows == 1

    def bare(number: int, client: int) -> None:
        assert (
            alone.cursor().execute(f"SELECT * FROM read_parquet('{path}') WHERE c0 = ?", [number]).fetchall()
        )

    for clients in CLIENTS:
        _hammered(ours, 1, rows, 1.0)
        limit = told_points(
            "DuckDB over Parquet, no server", rows, clients, _hammered(bare, clients, rows, SECONDS)
        )
        told_points("ours at the door", rows, clients, _hammered(ours, clients, rows, SECONDS), limit)


def told_points(what: str, rows: int, clients: int, took: list[float], *limits: float) -> float:
    each = len(took) / SECONDS
    cut = statistics.quantiles(took, n=100) if len(took) > 1 else took * 99
    ratios = ", ".join(f"{each / limit:.2f}" for limit in limits)
    for number, limit in enumerate(limits):
        RATIOS[f"points {what}, {clients} clients, limit {number + 1}"][rows] = each / limit
    print(
        f"{rows:>11,} rows  points {what:<34} {clients:>3} clients {each:>8,.1f}/s, p50 {cut[49] * 1000:,.0f} ms, "
        f"p99 {cut[98] * 1000:,.0f} ms" + (f", ratio {ratios}" if ratios else ""), flush=True,
    )  # fmt: skip
    return each


def _hammered(work: Callable[[int, int], None], clients: int, rows: int, seconds: float) -> list[float]:
    took: list[float] = []
    until = time.perf_counter() + seconds

    def client(number: int) -> None:
        while (started := time.perf_counter()) < until:
            work(3 + (number * 7919 + len(took) * 104729) % (rows - 3), number)
            took.append(time.perf_counter() - started)
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return took


class Servers:
    """The city's web server as ``huicheng serve`` starts it, and the bare application behind the same."""

    def __init__(self, path: Path, url: str | None) -> None:
        there = {**os.environ, "PYTHONPATH": str(ROOT)}
        bare = {"BENCH_PARQUET": str(path), "BENCH_POSTGRES": url or ""}
        self.ours, self.bare = _free_port(), _free_port()
        self._started = [
            _granian("huicheng.city.wsgi:application", self.ours, there),
            _granian("bench.beside.bare:application", self.bare, {**there, **bare}),
        ]
        for port in (self.ours, self.bare):
            _wait_for(port)
        pid = self._started[0].pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        self.worker = max((int(one) for one in listed), key=_most, default=pid)
        with acting_as(KEEPER):
            key = make_key(
                "测速", of="minzheng", duties=("read",), expires=timezone.now() + timedelta(days=1)
            )
        self.headers = [
            {"Authorization": f"Bearer {key.token}", "Huicheng-Purpose": quote(purpose)}
            for purpose in PURPOSES
        ]

    def stop(self) -> None:
        for one in self._started:
            one.terminate()
        for one in self._started:
            one.wait(timeout=20)


def _granian(application: str, port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """The options of ``city/serving.py``."""
    words = [
        sys.executable, "-m", "granian", "--interface", "wsgi", application, "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "8", "--no-ws", "--backpressure", "64", "--log-level", "warning",
    ]  # fmt: skip
    return subprocess.Popen(words, env=environment, cwd=ROOT)


def _wait_for(port: int) -> None:
    for _attempt in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on {port}")


def ask_points_over_http(rows: int, servers: Servers, url: str | None) -> None:
    def hammered(
        port: int, path: str, headers: list[dict[str, str]], clients: int, seconds: float
    ) -> list[float]:
        what = {
            "port": port,
            "path": path,
            "headers": headers,
            "clients": clients,
            "seconds": seconds,
            "rows": rows,
        }
        words = [sys.executable, str(ROOT / "bench/beside/hammer.py"), json.dumps(what)]
        took: list[float] = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
        return took

    ours = (servers.ours, "/api/v1/resources/bench_rows/rows?c0={id}", servers.headers)
    hammered(*ours, 2, 2.0)
    for clients in CLIENTS:
        limits = []
        for name, path in (
            ("DuckDB over Parquet", "/engine?id={id}"),
            ("PostgreSQL by key", "/base?id={id}"),
        ):
            if url or path.startswith("/engine"):
                took = hammered(servers.bare, path, [{}], clients, SECONDS)
                limits.append(told_points(f"bare {name} over HTTP", rows, clients, took))
        before = len(events(kind="exchange.QuestionAsked", limit=10**9))
        took = hammered(*ours, clients, SECONDS)
        told_points("ours over HTTP", rows, clients, took, *limits)
        noted = len(events(kind="exchange.QuestionAsked", limit=10**9)) - before
        assert noted >= len(took), f"{len(took)} answers and {noted} receipts"


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


def summed_up(sizes: list[int]) -> None:
    """Each ratio, and how it grows with the rows."""
    print("\nratio" + " " * 59 + "".join(f"{rows:>13,}" for rows in sizes))
    for what, found in RATIOS.items():
        print(
            f"{what:<64}" + "".join(f"{found[rows]:>13.2f}" if rows in found else " " * 13 for rows in sizes)
        )


def main() -> None:
    call_command("migrate", verbosity=0)
    with acting_as(ME):
        granted()
    sizes = [int(word) for word in sys.argv[1:]] or [100_000, 1_000_000, 10_000_000]
    parts = os.environ.get("BENCH", "parquet postgres whole points").replace(",", " ").split()
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(
        f"{os.cpu_count()} cores, load {load}; DuckDB {duckdb.__version__}; parts: {' '.join(parts)}",
        flush=True,
    )
    with postgres(max(sizes)) if {"postgres", "points"} & set(parts) else contextlib.nullcontext() as url:
        for rows in sizes:
            measure(rows, parts, url)
    summed_up(sizes)


def measure(rows: int, parts: list[str], url: str | None) -> None:
    times = 1 if rows >= 10_000_000 else 3
    path = deliver_parquet(rows, times if "parquet" in parts else 1)
    if url and "postgres" in parts:
        deliver_postgres(url, rows, times, path)
    if "whole" in parts:
        read_whole(rows, times, path)
    if "points" in parts:
        ask_points(rows, path)
    if {"whole", "points"} & set(parts):
        servers = Servers(path, url)
        try:
            if "whole" in parts:
                read_whole_over_http(rows, times, servers)
            if "points" in parts:
                ask_points_over_http(rows, servers, url)
        finally:
            servers.stop()
    started, count = time.perf_counter(), seal()
    print(f"{rows:>11,} rows  {count:,} events sealed in {time.perf_counter() - started:.1f} s", flush=True)
    path.unlink()


if __name__ == "__main__":
    main()
