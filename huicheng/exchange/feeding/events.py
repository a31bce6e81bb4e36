"""What becomes of feeds, told to whoever listens."""

from __future__ import annotations

from dataclasses import dataclass

from huicheng.ground.api import Event


@dataclass(frozen=True, kw_only=True)
class FeedDeclared(Event):
    """A database is asked for a resource's new rows from now on."""

    resource: str
    every: int


@dataclass(frozen=True, kw_only=True)
class FeedRemoved(Event):
    """The database is not asked any more; what it gave stays."""

    resource: str


@dataclass(frozen=True, kw_only=True)
class FeedRan(Event):
    """A run came to its end; ``delivery`` is empty where there was nothing new."""

    resource: str
    delivery: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class FeedFailed(Event):
    """A run took nothing; ``reason`` names why. It is tried again at its next time."""

    resource: str
    reason: str
    failures: int


@dataclass(frozen=True, kw_only=True)
class FeedStopped(Event):
    """Who declared it may no longer deliver: nothing is asked before somebody of the department takes it over."""

    resource: str
    department: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FeedTakenOver(Event):
    """From now on it delivers in this actor's name."""

    resource: str
    department: str
