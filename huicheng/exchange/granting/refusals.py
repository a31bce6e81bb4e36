"""Why a grant does not open a table: each reason has its own name."""

from __future__ import annotations

from datetime import datetime

from huicheng.exchange.refusals import AccessDenied


class NoGrant(AccessDenied):
    """The department has no grant of this resource for this purpose."""


class GrantExpired(AccessDenied):
    """The grant's time is over."""


class GrantRevoked(AccessDenied):
    """The grant was taken back."""


class CaseNumberMissing(AccessDenied):
    """The grant asks for the number of the case that the question is for."""


class OnlyAggregates(AccessDenied):
    """The grant is for sums over groups, and the question is not certainly that."""


class QuotaExceeded(AccessDenied):
    """The grant's rate or volume is used up until ``again``."""

    def __init__(self, message: str, *, again: datetime) -> None:
        super().__init__(message)
        self.again = again
