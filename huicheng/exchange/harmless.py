"""Cells that a spreadsheet would run, and back again."""

from __future__ import annotations

import re
from typing import Any

# A spreadsheet trims what stands before; the wide signs are formulas to those with a Chinese keyboard.
SIGNS = "=+-@＝＋－＠"
FIRST = "\t\r\n"
NUMBER = re.compile(r"[+-]?[0-9][0-9,]*([.][0-9]+)?([eE][+-]?[0-9]+)?%?")
DASHES = re.compile(r"[-－—+＋]+")


def harmless_cell(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe; numbers and a lone dash stay as they are.

    One that already has apostrophes gets one more, so that ``harmful_cell`` gives back exactly what there was.
    """
    return f"'{value}" if isinstance(value, str) and _would_run(value.lstrip("'")) else value


def harmful_cell(text: str) -> str:
    """What ``harmless_cell`` was given."""
    return text[1:] if text.startswith("'") and _would_run(text.lstrip("'")) else text


def _would_run(text: str) -> bool:
    inner = text.strip()
    if not inner or (inner[0] not in SIGNS and text[0] not in FIRST):
        return False
    return not (NUMBER.fullmatch(inner) or DASHES.fullmatch(inner))
