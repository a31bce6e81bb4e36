"""A look 查看: what one person asks for one page is one line in the log; what has not changed is not asked twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils import timezone

from huicheng.exchange.evidence.reading import Read
from huicheng.ground.api import Actor, home
from huicheng.lake import api as lake

REMEMBERED, LARGEST = 400, 1 << 20
Key = tuple[Any, ...]
_answers: OrderedDict[Key, lake.Answer] = OrderedDict()
_shelf = threading.Lock()


@dataclass
class Look:
    """What was read so far."""

    actor: Actor
    purpose: str
    reads: list[Read] = field(default_factory=list)


_look: ContextVar[Look | None] = ContextVar("look", default=None)


def open_look(actor: Actor) -> Look | None:
    """The look that this person has open, if any; what others ask meanwhile is theirs to answer for."""
    look = _look.get()
    return look if look is not None and look.actor == actor else None


@contextmanager
def held(look: Look) -> Iterator[None]:
    token = _look.set(look)
    try:
        yield
    finally:
        _look.reset(token)


def recalled(
    sql: Path | str, params: Mapping[str, Any] | None, mounts: Mapping[str, lake.Mount]
) -> lake.Answer:
    """The answer over the tables as they stand: remembered if it was asked of these very files today."""
    text = sql.read_text(encoding="utf-8") if isinstance(sql, Path) else sql
    sight = tuple(
        (name, *mount.columns.items(), mount.where, mount.rows) for name, mount in sorted(mounts.items())
    )
    question = (home(), timezone.localdate(), text, tuple(sorted((params or {}).items())), sight)
    before = _state(mounts)
    with _shelf:
        if found := _answers.get((*question, before)):
            _answers.move_to_end((*question, before))
            return found
    found = lake.ask(sql, params, mounts=mounts)
    if found.table.nbytes <= LARGEST and before == _state(mounts):
        _remember((*question, before), found)
    return found


def _state(tables: Iterable[str]) -> Key:
    """Which files hold the rows now: their names are never used again, a version's number is after a restore.

    The number counts too: after an erasure the same files stand under a new one, and the old one is gone.
    """
    return tuple((lake.version(name), *lake.files(name)) for name in sorted(tables))


def _remember(key: Key, found: lake.Answer) -> None:
    with _shelf:
        _answers[key] = found
        while len(_answers) > REMEMBERED:
            _answers.popitem(last=False)
