"""What a kind of thing is compared on: declared, so that a person can read it and a run can record it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huicheng.fusion.linking.keys import Ints, Keys, mix

Levels = NDArray[np.int8]


@dataclass
class Rows:
    """Source rows as columns of numbers. `code` is the identifying number where it stands, `claimed` one that fails
    its check. `tables` hold what columns point into (distinct names)."""

    code: Ints
    columns: dict[str, NDArray[Any]]
    claimed: Ints
    tables: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.code)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def extended(self, more: Rows) -> Rows:
        columns = {
            name: np.concatenate([column, more.columns[name]]) for name, column in self.columns.items()
        }
        return Rows(np.r_[self.code, more.code], columns, np.r_[self.claimed, more.claimed], self.tables)

    def take(self, at: Ints) -> Rows:
        return Rows(
            self.code[at],
            {name: column[at] for name, column in self.columns.items()},
            self.claimed[at],
            self.tables,
        )


@dataclass(frozen=True)
class Comparison:
    """`levels` from missing (0) to the best. `prior`: log-odds each level is worth before any label is seen.
    `strangers`: how often two rows drawn blindly reach each level, where that is known better than from `compare`."""

    name: str
    levels: tuple[str, ...]
    prior: tuple[float, ...]
    compare: Callable[[Rows, Ints, Ints], Levels]
    strangers: Callable[[Rows, Ints, Ints], NDArray[np.float64]] | None = None


@dataclass(frozen=True)
class Block:
    """Rows that agree on all `columns` are worth comparing, unless more than `cap` entities share the value."""

    columns: tuple[str, ...]
    cap: int = 60

    def keys(self, rows: Rows, at: Ints) -> Keys:
        return mix(*(rows[name][at] for name in self.columns))


@dataclass(frozen=True)
class Design:
    """`attach`: chance from which a row joins an entity; `gather`: from which rows nobody claimed join each other.
    `joint`: comparisons that mean something else together than apart. `trusted`: does the row agree with what its
    own code says? (1 yes, 0 hard to say, -1 no). `mend`: claimed numbers → the codes they may have been; `spoil` the
    reverse, and `forget` drops what rows without a code lack, so that teaching rows look like those to be judged.
    `own`: a column of numbers of which each thing has one; unlike ones never stand in one entity. `crowd`: rows that may
    share a key and still be compared with each other."""

    kind: str
    comparisons: tuple[Comparison, ...]
    blocks: tuple[Block, ...]
    bias: float = -4.0
    attach: float = 0.85
    gather: float = 0.95
    joint: tuple[tuple[str, str], ...] = ()
    trusted: Callable[[Rows, Ints], Levels] | None = None
    kinship: str = "name"
    own: str = ""
    crowd: int = 30
    mend: Callable[[Ints], tuple[Ints, Ints]] | None = None
    spoil: Callable[[np.random.Generator, Ints], Ints] | None = None
    forget: Callable[[np.random.Generator, Rows], Rows] | None = None
    enough: Callable[[Rows], NDArray[np.bool_]] | None = None
