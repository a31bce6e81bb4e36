"""How fresh the city's data is: asked for on every page, so remembered for half a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

PATIENCE = 30.0


@dataclass(frozen=True)
class Fresh:
    title: str
    at: datetime


def newest() -> Fresh | None:
    return None
