"""Why a call did not reach its service, or its answer did not come back; ours and the service's are told apart."""

from __future__ import annotations

from huicheng.exchange.refusals import AccessDenied, RefusedUntil
from huicheng.ground.api import BadInput


class ServiceUnfit(BadInput):
    """What was to be published cannot be: its address, its methods or its schema; ``part`` says which."""

    def __init__(self, message: str, *, part: str = "") -> None:
        super().__init__(message)
        self.part = part


class NotYoursToPublish(BadInput):
    status = 403


class NoSuchService(BadInput):
    status = 404


class WholeAnswerOnly(AccessDenied):
    """Its answers cannot be cut to what this caller may see, so only who takes the whole entry may call it."""

    def __init__(self, message: str, *, do: str = "") -> None:
        super().__init__(message)
        self.do = do


class MethodNotPublished(BadInput):
    status = 405


class BadPath(BadInput):
    """A path that could lead elsewhere."""


class BodyTooLarge(BadInput):
    status = 413


class TooManyCalls(RefusedUntil):
    status = 429


class CircuitOpen(RefusedUntil):
    """The service has failed again and again; it is left alone for a while."""

    status = 503


class ServiceIsPaused(BadInput):
    """Its provider has stopped it for a while."""

    status = 503


class ServiceFault(BadInput):
    """The service's own failure: it counts against its circuit."""

    status = 502


class ServiceUnreachable(ServiceFault):
    pass


class AddressNotAllowed(ServiceFault):
    """Its name leads to an address where services may not be."""


class ServiceTimedOut(ServiceFault):
    status = 504


class ServiceRedirected(ServiceFault):
    """It sent the caller elsewhere; nobody goes."""


class AnswerTooLarge(ServiceFault):
    pass


class AnswerUnfit(ServiceFault):
    """Not what its schema promises; ``place`` is where and by which rule, never a value."""

    def __init__(self, message: str, *, place: str) -> None:
        super().__init__(message)
        self.place = place


class ServiceFailed(ServiceFault):
    """It answered 5xx."""
