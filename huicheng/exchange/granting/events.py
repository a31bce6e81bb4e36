"""What becomes of applications and grants, told to whoever listens. Row filters stay out: they may hold values."""

from __future__ import annotations

from dataclasses import dataclass

from huicheng.ground.api import Event


@dataclass(frozen=True, kw_only=True)
class ApplicationEvent(Event):
    """``department``, or an ``account`` outside government, asked ``owner`` for ``resource``."""

    resource: str
    department: str
    owner: str
    account: str = ""


@dataclass(frozen=True, kw_only=True)
class ApplicationSubmitted(ApplicationEvent):
    """Also when it was mended and sent again. Whoever is asked answers by ``answer_by``."""

    columns: tuple[str, ...]
    plain: tuple[str, ...]
    answer_by: str


@dataclass(frozen=True, kw_only=True)
class ApplicationReturned(ApplicationEvent):
    """To be mended by who asked."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ApplicationRefused(ApplicationEvent):
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApplicationWithdrawn(ApplicationEvent):
    """Given up by who asked."""


@dataclass(frozen=True, kw_only=True)
class ApplicationAgreed(ApplicationEvent):
    """The provider agreed; the resource is not shared, so the data bureau has still to confirm it."""


@dataclass(frozen=True, kw_only=True)
class ApplicationOverdue(ApplicationEvent):
    """Nobody answered in time; the data bureau may answer now."""

    answer_by: str


@dataclass(frozen=True, kw_only=True)
class AccessGranted(ApplicationEvent):
    """An application was approved. ``replaced`` are earlier grants for the same purpose that end with it."""

    application: str
    columns: tuple[str, ...]
    plain: tuple[str, ...]
    expires: str
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AccessRevoked(ApplicationEvent):
    reason: str


@dataclass(frozen=True, kw_only=True)
class AccessRenewed(ApplicationEvent):
    expires: str


@dataclass(frozen=True, kw_only=True)
class AccessEnded(ApplicationEvent):
    """A grant's time is over."""
