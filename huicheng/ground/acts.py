"""Acts 办理: one transaction each, never silent."""

import functools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import ParamSpec, TypeVar

from django.db import transaction
from django.utils import timezone

from huicheng.ground.actor import current_actor

P = ParamSpec("P")
R = TypeVar("R")

# How many events the open act has published; None outside any act.
_published: ContextVar[int | None] = ContextVar("published", default=None)
# Who counts the lines that acts leave from here on; None: nobody does.
_tally: ContextVar["Tally | None"] = ContextVar("tally", default=None)


class SilentAct(Exception):
    """An act changed something and told nobody; it was rolled back."""


class PublishedOutsideAct(Exception):
    """An event was published with no act around it, so it could outlive a rollback."""


@dataclass
class Tally:
    """How many lines the acts that stood have left while it was counted."""

    lines: int = 0


@contextmanager
def tallied() -> Iterator[Tally]:
    tally = Tally()
    token = _tally.set(tally)
    try:
        yield tally
    finally:
        _tally.reset(token)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened 事件: audit line, outbox message and news item at once.

    ``subject`` is what it is about, ``noun:id`` (``person:P…``); it must hold no personal value in plain.
    """

    subject: str = ""
    purpose: str = ""

    @classmethod
    def kind(cls) -> str:
        room = cls.__module__.removeprefix("huicheng.").split(".")[0]
        return f"{room}.{cls.__name__}"


def act(func: Callable[P, R]) -> Callable[P, R]:
    """Run in one transaction that must publish; an act inside an act joins the outer transaction."""

    @functools.wraps(func)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        token = _published.set(0)
        try:
            with transaction.atomic():
                result = func(*args, **kwargs)
                if not _published.get():
                    raise SilentAct(f"{func.__module__}.{func.__qualname__} published no event: publish one")
            _count(token.old_value)
            return result
        finally:
            inner = _published.get()
            _published.reset(token)
            if (outer := _published.get()) is not None:
                _published.set(outer + (inner or 0))

    return run


def _count(outer: object) -> None:
    """The outermost act stands: what it told of is counted, where somebody counts."""
    if isinstance(outer, int):
        return
    if tally := _tally.get():
        tally.lines += _published.get() or 0


def publish(event: Event) -> str:
    """Write the event's row inside the open act and return its id. It is sealed and told after commit."""
    from huicheng.ground.models import EventRow

    count = _published.get()
    if count is None:
        raise PublishedOutsideAct(f"{event.kind()} was published outside an @act")
    data = asdict(event)
    actor = current_actor()
    row = EventRow.objects.create(
        id=uuid.uuid4(),
        kind=event.kind(),
        subject=data.pop("subject"),
        purpose=data.pop("purpose"),
        actor=actor.id,
        actor_name=actor.name,
        department=actor.department or "",
        at=timezone.now(),
        data=data,
    )
    _published.set(count + 1)
    return str(row.id)
