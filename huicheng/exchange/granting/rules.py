"""The figures that hold for every application and grant, one row each in ``rules.csv``."""

import csv
import functools
from pathlib import Path


@functools.cache
def _table() -> dict[str, int]:
    with (Path(__file__).parent / "rules.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["rule"]: int(row["value"]) for row in rows}


def rule(name: str) -> int:
    return _table()[name]
