"""How fresh the city's data is: asked for on every page, so remembered for half a minute."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from huicheng.exchange import api as exchange
from huicheng.ground.api import home

PATIENCE = 30


@dataclass(frozen=True)
class Fresh:
    title: str
    at: datetime


def newest() -> Fresh | None:
    """The newest accepted delivery, or None where nothing was delivered yet."""
    return _newest(home(), int(time.monotonic() // PATIENCE))


@functools.lru_cache(maxsize=1)
def _newest(city: Path, tick: int) -> Fresh | None:
    found = exchange.receipts(state="accepted", limit=1)
    return Fresh(exchange.resource(found[0].resource, retired=True).title, found[0].at) if found else None
