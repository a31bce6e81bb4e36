"""What a program's question can have wrong, each by its name."""

from huicheng.exchange.refusals import NamedRefusal


class QueryError(NamedRefusal):
    """A question of a program that cannot be answered; ``do`` says what to send instead."""


class UnknownColumn(QueryError):
    """The resource has no such column, or this actor is not shown it."""


class WrongType(QueryError):
    """The value does not fit its column."""


class FilterTooLarge(QueryError):
    """More conditions, or longer ones, than a question may have."""

    status = 413


class SqlInFilter(QueryError):
    """A column's name or a number that reads like SQL; nothing of a filter is ever SQL."""


class BadParameter(QueryError):
    """A parameter that cannot be read."""


class FormatNotOffered(QueryError):
    status = 406


class BadCursor(QueryError):
    """A cursor that we did not give, or that was given for another question."""


class CursorExpired(QueryError):
    """The version that the pages were read from is no longer kept."""

    status = 410


class QuestionNotAnswered(QueryError):
    """The SQL could not be answered."""
