"""Rows judged in this thread, written to the lake in another.

The lake's writer pulls its rows from a thread of its own. What judges them must not run there: it has this thread's
database connection, language and actor, and progress is a row in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Full, Queue

import pyarrow as pa

WAITING = 4
PATIENCE = 0.5


class Abandoned(Exception):
    """The rows broke off, so the writer must not commit."""


END, BROKEN = object(), object()


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
