"""What the exchange's door says of code tables."""

from huicheng.exchange.codetables.bringing import (
    Line,
    LocalCodes,
    LocalCodesBrought,
    UnknownCodeTable,
    WrongLocalCodes,
    bring_codes,
    codes_csv,
    local_codes,
)
from huicheng.exchange.codetables.translating import Translated, translations_of

__all__ = [
    "Line",
    "LocalCodes",
    "LocalCodesBrought",
    "Translated",
    "UnknownCodeTable",
    "WrongLocalCodes",
    "bring_codes",
    "codes_csv",
    "local_codes",
    "translations_of",
]
