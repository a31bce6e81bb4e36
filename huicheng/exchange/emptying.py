"""Fields that a replacement would leave empty because its file has no column for them."""

from __future__ import annotations

from collections.abc import Iterable

from huicheng.exchange.declarations import Field, Resource
from huicheng.lake import api as lake


def emptied(spec: Resource, without: Iterable[Field]) -> list[str]:
    """The titles of the fields ``without`` a column that the table has values for now. Only a replacement loses any."""
    if spec.mode != "replace" or not lake.exists(spec.table):
        return []
    there = set(lake.schema(spec.table).names)
    asked = [one for one in without if one.name in there]
    if not asked:
        return []
    counts = ", ".join(f'count("{one.name}") AS "{one.name}"' for one in asked)
    found = lake.ask(f"SELECT {counts} FROM {spec.table}", mounts={spec.table: lake.Mount()})
    filled = found.table.to_pylist()[0]
    return [one.title for one in asked if filled[one.name]]
