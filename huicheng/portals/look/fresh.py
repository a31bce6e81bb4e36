"""How fresh the city's data is: asked for on every page, so remembered for half a minute."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from datetime import datetime

from huicheng.exchange import api as exchange

PATIENCE = 30


@dataclass(frozen=True)
class Fresh:
    title: str
    at: datetime


def newest() -> Fresh | None:
    """The newest accepted delivery, or None where nothing was delivered yet."""
    return _newest(int(time.monotonic() // PATIENCE))


@functools.lru_cache(maxsize=1)
def _newest(tick: int) -> Fresh | None:
    if not hasattr(exchange, "receipts"):
        return None
    for receipt in exchange.receipts(limit=20):
        if receipt.accepted:
            return Fresh(exchange.resource(receipt.resource).title, receipt.at)
    return None
