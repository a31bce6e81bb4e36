"""What is plainly wrong with what was delivered: said with the run's figures, for whoever reads them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc

from huicheng.fusion.standardising import Standard

# Of fewer values nothing can be said; among so many, no number or name of one's own is shared by so many rows.
ENOUGH = 1000
SHARE = 0.1
READABLE = 0.5
OWN = {
    "people": ("id_number", "name", "phone"),
    "firms": ("credit_code", "name", "phone"),
    "houses": ("house_code", "owner_id"),
}


def notices(standard: Standard) -> list[dict[str, Any]]:
    """Per resource and field: `empty`, `unreadable` (most values fit no form) or `one_value`, with the rows concerned."""
    found = []
    for number, source in enumerate(standard.origins):
        mine = np.flatnonzero(standard.source == number)
        for field in OWN[standard.kind]:
            said = standard.said.get((source.resource, field))
            if said is None or len(mine) < ENOUGH:
                continue
            values = standard.column(field).take(mine)
            for what, rows in _faults(values, len(mine), int(np.unpackbits(said)[: len(mine)].sum())):
                found.append({"resource": source.resource, "field": field, "what": what, "rows": rows})
    return found


def _faults(values: Any, rows: int, filled: int) -> list[tuple[str, int]]:
    if not filled:
        return [("empty", rows)]
    valid = len(values) - values.null_count
    faults = [("unreadable", filled - valid)] if valid < READABLE * filled else []
    counts = pc.value_counts(values.drop_null()).field("counts")
    most = pc.max(counts).as_py() or 0
    if valid >= ENOUGH and most > SHARE * valid:
        faults.append(("one_value", most))
    return faults
