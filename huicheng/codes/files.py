"""Where the tables lie: the small ones in this room, the divisions under data/admin of the checkout."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

TABLES = Path(__file__).parent / "tables"
ADMIN = Path(__file__).parents[2] / "data" / "admin"


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Lines that start with # say where a table comes from; they are not rows."""
    with (
        gzip.open(path, "rt", encoding="utf-8-sig")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8-sig") as lines
    ):
        yield from csv.DictReader(line for line in lines if not line.startswith("#"))
