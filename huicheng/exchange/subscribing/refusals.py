"""What can be wrong with following a table, each by its name."""

from huicheng.exchange.refusals import NamedRefusal


class SubscribingError(NamedRefusal):
    """What cannot be followed as it was asked."""


class CannotFollow(SubscribingError):
    """Rows without a key cannot be told from one another, so nobody can say which of them changed."""

    status = 409


class BadChangesCursor(SubscribingError):
    """A cursor that we did not give, or that was given for another resource or another sight of it."""


class ChangesExpired(SubscribingError):
    """The version that the cursor stands at is no longer kept."""

    status = 410


class ChangesTooLong(SubscribingError):
    """Comparing the two versions took longer than any question may."""

    status = 503


class ChangesFailed(SubscribingError):
    """The two versions could not be compared; what the engine said stays here."""

    status = 409


class BadAddress(SubscribingError):
    """Where nothing may be sent: not https, or an address inside."""


class NoSuchSubscription(SubscribingError):
    status = 404


class NotDead(SubscribingError):
    """Only a message that was given up is sent anew."""

    status = 409


class NotYoursToTake(SubscribingError):
    """A subscription is taken over within its department alone."""

    status = 403


class NotYoursToChange(SubscribingError):
    """Who may not read neither ends nor holds nor sends anew what colleagues follow."""

    status = 403


class NotPaused(SubscribingError):
    """Only what runs is paused, and only what somebody paused is resumed."""

    status = 409
