"""What can be wrong with following a table, each by its name."""

from huicheng.ground.api import BadInput


class SubscribingError(BadInput):
    """``do`` says what to do instead."""

    status = 400

    def __init__(self, message: str, *, do: str = "") -> None:
        super().__init__(message)
        self.do = do


class CannotFollow(SubscribingError):
    """Rows without a key cannot be told from one another, so nobody can say which of them changed."""

    status = 409


class BadChangesCursor(SubscribingError):
    """A cursor that we did not give, or that was given for another resource or another sight of it."""


class ChangesExpired(SubscribingError):
    """The version that the cursor stands at is no longer kept."""

    status = 410


class BadAddress(SubscribingError):
    """Where nothing may be sent: not https, or an address inside."""


class NoSuchSubscription(SubscribingError):
    status = 404


class NotDead(SubscribingError):
    """Only a message that was given up is sent anew."""

    status = 409
