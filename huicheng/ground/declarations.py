"""Packs are found by looking; what they say in frozen declarations is collected by type."""

import functools
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Generic, Literal, TypeVar

PACKAGE = Path(__file__).resolve().parent.parent
Chart = Literal["bar", "line", "area", "map", "number", "table", "heat", "scatter"]


@dataclass(frozen=True)
class Declaration:
    """Something a pack says about itself; the variable it is bound to is its name."""


D = TypeVar("D", bound=Declaration)


@dataclass(frozen=True)
class Pack:
    """A folder with a ``pack.py``: ``key`` is its dotted place, ``owner`` a department's code."""

    key: str
    title: str
    owner: str
    folder: Path


@dataclass(frozen=True)
class Declared(Generic[D]):
    name: str
    pack: Pack
    value: D

    @property
    def sql_path(self) -> Path:
        """The question's file, for declarations that ask one."""
        return self.pack.folder / str(getattr(self.value, "sql", ""))


@dataclass(frozen=True)
class Indicator(Declaration):
    """指标: a question that answers one row with ``value`` (and perhaps ``previous``, ``target``), and its rows.

    What is behind a figure is asked by ``rows_sql``: a page of ``$limit`` rows from ``$offset``, each with
    ``all_rows``; ``$x`` and ``$series`` narrow it to one point of a picture. The same holds for a ``Tile``.
    """

    title: str
    sql: str
    rows_sql: str | None = None
    unit: str = ""
    better: Literal["higher", "lower", "neither"] = "neither"
    meaning: str = ""


@dataclass(frozen=True)
class Tile(Declaration):
    """A panel on the decision portal: one question, one picture, and the rows behind it."""

    title: str
    sql: str
    chart: Chart
    rows_sql: str | None = None
    unit: str = ""
    x: str = ""
    y: str = ""
    series: str = ""
    meaning: str = ""
    order: int = 100
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Statistic(Declaration):
    """统计: a question over the registers whose answer is sums, asked beside the panels. Tiles and indicators are too."""

    title: str
    sql: str


@dataclass(frozen=True)
class Watch(Declaration):
    """监测: a question whose every row is an alarm with ``key``, ``grade``, ``at`` and ``message``.

    ``message`` here is the sentence that the question writes, with holes for what varies, so that it has its English.
    """

    title: str
    sql: str
    grades: Mapping[str, str]
    resources: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True)
class Page(Declaration):
    title: str
    url_name: str
    portal: Literal["citizen", "open", "decision", "desk"]
    group: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Seed(Declaration):
    """A file under ``data/`` that set-up delivers to a resource through the ordinary door."""

    resource: str
    file: str
    note: str = ""


@functools.cache
def modules() -> tuple[tuple[Pack, ModuleType], ...]:
    """Every pack with its module; for this room's own use."""
    found = []
    for path in sorted(PACKAGE.rglob("pack.py")):
        key = ".".join(path.parent.relative_to(PACKAGE).parts)
        module = importlib.import_module(f"huicheng.{key}.pack")
        pack = Pack(key, getattr(module, "title", key), getattr(module, "owner", "shuju"), path.parent)
        found.append((pack, module))
    return tuple(found)


def packs() -> list[Pack]:
    return [pack for pack, _ in modules()]


def declared(kind: type[D]) -> list[Declared[D]]:
    """Every module-level ``kind`` (alone or in a tuple) of every pack, in the packs' order."""
    found = []
    for pack, module in modules():
        for name, value in vars(module).items():
            values = value if isinstance(value, tuple) else (value,)
            found += [Declared(name, pack, one) for one in values if type(one) is kind]
    return found
