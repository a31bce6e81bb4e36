"""Statistics 统计: questions that packs declare, whose answers are sums. For them the registers open to who looks at the
city, and for nothing else: a question of somebody's own is none of them, nor is one that hands on rows.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

from huicheng.exchange.catalogue import UnknownResource, resource
from huicheng.exchange.evidence.tracing import trace
from huicheng.exchange.evidence.trees import Untraceable
from huicheng.ground.api import Declared, Indicator, Statistic, Tile, declared
from huicheng.lake import api as lake


def declared_statistics() -> list[tuple[str, Path]]:
    """Title and file of every one, what is behind a figure too."""
    return [(one.value.title, path) for one in _declared() for path in _files(one)]


def _declared() -> Iterator[Declared[Tile] | Declared[Indicator] | Declared[Statistic]]:
    yield from declared(Indicator)
    yield from declared(Tile)
    yield from declared(Statistic)


def _files(one: Declared[Tile] | Declared[Indicator] | Declared[Statistic]) -> Iterator[Path]:
    yield one.sql_path
    if behind := getattr(one.value, "rows_sql", None):
        yield one.pack.folder / behind


def is_statistic(sql: Path | str) -> bool:
    """Never of a text: whoever writes his own question is no pack."""
    return isinstance(sql, Path) and any(sql == path for _title, path in declared_statistics()) and _sums(sql)


@functools.lru_cache(maxsize=256)
def _sums(path: Path) -> bool:
    """No row of a register comes out of it as it is."""
    text = path.read_text(encoding="utf-8")
    tables = sorted(name for name in lake.tables_in(text) if name.startswith("base."))
    try:
        return not trace(text, tuple((name, len(_subjects(name))) for name in tables), frozenset()).carrying
    except Untraceable:
        return False


def _subjects(table: str) -> tuple[str, ...]:
    try:
        return resource(table).subjects
    except UnknownResource:
        return ("base_id",)


def statistics_of_registers() -> list[tuple[str, tuple[str, ...]]]:
    """Each that reads a register which is not for every department, by title, with those registers."""
    found: dict[str, set[str]] = {}
    for title, path in declared_statistics():
        closed = {name for name in lake.tables_in(path) if _closed(name)}
        if closed and is_statistic(path):
            found.setdefault(title, set()).update(closed)
    return [(title, tuple(sorted(closed))) for title, closed in found.items()]


def _closed(table: str) -> bool:
    if not table.startswith("base."):
        return False
    try:
        return resource(table).share != "unconditional"
    except UnknownResource:
        return False
