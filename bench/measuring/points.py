"""Questions for one row by its number: how many a second, and how long each takes."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection
from measuring.home import ROOT
from measuring.servers import Servers
from measuring.table import PURPOSES, READER, engine
from measuring.telling import SECONDS, told_points

from huicheng.exchange import api as exchange
from huicheng.ground.api import events

CLIENTS = (1, 16, 64)


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
