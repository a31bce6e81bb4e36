"""Which value of many becomes the register's: soundness, then declared authority, then freshness, then quality.

All of it is one packed integer per row and field, and the winner one pass over rows already sorted by entity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huicheng.fusion.linking.keys import Flags, Ints
from huicheng.fusion.sources import Authority, authority
from huicheng.fusion.standardising import Standard
from huicheng.fusion.standards import clipped_days

EPOCH = 44_000  # so that days before 1970 pack as positive numbers


@dataclass
class Sorted:
    """Linked rows in the order of their entities; `starts` is where each entity begins."""

    order: Ints
    entity: Ints
    starts: Ints

    @property
    def count(self) -> int:
        return len(self.starts)


def sort_rows(entity: Ints, count: int) -> Sorted:
    order = np.argsort(entity, kind="stable")
    order = order[np.searchsorted(entity[order], 0) :]
    return Sorted(order, entity[order], np.searchsorted(entity[order], np.arange(count)))


def winners(rows: Sorted, priority: Ints) -> Ints:
    """The row of highest priority of each entity; -1 where no row has a value (priority 0)."""
    if not rows.count:
        return np.zeros(0, np.int64)
    here = priority[rows.order]
    best = np.maximum.reduceat(here, rows.starts)
    won = np.flatnonzero((here == best[rows.entity]) & (here > 0))
    result = np.full(rows.count, -1)
    result[rows.entity[won]] = rows.order[won]
    return result


class Priorities:
    """Priorities of every row of a standard table, field by field."""

    def __init__(
        self, standard: Standard, sound: Mapping[str, Flags], quality: Mapping[str, NDArray[Any]]
    ) -> None:
        self.standard, self.sound, self.quality = standard, sound, quality
        self.authority = authority(standard.kind)
        days = clipped_days(standard.column("as_of"))
        self.fresh = np.where(days > -(1 << 29), days + EPOCH, 0).astype(np.int64)
        self.tie = (1 << 31) - 1 - np.arange(standard.table.num_rows)

    def of(self, name: str, values: Any) -> Ints:
        known = values.is_valid().to_numpy(zero_copy_only=False)
        believed = self.authority.get(name, Authority(self.standard.kind, name, "", ""))
        ranks = np.array([14 - believed.rank(source.resource) for source in self.standard.origins] or [0])
        size = len(known)
        sound = np.asarray(self.sound.get(name, np.ones(size, bool))).astype(np.int64)
        quality = np.asarray(self.quality.get(name, np.zeros(size, np.int64))).astype(np.int64)
        rank = ranks[self.standard.source]
        packed = (sound << 61) | (rank << 56) | (self.fresh << 38) | (quality << 32) | self.tie
        # Rank 0 is "never to be believed about this" (a guardian's telephone).
        return np.where(known & (rank > 0), packed, 0)


def take(values: Any, rows: Ints) -> Any:
    """Values at rows; null at -1."""
    return values.take(pa.array(rows, mask=rows < 0))


def text_of(values: Any) -> Any:
    """A column as the text that provenance keeps."""
    return values if values.type == pa.string() else values.cast(pa.string())
