"""Why a shared table is not served, each by its name."""

from huicheng.exchange.refusals import AccessDenied
from huicheng.ground.api import BadInput


class NoSuchShare(BadInput):
    """No share, schema or table of this name is open to this caller."""

    status = 404


class WrongSharingRequest(BadInput):
    """A parameter or body that the protocol does not know."""


class NoSuchShareVersion(BadInput):
    """This version was never made, or is not kept any more."""

    status = 404


class AddressRefused(AccessDenied):
    """The address of a file is not ours, has run out, or its grant has ended."""
