"""What becomes of subscriptions, told to whoever listens: never a value of a row."""

from __future__ import annotations

from dataclasses import dataclass

from huicheng.ground.api import Event


@dataclass(frozen=True, kw_only=True)
class SubscriptionMade(Event):
    """Somebody is told of a resource's changes from now on; ``host`` is where."""

    resource: str
    department: str
    host: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionEnded(Event):
    """Its department wants to be told no more."""

    resource: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionStopped(Event):
    """Nobody is told before somebody of the department looks at it; ``reason`` names why, as an error's class."""

    resource: str
    department: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionResumed(Event):
    """Whoever was told is told again; somebody had paused it, or it had stopped by itself."""

    resource: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionTakenOver(Event):
    """From now on it is this actor's rights under which rows are read and sent."""

    resource: str
    department: str


@dataclass(frozen=True, kw_only=True)
class ChangesQueued(Event):
    """The changes of a version stand in line to be sent."""

    resource: str
    messages: int
    version: int


@dataclass(frozen=True, kw_only=True)
class MessageDelivered(Event):
    """The receiver took a message."""

    message: str
    attempts: int
    status: int


@dataclass(frozen=True, kw_only=True)
class MessageFailed(Event):
    """The receiver did not take a message; ``dead``: it is not tried again by itself."""

    message: str
    attempts: int
    status: int
    error: str
    dead: bool


@dataclass(frozen=True, kw_only=True)
class MessageReplayed(Event):
    """A message that was given up stands in line again."""

    message: str
