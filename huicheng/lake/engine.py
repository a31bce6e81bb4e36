"""DuckDB in this process: an engine with limits, never the file of record."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from huicheng.ground.api import home
from huicheng.lake.quoting import literal


def memory_limit() -> str:
    return os.environ.get("HUICHENG_MEMORY", "2GB")


def threads() -> int:
    return int(os.environ.get("HUICHENG_THREADS") or os.cpu_count() or 2)


def spill() -> Path:
    """Where questions larger than memory go; one folder for all, emptied by DuckDB itself."""
    place = home() / "scratch" / "duckdb"
    place.mkdir(parents=True, exist_ok=True)
    return place


def limits() -> str:
    """What an engine is told of this home and machine when it starts."""
    return f"{memory_limit()} {threads()} {spill()}"


def connection(*, memory: str | None = None, threads_limit: int | None = None) -> duckdb.DuckDBPyConnection:
    """A fresh engine for a room's own work (fusion): files may be read, the network may not be reached."""
    engine = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory or memory_limit(),
            "threads": threads_limit or threads(),
            "async_threads": 0,  # eight of them, that wait for networks: everything we read lies here
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
        engine.execute(f"SET allowed_paths = [{','.join(map(literal, paths))}]")
    engine.execute("SET enable_external_access = false")
    return engine


# Engines ready for a question, by the process that made them and what stands in them: starting one, and saying how a
# table is shown, takes longer than a small question.
IDLE = 32
_idle: OrderedDict[tuple[int, str], list[duckdb.DuckDBPyConnection]] = OrderedDict()
_shelf = threading.Lock()


Engine = duckdb.DuckDBPyConnection
# What is wrong with a question's words is found before anything of it runs, and leaves an engine as it was.
UNREAD = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)


@contextmanager
def lent_connection(key: str, make: Callable[[], Engine]) -> Iterator[Engine]:
    """A closed engine for one question, as ``make`` makes it where none is ready.

    Nobody else has it meanwhile, and only who gives the same ``key`` has it afterwards: it says all that stands in the
    engine. Whoever hands it rows takes them out again; after a failure it is not lent again.
    """
    place = (os.getpid(), key)
    with _shelf:
        ready = _idle.get(place)
        engine = ready.pop() if ready else None
    engine = engine or make()
    try:
        yield engine
    except UNREAD:
        _put_back(place, engine)
        raise
    except BaseException:
        engine.close()
        raise
    _put_back(place, engine)


def _put_back(place: tuple[int, str], engine: Engine) -> None:
    with _shelf:
        _idle.setdefault(place, []).append(engine)
        _idle.move_to_end(place)
        over = _oldest() if sum(map(len, _idle.values())) > IDLE else None
    if over:
        over.close()


def _oldest() -> Engine | None:
    while _idle:
        place, ready = next(iter(_idle.items()))
        if ready:
            return ready.pop(0)
        del _idle[place]
    return None


def small_engine() -> Engine:
    """For rows that are handed to it; whoever makes it ready locks it."""
    engine = closed_connection([], memory="256MB")
    engine.execute("SET threads = 1")
    return engine


def locked(engine: Engine) -> Engine:
    """From now on nothing said in it changes how it is set."""
    engine.execute("SET lock_configuration = true")
    return engine
