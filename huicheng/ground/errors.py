"""What the person who sent the input can put right: never retried, always shown. And what nobody outside can."""

import logging
import secrets
import traceback
from pathlib import Path

log = logging.getLogger(__name__)


class BadInput(Exception):
    """Input refused. The message says what happened, where, and what to do.

    ``noted``: a line of the audit tells of it already.
    """

    noted = False


def note_fault(error: BaseException, *, what: str) -> str:
    """Log a fault's kind and place, not its message, which may hold a row's values; returns its kind and number."""
    told = f"{type(error).__name__} #{secrets.token_hex(4)}"
    steps = reversed(traceback.extract_tb(error.__traceback__))
    places = " < ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in steps)
    log.error("%s: %s, at %s", what, told, places)
    return told
