"""Questions that run too long are stopped, by one thread that looks at all of them a few times a second."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

LOOK = 0.2
_open: dict[int, tuple[float, duckdb.DuckDBPyConnection]] = {}
_shelf = threading.Condition()
_watchers: dict[int, threading.Thread] = {}


@contextmanager
def in_time(engine: duckdb.DuckDBPyConnection, timeout: float) -> Iterator[None]:
    """Interrupt what runs in ``engine`` when the time is over, and never what runs in it afterwards."""
    with _shelf:
        _open[id(engine)] = (time.monotonic() + timeout, engine)
        if not (watcher := _watchers.get(os.getpid())) or not watcher.is_alive():
            _watchers[os.getpid()] = watcher = threading.Thread(target=_watch, name="in time", daemon=True)
            watcher.start()
        _shelf.notify()
    try:
        yield
    finally:
        with _shelf:
            _open.pop(id(engine), None)


def _watch() -> None:
    while True:
        with _shelf:
            while not _open:
                _shelf.wait()
            _stop_the_late()
        time.sleep(LOOK)


def _stop_the_late() -> None:
    """In a function of its own: a thread that sleeps would keep the last engine it looked at."""
    for until, engine in _open.values():
        if time.monotonic() > until:
            engine.interrupt()
