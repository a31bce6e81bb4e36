"""Who is at work in this home. The kernel keeps the answer: a lock of a dead process is no lock."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huicheng.ground.api import BadInput, home

LOCK = "running.lock"
RESTORING = b"restoring"
# These may look round in a city that a restore left half in place, or are the way out of it.
ALWAYS = {"restore", ""}
_handle: int | None = None


class CityBusy(BadInput):
    """The city is running where it must stand still, or is being put in place where it should run."""


def lock_file() -> Path:
    return home() / LOCK


def be_present(command: str) -> None:
    """Hold the home, together with others, until this process ends; no restore begins meanwhile."""
    global _handle
    if command in ALWAYS or _handle is not None:
        return
    handle = _open()
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise CityBusy("正在恢复备份，请等它完成后再试。") from None
    if os.pread(handle, len(RESTORING), 0) == RESTORING:
        os.close(handle)
        raise CityBusy(
            f"上一次恢复没有做完，这里的城市不完整。请重新运行 huicheng restore --force 备份文件；"
            f"原来的城市在 {home() / 'backups'} 下以 replaced- 开头的文件夹里。"
        )
    _handle = handle


@contextmanager
def alone() -> Iterator[None]:
    """The home to ourselves; whoever finds our mark in the file after a kill knows that it was not finished."""
    handle = _open()
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CityBusy(
                f"{home()} 里的城市正在运行（网页、作业进程或另一条命令）。请先停掉它们，再恢复备份。什么都没有改动。"
            ) from None
        yield
    finally:
        os.close(handle)


@contextmanager
def in_pieces() -> Iterator[None]:
    """Between these two moments the city is neither the old one nor the new one.

    What is refused in between, in words, is refused before anything changed: the mark is then what it was.
    """
    before = lock_file().read_bytes()
    _mark(RESTORING)
    try:
        yield
    except BadInput:
        _mark(before)
        raise
    _mark(b"")


def _mark(state: bytes) -> None:
    lock_file().write_bytes(state)
    _sync(lock_file())


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _open() -> int:
    return os.open(lock_file(), os.O_RDWR | os.O_CREAT, 0o600)
