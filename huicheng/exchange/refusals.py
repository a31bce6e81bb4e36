"""Why a file or a source is not taken: what happened, where, and what to do about it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huicheng.ground.api import BadInput

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def code_of(problem: BaseException) -> str:
    """What programs know an error by: ``GrantExpired`` is ``grant_expired``."""
    return HUMP.sub("_", type(problem).__name__).lower()


class NamedRefusal(BadInput):
    """What a program is refused, by the name of its class; ``do`` says what to do instead."""

    status = 400

    def __init__(self, message: str, *, do: str = "") -> None:
        super().__init__(message)
        self.do = do


class RefusedUntil(BadInput):
    """Refused for now: ``again`` is when to come back."""

    def __init__(self, message: str, *, again: datetime, **more: Any) -> None:
        super().__init__(message, **more)
        self.again = again


class AccessDenied(BadInput):
    """The actor may not read what the question names."""


class SourceRefused(BadInput):
    """A delivery that cannot be read as a whole; ``row`` is the data row, counted from 1; 0 is the header."""

    def __init__(self, file: str, what: str, *, do: str, row: int | None = None, column: str = "") -> None:
        self.file, self.row, self.column, self.what, self.do = file, row, column, what, do
        place = "" if row is None else _("第 %(row)s 行") % {"row": f"{row:,}"} if row else _("表头")
        place += _("“%(column)s”列") % {"column": column} if column else ""
        super().__init__(_("%(file)s：%(place)s%(what)s。%(do)s。") % {
            "file": file, "place": _("%(place)s，") % {"place": place} if place else "", "what": what, "do": do,
        })  # fmt: skip


class EmptySource(SourceRefused):
    """No header, or no bytes at all."""


class NoFile(SourceRefused):
    """A folder, a pipe, a device, or a file that may not be read."""


class UnknownFormat(SourceRefused):
    """Not one of the formats that can be delivered."""


class NotText(SourceRefused):
    """Long stretches of NUL bytes: a hole in a sparse file, a disk image, a broken transfer."""


class TooLarge(SourceRefused):
    """More bytes, rows, columns or cells than one delivery may have."""


class CompressionBomb(TooLarge):
    """A small file that unpacks into a huge one."""


class FieldTooLong(SourceRefused):
    """One row or value longer than any real one: most often a quotation mark that is never closed."""


class BrokenFile(SourceRefused):
    """The file ends in the middle or is not what its name says."""


class NoSuchSheet(SourceRefused):
    """The workbook has no worksheet of this name, or none that holds a table."""


class SourceUnreachable(SourceRefused):
    """The database did not answer, or did not let us in."""


class DatabaseTooSlow(SourceRefused):
    """The database let us in and did not answer in the time that a query has."""


class QueryRefused(SourceRefused):
    """The database could not answer the query, or it was not one SELECT."""


class MissingColumns(SourceRefused):
    """A required field has no column in the delivered file."""


class WrongMapping(SourceRefused):
    """The mapping names a column or a field that does not exist, or one field twice."""


class DoesNotFit(SourceRefused):
    """The catalogue now gives a field another type than its table has."""


class DeliveryBroken(SourceRefused):
    """Something failed inside the platform; its operators find it by the number in the message."""


class NothingAccepted(SourceRefused):
    """Every row was refused, so the table stays as it was."""


class NotYours(BadInput):
    """This actor may not deliver to this resource."""


class NotHeld(BadInput):
    """Only a delivery that waits to be confirmed can be confirmed or given up."""


class RollbackRefused(BadInput):
    """There is no delivery to undo, or no whole version from before it."""


def retold(kind: str, file: str, text: str) -> SourceRefused:
    """The refusal a failed receipt was written for, in the words it was told in."""
    found = globals().get(kind)
    if not (isinstance(found, type) and issubclass(found, SourceRefused)):
        found = SourceRefused
    refusal = found(file, text, do="")
    refusal.args = (text,)
    return refusal
