"""The ledger of ids: which were ever given, since when, and what became of them. It only grows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils import timezone

from huicheng.fusion.linking.keys import Ints, Keys
from huicheng.fusion.linking.linking import Links
from huicheng.fusion.registry import LEDGER, Naming, name_entities, serials_before, spell
from huicheng.fusion.standardising import Standard
from huicheng.ground.api import secret
from huicheng.lake import api as lake

TABLE = "base.ids"


@dataclass
class Ledger:
    """What the ledger said when the run began, and what the run will add to it."""

    inputs: dict[str, int]
    run: str
    pages: list[pa.Table] = field(default_factory=list)
    parted: list[pa.Table] = field(default_factory=list)

    def __post_init__(self) -> None:
        version = self.inputs.get(TABLE)
        empty = LEDGER.empty_table()
        self.before = (
            empty if version is None else lake.read(TABLE, version=version).read_all().select(LEDGER.names)
        )

    def known(self, kind: str) -> tuple[Any, Ints, Ints]:
        """Ids ever given with their serials, and the serials that are still somebody's."""
        mine = self.before.filter(pc.equal(self.before["kind"], kind))
        given = mine.filter(pc.not_equal(mine["why"], "ended"))
        serial = given["serial"].to_numpy()
        ended = mine.filter(pc.equal(mine["why"], "ended"))["serial"].to_numpy()
        return given["base_id"].combine_chunks(), serial, np.setdiff1d(serial, ended)

    def add(self, kind: str, naming: Naming, ids: Any) -> None:
        """A line for every id given, a line for every id ended; `why` of an ended one says what happened."""
        key = secret("base-ids")
        self.pages.append(
            self._lines(
                kind,
                spell(kind, naming.born, key),
                naming.born,
                pa.nulls(len(naming.born), pa.string()),
                naming.born_why,
            )
        )
        into = spell(kind, np.maximum(naming.ended_into, 0), key)
        into = pc.if_else(pa.array(naming.ended_into > 0), into, pa.scalar(None, pa.string()))
        self.pages.append(
            self._lines(
                kind, spell(kind, naming.ended, key), naming.ended, into, ["ended"] * len(naming.ended)
            )
        )

    def part(self, kind: str, naming: Naming, entity: Ints, before: Ints) -> None:
        """From whom each record was parted that is new and yet made of another's rows."""
        linked = (entity >= 0) & (before > 0)
        now, then = naming.serial[entity[linked]], before[linked]
        born = naming.born[np.array(naming.born_why, dtype=object) == "split"]
        pairs = np.unique(np.stack([now, then])[:, np.isin(now, born)], axis=1)
        new, former = (spell(kind, one, secret("base-ids")) for one in pairs)
        self.parted.append(pa.table({"base_id": new, "former": former}))

    def splits(self) -> pa.Table:
        return pa.concat_tables(self.parted)

    def _lines(self, kind: str, ids: Any, serial: Ints, into: Any, why: list[str]) -> pa.Table:
        size = len(serial)
        return pa.table(
            {
                "base_id": ids,
                "kind": pa.repeat(pa.scalar(kind), size),
                "serial": pa.array(serial, pa.int64()),
                "since": pa.repeat(pa.scalar(timezone.now(), pa.timestamp("us", tz="UTC")), size),
                "retired_into": into,
                "why": pa.array(why, pa.string()),
                "run": pa.repeat(pa.scalar(self.run), size),
            }
        ).cast(LEDGER)

    def publish(self) -> None:
        page = pa.concat_tables(self.pages) if self.pages else LEDGER.empty_table()
        if page.num_rows or not lake.exists(TABLE):
            lake.write(TABLE, page, mode="append", txn=(f"fusion.{self.run}", 1))


def name_links(ledger: Ledger, standard: Standard, links: Links, links_version: int | None) -> Any:
    """Ids of a kind's entities, in the entities' order."""
    kind, count = standard.kind, int(links.entity.max(initial=-1)) + 1
    ids, serials, alive = ledger.known(kind)
    before = np.zeros(standard.table.num_rows, np.int64)
    if links_version is not None and len(serials):
        before = _before(standard, f"base.{kind}_links", links_version, ids, serials)
    naming = name_entities(links.entity, count, before, int(serials.max(initial=0)), alive)
    spelled = spell(kind, naming.serial, secret("base-ids"))
    ledger.add(kind, naming, spelled)
    ledger.part(kind, naming, links.entity, before)
    return spelled


def _before(standard: Standard, table: str, version: int, ids: Any, serials: Ints) -> Ints:
    """The serial that each of our rows had in the last run, by resource and row key."""
    then = lake.read(table, columns=["resource", "row_key", "base_id"], version=version).read_all()
    then = then.filter(pc.is_valid(then["base_id"]))
    place = pc.index_in(then["base_id"], ids).combine_chunks().fill_null(-1).to_numpy(zero_copy_only=False)
    names = pa.array([source.resource for source in standard.origins], pa.string()).take(
        pa.array(standard.source)
    )
    now = pa.table({"resource": names, "row_key": standard.column("row_key")})
    serial = np.where(place >= 0, serials[np.maximum(place, 0)], 0)
    return serials_before(_hashes(now), _hashes(then.select(["resource", "row_key"])), serial)


def _hashes(table: pa.Table) -> Keys:
    engine = lake.connection(threads_limit=2)
    try:
        engine.execute("SET preserve_insertion_order = true")
        engine.register("given", table)
        hashed = engine.sql("SELECT hash(resource, row_key) AS h FROM given").fetchnumpy()["h"]
        return np.asarray(hashed)
    finally:
        engine.close()
