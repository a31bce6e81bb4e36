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
import os
import sys
import time

import duckdb
import measuring.home  # noqa: F401  a home of its own, before anything of the city's
from django.core.management import call_command
from measuring.points import ask_points, ask_points_over_http
from measuring.postgres import postgres
from measuring.servers import Servers
from measuring.table import ME, granted
from measuring.telling import summed_up
from measuring.whole_tables import deliver_parquet, deliver_postgres, read_whole, read_whole_over_http

from huicheng.ground.api import acting_as, seal


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
