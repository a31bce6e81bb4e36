"""What pages are put together from: a figure, a column of a table, a field with its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

ColumnKind = Literal[
    "text", "number", "short", "percent", "money", "day", "moment", "ago", "code", "masked", "chip"
]


@dataclass(frozen=True, kw_only=True)
class Stat:
    """A figure that answers one question; ``points`` draws a small line; ``exact`` writes it in full."""

    title: str
    value: Any
    unit: str = ""
    note: str = ""
    change: str = ""
    better: Literal["good", "bad", ""] = ""
    points: Sequence[Any] = ()
    href: str = ""
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table; ``link`` names the row's key that holds an address.

    ``data``: its values are Chinese in every language (names, addresses, rows as they were delivered), and are
    marked so; other words are said in the reader's language. A chip's colour is its word's, or the row's own under
    ``<name>_tone``.
    """

    name: str
    title: str
    kind: ColumnKind = "text"
    link: str = ""
    unit: str = ""
    data: bool = False

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "short", "percent", "money")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell as a template shows it: ``order`` is what sorting compares."""

    column: Column
    text: str
    order: str
    href: str
    tone: str = ""
