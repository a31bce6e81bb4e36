"""What came of a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Outcome:
    """``design``: ``own`` where the files hold what the city's registers hold, ``general`` for any other columns."""

    kind: str
    design: str
    rows: int
    entities: int
    refused: int
    seconds: float
    figures: dict[str, Any] = field(default_factory=dict)
