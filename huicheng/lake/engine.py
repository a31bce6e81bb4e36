"""DuckDB in this process: an engine with limits, never the file of record."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from huicheng.ground.api import home


def memory_limit() -> str:
    return os.environ.get("HUICHENG_MEMORY", "2GB")


def threads() -> int:
    return int(os.environ.get("HUICHENG_THREADS") or os.cpu_count() or 2)


def spill() -> Path:
    """Where questions larger than memory go; one folder for all, emptied by DuckDB itself."""
    place = home() / "scratch" / "duckdb"
    place.mkdir(parents=True, exist_ok=True)
    return place


def connection(*, memory: str | None = None, threads_limit: int | None = None) -> duckdb.DuckDBPyConnection:
    """A fresh engine for a room's own work (fusion): files may be read, the network may not be reached."""
    engine = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory or memory_limit(),
            "threads": threads_limit or threads(),
            "temp_directory": str(spill()),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        },
    )
    engine.execute("SET TimeZone = 'Asia/Shanghai'")
    return engine


def closed_connection(paths: list[str], *, memory: str | None = None) -> duckdb.DuckDBPyConnection:
    """An engine that may read these files and nothing else, and that no question can reconfigure."""
    engine = connection(memory=memory)
    engine.execute("SET preserve_insertion_order = true")
    if paths:
        quoted = ",".join("'" + path.replace("'", "''") + "'" for path in paths)
        engine.execute(f"SET allowed_paths = [{quoted}]")
    engine.execute("SET enable_external_access = false")
    return engine
