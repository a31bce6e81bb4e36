"""How full, how varied and how sound each column of a folder's files is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from huicheng.fusion.outside.mapping import Columns
from huicheng.fusion.standards import READERS, flat

SCHEMA = pa.schema([
    ("source", pa.string()), ("column", pa.string()), ("role", pa.string()), ("rows", pa.int64()),
    ("filled", pa.int64()), ("distinct", pa.int64()), ("valid", pa.int64()), ("most", pa.string()), ("most_rows", pa.int64()),
])  # fmt: skip


def measured(kind: str, files: Sequence[tuple[str, Columns, pa.Table]]) -> pa.Table:
    """A line per file and compared column. ``valid``: values that pass their check; null where none is known."""
    lines = [
        _line(kind, stem, column, role, table[column])
        for stem, columns, table in files
        for role, column in columns.roles.items()
    ]
    return pa.Table.from_pylist(lines, SCHEMA)


def _line(kind: str, stem: str, column: str, role: str, values: Any) -> dict[str, Any]:
    trimmed = pc.utf8_trim_whitespace(flat(values))
    known = trimmed.filter(pc.and_(pc.is_valid(trimmed), pc.not_equal(trimmed, "")).fill_null(False))
    counts = known.value_counts()
    often = max(counts.to_pylist(), key=lambda one: one["counts"]) if len(counts) else None
    check = READERS[kind].get(role) if kind else None
    return {
        "source": stem,
        "column": column,
        "role": role,
        "rows": len(trimmed),
        "filled": len(known),
        "distinct": len(counts),
        "valid": len(known) - flat(check(known)).null_count if check else None,
        "most": often["values"] if often else None,
        "most_rows": often["counts"] if often else 0,
    }
