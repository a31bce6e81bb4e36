"""What the exchange's door says of code tables."""

from huicheng.exchange.codetables.bringing import (
    Line,
    LocalCodes,
    LocalCodesBrought,
    UnknownCodeTable,
    WrongLocalCodes,
    bring_codes,
    code_table_names,
    codes_csv,
    local_codes,
)
from huicheng.exchange.codetables.bringing import national as national_codes
from huicheng.exchange.codetables.translating import Translated, translations_of

__all__ = [
    "Line",
    "LocalCodes",
    "LocalCodesBrought",
    "Translated",
    "UnknownCodeTable",
    "WrongLocalCodes",
    "bring_codes",
    "code_table_names",
    "codes_csv",
    "local_codes",
    "national_codes",
    "translations_of",
]
