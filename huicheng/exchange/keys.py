"""Keys met so far in one delivery, eight bytes each, so that ten million of them fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from huicheng.lake import api as lake

Hashes = np.ndarray[Any, np.dtype[np.uint64]]


class SeenKeys:
    """Sorted runs that are merged as they grow: a look-up is a few binary searches.

    Two different keys share a 64-bit hash about once in two thousand deliveries of a hundred million rows.
    """

    def __init__(self) -> None:
        self._runs: list[Hashes] = []
        self._engine: Any = None

    def repeated(self, keys: Sequence[pa.Array]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which of these rows carry a key that an earlier row has; all of them count as met afterwards."""
        hashes = self._hash(keys)
        order = np.argsort(hashes, kind="stable")
        ordered = hashes[order]
        met = np.zeros(len(hashes), bool)
        met[1:] = ordered[1:] == ordered[:-1]
        for run in self._runs:  # sorted needles: the searches walk through memory instead of leaping
            at = np.minimum(np.searchsorted(run, ordered), len(run) - 1)
            met |= run[at] == ordered
        self._add(ordered)
        again = np.zeros(len(hashes), bool)
        again[order] = met
        return again

    def _add(self, run: Hashes) -> None:
        if not len(run):
            return
        self._runs.append(run)
        while len(self._runs) > 1 and len(self._runs[-1]) * 2 > len(self._runs[-2]):
            merged = np.concatenate([self._runs.pop(), self._runs.pop()])
            merged.sort(kind="stable")
            self._runs.append(merged)

    def _hash(self, keys: Sequence[pa.Array]) -> Hashes:
        if self._engine is None:
            self._engine = lake.connection(memory="256MB", threads_limit=1)
            self._engine.execute("SET preserve_insertion_order = true")
        table = pa.table(list(keys), names=[f"k{place}" for place in range(len(keys))])
        self._engine.register("keys", table)
        columns = ", ".join(table.column_names)
        found = self._engine.sql(f"SELECT hash({columns}) AS h FROM keys").to_arrow_table()
        return found["h"].combine_chunks().to_numpy(zero_copy_only=False).astype(np.uint64)
