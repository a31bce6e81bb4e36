"""The figures on the front door: what packs declare as indicators and anyone may read."""

from __future__ import annotations

import functools
import time
from pathlib import Path

from django.utils.translation import get_language

from huicheng.exchange import api as exchange
from huicheng.ground.api import ANONYMOUS, BadInput, Declared, Indicator, declared, home, said
from huicheng.portals.look.parts import Stat

PATIENCE, SHOWN = 60, 4
WHOLE_CITY = {"district": ""}


def headlines() -> list[Stat]:
    """Asked once a minute; a figure that has no data yet is left out."""
    return _headlines(home(), int(time.monotonic() // PATIENCE), get_language() or "")


@functools.lru_cache(maxsize=4)
def _headlines(city: Path, tick: int, language: str) -> list[Stat]:
    # The platform's own figures come first; packs add theirs while there is room.
    found = sorted(declared(Indicator), key=lambda one: one.pack.owner != "shuju")
    figures = (_figure(one) for one in found)
    return [one for one in figures if one][:SHOWN]


def _figure(one: Declared[Indicator]) -> Stat | None:
    figure = one.value
    try:
        rows = exchange.ask(
            one.sql_path, ANONYMOUS, purpose=figure.title, params=WHOLE_CITY
        ).table.to_pylist()
    except BadInput:
        return None
    if not rows or rows[0].get("value") is None:
        return None
    points = rows[0].get("points") or ()
    return Stat(
        title=said(figure.title), value=rows[0]["value"], unit=said(figure.unit), note=said(figure.meaning), points=points
    )  # fmt: skip
