"""Who is at work in this home. The kernel keeps the answer: a lock of a dead process is no lock."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.db import connections

from huicheng.city.undoing import Journal, journal_in, put_back, undo
from huicheng.ground.api import BadInput, home, sweep_scratch

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
        _undo_left(handle)
        os.close(handle)
        raise CityBusy(
            f"上一次恢复没有做完，这里的城市不完整。请重新运行 huicheng restore --force 备份文件；"
            f"原来的城市在 {home() / 'backups'} 下以 replaced- 开头的文件夹里。"
        )
    _handle = handle
    if any((home() / "scratch").glob("restore-*")):
        sweep_scratch()  # what a killed restore had unpacked holds a city's keys


def _undo_left(handle: int) -> None:
    """A restore was killed: its home is put back as it was, and who came by begins anew, with the keys that are back."""
    journal = journal_in(_state()[len(RESTORING) :])
    if journal is None:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CityBusy("上一次恢复没有做完，正在退回。请稍后再试。") from None
    _undo(journal)
    os.close(handle)
    raise CityBusy("上一次恢复没有做完，现在已退回到恢复之前的样子。请再运行一次这条命令。")


def _undo(journal: Journal) -> None:
    undo(journal)
    _mark(RESTORING + replace(journal, placing=False).written())
    put_back(journal)
    _mark(b"")


def undo_left() -> None:
    """Before another restore, alone: one that was killed is undone first."""
    journal = journal_in(_state()[len(RESTORING) :]) if _state().startswith(RESTORING) else None
    if journal:
        _undo(journal)


def _state() -> bytes:
    return lock_file().read_bytes()


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
def in_pieces(journal: Journal | None) -> Iterator[Callable[[], None]]:
    """Between these two moments the city is neither the old one nor the new one.

    With a journal whatever goes wrong in between is undone; it gives what to call once all that was here is aside.
    Without one, what is refused in words is refused before anything changed: the mark is then what it was.
    """
    before = _state()
    _mark(RESTORING + (journal.written() if journal else b""))
    try:
        yield lambda: _mark(RESTORING + replace(journal, placing=True).written()) if journal else None
    except BaseException as problem:
        if journal:
            connections.close_all()
            _undo(journal_in(_state()[len(RESTORING) :]) or journal)
        elif isinstance(problem, BadInput):
            _mark(before)
        raise
    _mark(b"")


def _mark(state: bytes) -> None:
    """In one write that is never shorter than what it replaces: the lock is this file, so no other may take its place."""
    with lock_file().open("r+b") as file:
        file.write(state.ljust(os.fstat(file.fileno()).st_size))
        file.flush()
        os.fsync(file.fileno())


def _open() -> int:
    return os.open(lock_file(), os.O_RDWR | os.O_CREAT, 0o600)
