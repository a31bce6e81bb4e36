"""What the exchange's door says of supervision."""

from huicheng.exchange.supervising.counting import count_reading
from huicheng.exchange.supervising.measuring import (
    CatalogueSupervised,
    Place,
    Seen,
    Six,
    Supervision,
    Warned,
    concerns,
    seen_of,
    supervise,
)
from huicheng.exchange.supervising.totalling import Totals, totals
from huicheng.exchange.supervising.watching import Used, filled, readings, readings_told, refusals, use
from huicheng.exchange.supervising.wording import CONCERNS, Worded

__all__ = [
    "CONCERNS",
    "CatalogueSupervised",
    "Place",
    "Seen",
    "Six",
    "Supervision",
    "Totals",
    "Used",
    "Warned",
    "Worded",
    "concerns",
    "count_reading",
    "filled",
    "readings",
    "readings_told",
    "refusals",
    "seen_of",
    "supervise",
    "totals",
    "use",
]
