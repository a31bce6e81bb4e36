"""Together 合并提交: what many threads of this process write at once is one commit, each part of it whole or not at all.

A commit that is for good waits for the disk. Whoever comes while one is under way waits for it to end; the first of
those who waited then writes for all of them, so that a hundred small writes wait for the disk a few times.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import connection, transaction
from django.utils.translation import get_language, override

T = TypeVar("T")


class _Part(Generic[T]):
    """One caller's write, run as that caller wherever it runs."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work, self._context, self._language = work, contextvars.copy_context(), get_language()
        self.settled = False
        self._found: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        """Inside the common transaction: what fails takes back its own writes and no others."""
        try:
            with transaction.atomic():
                self._found = [self._context.run(self._spoken)]
        except Exception as error:
            self._error = error

    def _spoken(self) -> T:
        """The context carries the actor; a language holds for its thread alone."""
        with override(self._language):
            return self._work()

    def settle(self, error: BaseException | None = None) -> None:
        self._error, self.settled = self._error or error, True

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._found[0]


_waiting: list[_Part[Any]] = []
_shelf, _turn = threading.Lock(), threading.Lock()


def together(work: Callable[[], T]) -> T:
    """Run ``work``, a short write, and return what it returns when it is committed for good.

    It may run in another thread's transaction, with this caller's actor and language. Inside a transaction of one's
    own it is a part of that.
    """
    if connection.in_atomic_block:
        return work()
    part = _Part(work)
    with _shelf:
        _waiting.append(part)
    with _turn:
        if not part.settled:
            _commit(_all_waiting())
    return part.result()


def _all_waiting() -> list[_Part[Any]]:
    with _shelf:
        found = _waiting[:]
        _waiting.clear()
    return found


def _commit(parts: list[_Part[Any]]) -> None:
    failed: BaseException | None = None
    try:
        with transaction.atomic():
            for part in parts:
                part.run()
            if connection.needs_rollback:  # Django would roll back and say nothing
                raise transaction.TransactionManagementError(
                    "the common transaction broke: nothing was written"
                )
    except BaseException as error:
        failed = error
        if not isinstance(error, Exception):
            raise
    finally:
        for part in parts:
            part.settle(failed)
