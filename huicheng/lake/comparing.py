"""What changed in a table between two of its versions, row by row, as a sight of it shows them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from huicheng.lake.asking import TIMEOUT, Mount, QuestionTooLong, engine_with, failing_as_asked
from huicheng.lake.tables import pin
from huicheng.lake.timing import in_time

CHANGE, ROW = "_change", "_id"


@dataclass(frozen=True)
class Sight:
    """Columns and filter by ``mount``; ``row`` is the SQL of what a row is known by; ``beside`` is carried, not compared."""

    mount: Mount
    row: str
    beside: Mapping[str, str]


def changes(
    table: str, before: int | None, after: int, *, sight: Sight, timeout: float = TIMEOUT
) -> Iterator[pa.RecordBatch]:
    """``insert``, ``update`` and ``delete`` from ``before`` (None: from nothing) to ``after``, ordered by the row's id.

    The first batch is empty and tells the columns. A row of which nothing shown differs has not changed. Of a deleted
    row its last values are told. Files that both versions have hold the same rows, and are not read.
    """
    versions = {"after": after} if before is None else {"before": before, "after": after}
    pins = {side: pin(table, number) for side, number in versions.items()}
    files = {side: set(found.files) for side, (found, _hold) in pins.items()}
    own = {side: sorted(mine - files.get(_other(side), set())) for side, mine in files.items()}
    shown, found = {}, {}
    for side in ("before", "after"):
        whole = pins[side if side in pins else "after"][0]
        name = f"sides.{side}"
        shown[name] = _carrying(sight)
        found[name] = replace(whole, files=tuple(own.get(side, ())))
    until = time.monotonic() + timeout
    late = f"the comparison ran for more than {timeout:.0f} s and was stopped"
    try:
        with failing_as_asked(late), engine_with(shown, found) as engine, in_time(engine, timeout):
            reader = engine.sql(_question(sight)).to_arrow_reader(65536)
            yield pa.RecordBatch.from_pylist([], schema=reader.schema)
            for batch in reader:
                if time.monotonic() > until:  # an interrupt between two of the engine's steps is lost
                    raise QuestionTooLong(late)
                yield batch
    finally:
        for _found, hold in pins.values():
            hold.release()


def _other(side: str) -> str:
    return "after" if side == "before" else "before"


def _carrying(sight: Sight) -> Mount:
    return replace(sight.mount, columns={**sight.mount.columns, **sight.beside, ROW: sight.row})


def _question(sight: Sight) -> str:
    shown = [f'"{name}"' for name in sight.mount.columns]
    told = [*shown, *(f'"{name}"' for name in sight.beside)]
    values = ", ".join(f"CASE WHEN a.{ROW} IS NULL THEN b.{one} ELSE a.{one} END AS {one}" for one in told)
    differs = " OR ".join(f"a.{one} IS DISTINCT FROM b.{one}" for one in shown) or "false"
    return f"""SELECT CASE WHEN b.{ROW} IS NULL THEN 'insert' WHEN a.{ROW} IS NULL THEN 'delete' ELSE 'update' END
        AS {CHANGE}, coalesce(a.{ROW}, b.{ROW}) AS {ROW}, {values}
        FROM sides.after a FULL JOIN sides.before b ON a.{ROW} = b.{ROW}
        WHERE a.{ROW} IS NULL OR b.{ROW} IS NULL OR {differs}
        ORDER BY {ROW}"""
