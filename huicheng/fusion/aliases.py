"""The ledger of aliases 别名: under which keys a person stood in deliveries and registers that are no more.

A receipt keeps whom a reading disclosed as keyed hashes of what the rows said then. The registers know only what rows
say now, so each run adds the keys that are new, a hash and an id each. What an ended record went by is dropped when
its sources were made to forget it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huicheng.exchange import api as exchange
from huicheng.fusion.naming import TABLE as IDS
from huicheng.fusion.naming import Ledger
from huicheng.fusion.register import Register, resources
from huicheng.lake import api as lake

TABLE = "base.aliases"
ALIASES = pa.schema([("base_id", pa.string()), ("key", pa.int64())])
SQL = Path(__file__).with_suffix(".sql")
FILES = 16


def keep(register: Register, ledger: Ledger, run: str) -> None:
    """Before the new links stand: whoever reads the log meanwhile finds the old ones or the ledger."""
    found = _new(_linked(register), ledger)
    if found.num_rows or not lake.exists(TABLE):
        lake.write(TABLE, found, mode="append", txn=(f"fusion.{run}", 1))
    if len(lake.files(TABLE)) > FILES:
        lake.compact(TABLE)


def _linked(register: Register) -> pa.Table:
    standard = register.standard
    parts = [
        resources(standard),
        standard.column("delivery"),
        standard.column("row").cast(pa.string()),
    ]
    page = {
        "base_id": register.id_of(register.links.entity),
        "written": standard.raw["id_number"],
        "place": pc.binary_join_element_wise(*parts, "#"),
        "number": standard.column("id_number"),
    }
    table = pa.table(page)
    return table.filter(pc.is_valid(table["base_id"]))


def _new(linked: pa.Table, ledger: Ledger) -> pa.Table:
    known = lake.read(TABLE).read_all().select(ALIASES.names) if lake.exists(TABLE) else ALIASES.empty_table()
    retired = pa.concat_tables([ledger.before, *ledger.pages]).select(["base_id", "retired_into"])
    engine = lake.connection(threads_limit=2)
    try:
        engine.execute(f"CREATE MACRO key_of(word) AS {exchange.sql_key('word')}")
        engine.register("linked", linked)
        engine.register("splits", ledger.splits())
        engine.register("ids", retired.filter(pc.is_valid(retired["retired_into"])))
        engine.register("known", known.set_column(1, "key", _viewed(known["key"], np.uint64)))
        found = engine.sql(SQL.read_text(encoding="utf-8")).to_arrow_table()
    finally:
        engine.close()
    return found.set_column(1, "key", _viewed(found["key"], np.int64)).cast(ALIASES)


def _viewed(column: pa.ChunkedArray, kind: type) -> pa.Array:
    """The same bits: tables of the lake have no unsigned numbers."""
    return pa.array(column.to_numpy().view(kind))


def drop_ended() -> int:
    """What ended records went by, unless they live on in another; returns how many keys were dropped."""
    if not lake.exists(TABLE) or not lake.exists(IDS):
        return 0
    ids = lake.read(IDS, columns=["base_id", "why", "retired_into"]).read_all()
    gone = ids.filter(pc.and_(pc.equal(ids["why"], "ended"), pc.is_null(ids["retired_into"])))["base_id"]
    held = pc.unique(lake.read(TABLE, columns=["base_id"]).read_all()["base_id"])
    keys: list[dict[str, str | int]] = [
        {"base_id": one} for one in held.filter(pc.is_in(held, gone.combine_chunks())).to_pylist()
    ]
    if not keys:
        return 0
    dropped = lake.remove_rows(TABLE, keys=keys)
    lake.forget(TABLE)
    return dropped
