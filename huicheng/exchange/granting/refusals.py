"""Why a grant does not open a table: each reason has its own name."""

from __future__ import annotations

from huicheng.exchange.refusals import AccessDenied, RefusedUntil


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


class QuotaExceeded(RefusedUntil, AccessDenied):
    """The grant's rate or volume is used up until ``again``."""
