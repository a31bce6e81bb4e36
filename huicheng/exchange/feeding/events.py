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
