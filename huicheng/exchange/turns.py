"""Under which mark a delivery stands in the lake, so that the lake itself knows what it has taken already."""

from __future__ import annotations

import hashlib
import json

from huicheng.exchange.declarations import Resource
from huicheng.exchange.models import Delivery
from huicheng.lake import api as lake


def mark_of(row: Delivery) -> str:
    """The same for the same content read in the same way, whatever database the receipt stands in."""
    read_as = [row.resource, row.sha256, row.mapping, row.options.get("spec"), row.options.get("sheet")]
    if versions := row.options.get("codes"):  # the same bytes mean something else by another code table
        read_as.append(versions)
    text = json.dumps(read_as, ensure_ascii=False, sort_keys=True)
    return f"delivery:{hashlib.sha256(text.encode()).hexdigest()}"


def undo_mark_of(row: Delivery) -> str:
    return f"undone:{mark_of(row)}"


def take_turn(row: Delivery, spec: Resource) -> None:
    """Fix what this delivery finds and the number it will commit under; a run after a kill keeps them."""
    if row.turn is not None:
        return
    newest = lake.version(spec.table) if lake.exists(spec.table) else None
    row.before = 0 if newest is None else lake.rows(spec.table)
    row.turn = _turn(row, spec, newest)
    # Where the lake has it already, a lost receipt is written again; what stood before it is not known any more.
    row.base = None if in_lake(row, spec) else newest
    row.save(update_fields=["before", "base", "turn"])


def _turn(row: Delivery, spec: Resource, newest: int | None) -> int:
    if spec.mode == "append":  # once, and once more each time it was rolled back
        undone = lake.last_txn(spec.table, undo_mark_of(row))
        return 1 if undone is None else undone + 1
    # A replacement counts again when another one came between; the version it makes is a number that only grows.
    taken = lake.last_txn(spec.table, mark_of(row))
    return taken if taken is not None and taken == newest else (0 if newest is None else newest + 1)


def in_lake(row: Delivery, spec: Resource) -> bool:
    return _reached(spec, mark_of(row), row.turn)


def undone_in_lake(row: Delivery, spec: Resource) -> bool:
    return _reached(spec, undo_mark_of(row), row.turn)


def _reached(spec: Resource, mark: str, turn: int | None) -> bool:
    taken = lake.last_txn(spec.table, mark)
    return taken is not None and turn is not None and taken >= turn
