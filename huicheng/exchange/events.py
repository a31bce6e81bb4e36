"""What becomes of a delivery, told to whoever listens: never a word out of the file."""

from __future__ import annotations

from dataclasses import dataclass

from huicheng.ground.api import Event


@dataclass(frozen=True, kw_only=True)
class DeliveryReceived(Event):
    """A delivery took effect: its rows are a version of the resource's table."""

    resource: str
    delivery: str
    sha256: str
    rows: int
    accepted: int
    refused: int
    flagged: int
    version: int


@dataclass(frozen=True, kw_only=True)
class DeliveryFailed(Event):
    """Nothing of the delivery was taken; ``reason`` names the refusal, without a word out of the file."""

    resource: str
    delivery: str
    reason: str
    rows: int = 0


@dataclass(frozen=True, kw_only=True)
class DeliveryHeld(Event):
    """A replacement would have lost most rows: nothing was taken, somebody is asked first."""

    resource: str
    delivery: str
    rows: int
    accepted: int
    refused: int
    before: int


@dataclass(frozen=True, kw_only=True)
class SchemaDrifted(Event):
    """The columns differ from those of the delivery ``since``; ``breaking`` ones wait to be looked at.

    Only counted: a column's name may be a value, where a file has no header.
    """

    resource: str
    delivery: str
    since: str
    breaking: bool
    added: int = 0
    dropped: int = 0
    renamed: int = 0
    retyped: int = 0
    lost: int = 0
    misfit: int = 0


@dataclass(frozen=True, kw_only=True)
class DeliveryConfirmed(Event):
    """Somebody looked at a held delivery and wants it all the same."""

    resource: str
    delivery: str


@dataclass(frozen=True, kw_only=True)
class DeliveryWithdrawn(Event):
    """A held delivery was given up."""

    resource: str
    delivery: str


@dataclass(frozen=True, kw_only=True)
class DeliverySetAside(Event):
    """A delivery that was interrupted or held was overtaken by a newer one, and took no effect."""

    resource: str
    delivery: str


@dataclass(frozen=True, kw_only=True)
class DeliveryRolledBack(Event):
    """A delivery was undone: ``version`` of the table holds the rows it had before, and who built on it builds again."""

    resource: str
    delivery: str
    version: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class QueryRefused(Event):
    """A request was refused, a program's or one on a form: about what, the error's name, and nothing that it sent."""

    error: str
