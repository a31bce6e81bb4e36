"""What a person goes by in the sets of those who were read: base id, numbers right and wrong, rows."""

from __future__ import annotations

import functools
from pathlib import Path

from huicheng.exchange import api as exchange
from huicheng.ground.api import home
from huicheng.lake import api as lake

HERE = Path(__file__).parent
CENTURY = slice(6, 8)


def names_of(base_id: str) -> frozenset[str | int]:
    """For his own log alone. A set keeps what a row said when it was read, so wrong numbers count too.

    Names are text; of what he went by in former deliveries and registers only keys are left, which are numbers."""
    links, aliases = _files("base.people_links"), _files("base.aliases")
    return _names(home(), base_id, links) | _aliases(home(), base_id, aliases)


def _files(table: str) -> tuple[str, ...]:
    return tuple(lake.files(table)) if lake.exists(table) else ()


@functools.lru_cache(maxsize=1024)
def _aliases(place: Path, base_id: str, files: tuple[str, ...]) -> frozenset[str | int]:
    """Merged into this record or parted from another: what was read of it before was read of him."""
    if not files:
        return frozenset()
    rows = lake.ask(HERE / "aliases.sql", {"base_id": base_id}, everything=True).table
    keys = [key for key in rows["key"].to_pylist() if key is not None]
    return frozenset({*keys, *rows["base_id"].to_pylist()})


@functools.lru_cache(maxsize=1024)
def _names(place: Path, base_id: str, links: tuple[str, ...]) -> frozenset[str | int]:
    if not links:
        return frozenset({base_id})
    try:
        rows = lake.ask(HERE / "names.sql", {"base_id": base_id}, everything=True).table.to_pylist()
    except lake.NoSuchTable:
        return frozenset({base_id})
    numbers = {row["name"] for row in rows if row["name"]}
    short = {number[: CENTURY.start] + number[CENTURY.stop : 17] for number in numbers if len(number) == 18}
    lying = [(row["resource"], row["delivery"], row["row"]) for row in rows if row["resource"]]
    there = {f"{resource}#{delivery}#{row}" for resource, delivery, row in lying}
    written = {number for one in lying if (number := _written(*one))}
    return frozenset({base_id} | numbers | short | there | written)


def _written(resource: str, delivery: str, row: int) -> str:
    """The number as this row of a delivery has it, mistyped or not."""
    try:
        spec = exchange.resource(resource)
        if not spec.subject:
            return ""
        sql = f'SELECT "{spec.subject}" AS name FROM {spec.table} WHERE _delivery = $delivery AND _row = $row'
        found = lake.ask(sql, {"delivery": delivery, "row": row}, everything=True).table["name"].to_pylist()
    except (exchange.UnknownResource, lake.NoSuchTable, lake.QuestionFailed):
        return ""
    return str(found[0] or "") if found else ""
