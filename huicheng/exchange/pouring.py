"""Rows judged in this thread, written to the lake in another.

The lake's writer pulls its rows from a thread of its own. What judges them must not run there: it has this thread's
database connection, language and actor, and progress is a row in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event
from typing import TypeVar, cast

import pyarrow as pa
from django.utils.translation import get_language, override

WAITING = 4
PATIENCE = 0.5


class Abandoned(Exception):
    """The rows broke off, so the writer must not commit."""


END, BROKEN = object(), object()
T = TypeVar("T")


def ahead(work: Iterable[T], *, most: int = WAITING) -> Iterator[T]:
    """The same, made in a thread of its own while this one works on what came before; at most ``most`` wait.

    For what comes from a driver or a file: this thread's database connection is not there, its language is.
    """
    waiting: Queue[object] = Queue(most)
    left = Event()
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        making = pool.submit(_made, work, waiting, left, get_language())
        try:
            while (found := waiting.get()) is not END:
                yield cast(T, found)
            making.result()
        finally:
            left.set()
            with suppress(Empty):  # the maker may wait for room
                waiting.get_nowait()


def _made(work: Iterable[T], waiting: Queue[object], left: Event, language: str | None) -> None:
    making = iter(work)
    try:
        with override(language):
            for found in making:
                waiting.put(found)
                if left.is_set():
                    return
    finally:
        if isinstance(making, Generator):
            making.close()
        _end(waiting, left)


def _end(waiting: Queue[object], left: Event) -> None:
    while not left.is_set():
        with suppress(Full):
            waiting.put(END, timeout=PATIENCE)
            return


def pour(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, write: Callable[[pa.RecordBatchReader], int]
) -> int:
    """``write`` all of ``batches``, or none of them where the iteration raises."""
    waiting: Queue[object] = Queue(WAITING)
    reader = pa.RecordBatchReader.from_batches(schema, _drain(waiting))
    with ThreadPoolExecutor(1, thread_name_prefix="lake") as pool:
        writing = pool.submit(write, reader)
        try:
            for batch in batches:
                if not _offer(waiting, batch, writing):
                    break
            else:
                _offer(waiting, END, writing)
        except BaseException:
            _offer(waiting, BROKEN, writing)
            raise
        return writing.result()


def _drain(waiting: Queue[object]) -> Iterator[pa.RecordBatch]:
    while (found := waiting.get()) is not END:
        if found is BROKEN:
            raise Abandoned
        yield found


def _offer(waiting: Queue[object], found: object, writing: Future[int]) -> bool:
    """False where the writer is already done for: nobody will take it any more."""
    while not writing.done():
        try:
            waiting.put(found, timeout=PATIENCE)
            return True
        except Full:
            continue
    return False
