"""Who may touch a table now: writers queue, readers hold the version they read, and what is held is not removed.

All of it is flock: the kernel lets go when a process dies, however it dies.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huicheng.ground.api import home


class LakeBusy(Exception):
    """Somebody else held the table for longer than we were ready to wait."""


def _locks() -> Path:
    return home() / "lake" / ".locks"


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def held(table: str, *, shared: bool = False, wait: float = 3600) -> Iterator[None]:
    """Writers queue here."""
    handle = _open(_locks() / table)
    try:
        _acquire(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, table, wait)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int, kind: int, table: str, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            return fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise LakeBusy(f"{table} was being written for more than {wait:.0f} s; try again") from None
            time.sleep(0.02)


@contextmanager
def gate(table: str, *, alone: bool = False) -> Iterator[None]:
    """Passed in an instant by whoever opens a table; closed while its old files and its old log are removed.

    Nothing inside a closed gate may open the table by way of the gate: the process would wait for itself.
    """
    handle = _open(_locks() / "gates" / table)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


class Pin:
    """While this lives, the files and the log of one version stay."""

    def __init__(self, table: str, version: int) -> None:
        self._handle: int | None = _open(_pins(table) / str(version))
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __del__(self) -> None:
        self.release()


def _pins(table: str) -> Path:
    return _locks() / "pins" / table


def in_use(table: str) -> set[int]:
    """The versions that somebody holds. Ask inside the closed gate: nobody can take a new hold meanwhile."""
    return {int(path.name) for path in _pins(table).glob("*") if not _left(path)}


def _left(path: Path) -> bool:
    """Is this hold a dead or a finished reader's? Then its file goes too."""
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
