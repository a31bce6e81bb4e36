"""Questions of the portal: what the viewer chose, which file asks for it, and the answer as rows."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.exchange.api import Answer
from huicheng.ground.api import Actor, Declared, Indicator, Tile, declared

Row = dict[str, Any]
Panelled = Declared[Tile] | Declared[Indicator]
TAKEN = re.compile(r"\$(\w+)")
# What stands for "nobody knows" in an address: an empty choice means no choice.
UNKNOWN = "-"
PER_PAGE, MOST_EXPORTED = 25, 100_000


class NoSuchPanel(Exception):
    """No pack declares a tile or indicator of this key."""


@dataclass(frozen=True)
class Asked:
    """What the viewer chose; empty means the whole city, up to today, every point of the picture."""

    district: str = ""
    year: str = ""
    x: str = ""
    series: str = ""

    def values(self) -> dict[str, str]:
        return {"district": self.district, "year": self.year, "x": self.x, "series": self.series}

    def at(self, *, x: Any, series: Any = "") -> Asked:
        """The same choice, narrowed to one point."""
        return replace(self, x=point(x), series=point(series))

    @property
    def query(self) -> str:
        chosen = {name: value for name, value in self.values().items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""


def point(value: Any) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "hour") else str(value)


def key_of(one: Declared[Any]) -> str:
    return f"{one.pack.key}.{one.name}"


def tiles() -> list[Declared[Tile]]:
    return sorted(declared(Tile), key=lambda one: one.value.order)


def indicators() -> list[Declared[Indicator]]:
    """The core's own first, then the packs'."""
    return sorted(declared(Indicator), key=lambda one: one.pack.key != "portals.decision")


def find(key: str) -> Panelled:
    everything: list[Panelled] = [*tiles(), *indicators()]
    for one in everything:
        if key_of(one) == key:
            return one
    raise NoSuchPanel(key)


@functools.lru_cache(maxsize=256)
def _taken(path: Path) -> frozenset[str]:
    return frozenset(TAKEN.findall(path.read_text(encoding="utf-8")))


def takes(one: Declared[Any], name: str) -> bool:
    """Whether the question can be narrowed by this choice; its own text says so."""
    return name in _taken(one.sql_path)


def kept(one: Declared[Any], asked: Asked) -> Asked:
    """Without what the picture ignores: that must not narrow the rows behind it."""
    return replace(asked, **{name: "" for name in ("district", "year") if not takes(one, name)})


def answer(one: Declared[Any], actor: Actor, asked: Asked) -> Answer:
    """The panel's question as this person may ask it; counted again when its tables change."""
    return exchange.recall(one.sql_path, actor, purpose=purpose_of(one), params=kept(one, asked).values())


def purpose_of(one: Declared[Any]) -> str:
    # Kept in Chinese, like everything that is declared; whoever reads the log is told in his language.
    return f"城市一览：{one.value.title}"


@dataclass(frozen=True)
class Behind:
    """One page of the rows under a figure; ``total`` counts them all."""

    found: Answer
    total: int


def rows_behind(
    one: Declared[Any], actor: Actor, asked: Asked, *, page: int = 1, purpose: str = ""
) -> Behind:
    """With a ``purpose`` of its own it is an export: one page as long as exports may be."""
    size = MOST_EXPORTED if purpose else PER_PAGE
    given = kept(one, asked).values() | {"limit": size, "offset": (page - 1) * size}
    path = one.pack.folder / one.value.rows_sql
    found = exchange.ask(path, actor, purpose=purpose or purpose_of(one), params=given)
    total = found.table["all_rows"][0].as_py() if found.table.num_rows else 0
    return Behind(replace(found, table=found.table.drop_columns(["all_rows"])), total)


def rows_of(found: Answer) -> list[Row]:
    """Rows as plain Python; sums of the engine come as Decimal, which nothing on a page expects."""
    return [{name: _plain(value) for name, value in row.items()} for row in found.table.to_pylist()]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return [_plain(one) for one in value] if isinstance(value, list) else value


def refused() -> str:
    return _("您的职责看不到这些数据。")


def not_yet() -> str:
    return _("数据还没有交付或融合，完成后这里会有图。")
