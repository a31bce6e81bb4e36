"""A PostgreSQL of its own with the same rows, gone afterwards; none where it is not installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measuring.servers import free_port
from measuring.table import TABLE

POSTGRES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


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
    port = free_port()
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
