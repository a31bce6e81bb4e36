"""One run from deliveries to registers. Inputs are pinned first, so that a run begun again is the same run."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.fusion import aliases, quality, records, statistics
from huicheng.fusion.addresses import read_addresses
from huicheng.fusion.events import FusionFinished
from huicheng.fusion.firms.comparing import FIRMS
from huicheng.fusion.firms.rows import read_rows as read_firms
from huicheng.fusion.houses.comparing import HOUSES
from huicheng.fusion.houses.rows import read_rows as read_houses
from huicheng.fusion.linking.linking import Links, link
from huicheng.fusion.models import Run
from huicheng.fusion.naming import Ledger, name_links
from huicheng.fusion.noticing import notices
from huicheng.fusion.people.comparing import PEOPLE
from huicheng.fusion.people.rows import read_rows as read_people
from huicheng.fusion.places import Communities
from huicheng.fusion.register import PROVENANCE, Register, link_table, provenance, settle
from huicheng.fusion.relations import RELATIONS, relation_rows, tie
from huicheng.fusion.sources import SOURCES, Source
from huicheng.fusion.standardising import Standard, place, standardise
from huicheng.ground.api import Progress, act, current_actor, publish
from huicheng.lake import api as lake

KINDS = ("people", "firms", "houses")
DESIGNS = {"people": (PEOPLE, read_people), "firms": (FIRMS, read_firms), "houses": (HOUSES, read_houses)}
STEPS = 6


def run(progress: Progress, kinds: tuple[str, ...] = KINDS) -> dict[str, Any]:
    """The whole run; returns its figures. Stages are timed, kinds counted."""
    this = _FusionRun(progress, tuple(kind for kind in KINDS if kind in kinds))
    this.standardise()
    this.link()
    this.settle()
    this.publish()
    this.seal()
    return this.finish()


class _FusionRun:
    def __init__(self, progress: Progress, kinds: tuple[str, ...]) -> None:
        self.progress, self.kinds = progress, kinds
        self.seconds: dict[str, float] = {}
        self.figures: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
        self.versions: dict[str, int] = {}
        self.step(_("准备"))
        if "inputs" not in progress.checkpoint:
            progress.save(inputs=pin_inputs(), began=timezone.now().isoformat())
        self.inputs: dict[str, int] = progress.checkpoint["inputs"]
        self.id = progress.job_id
        Run.objects.get_or_create(
            id=self.id, defaults={"kinds": list(kinds), "inputs": self.inputs, "actor": current_actor().id}
        )

    def step(self, label: str) -> None:
        self.clock = time.monotonic()
        self.progress.step(label, done=len(self.seconds), total=STEPS)

    def took(self, stage: str) -> None:
        self.seconds[stage] = round(time.monotonic() - self.clock, 2)

    def read(self, source: Source) -> pa.Table | None:
        version = self.inputs.get(source.table)
        if version is None:
            return None
        there = lake.schema(source.table, version=version).names
        wanted = {
            *source.fields.values(),
            *source.hints.values(),
            source.as_of,
            source.key,
            "_row",
            "_delivery",
        }
        columns = [name for name in there if name in wanted]
        return _in_order(lake.read(source.table, columns=columns, version=version).read_all())

    def standardise(self) -> None:
        self.step(_("标准化"))
        self.standards: dict[str, Standard] = {}
        for kind in self.kinds:
            start = time.monotonic()
            self.standards[kind] = standardise(kind, self.read)
            self.figures[kind] = {
                "rows": self.standards[kind].table.num_rows,
                "entities": 0,
                "seconds": time.monotonic() - start,
                "notices": notices(self.standards[kind]),
            }
        self.took("standardise")
        self.step(_("地址"))
        place(list(self.standards.values()), read_addresses)
        self.took("addresses")

    def link(self) -> None:
        self.step(_("比对"))
        self.links: dict[str, Links] = {}
        for kind, standard in self.standards.items():
            start = time.monotonic()
            design, read_rows = DESIGNS[kind]
            self.links[kind] = link(read_rows(standard), design)
            self.figures[kind]["seconds"] += time.monotonic() - start
            self.figures[kind] |= {
                "link": self.links[kind].figures,
                "entities": self.links[kind].figures["entities"],
            }
        self.took("link")

    def settle(self) -> None:
        self.step(_("取值"))
        self.registers: dict[str, Register] = {}
        self.ledger = Ledger(self.inputs, self.id)
        for kind, standard in self.standards.items():
            start = time.monotonic()
            ids = name_links(self.ledger, standard, self.links[kind], self.inputs.get(f"base.{kind}_links"))
            fields, trust = records.fields_of(standard), records.trust_of(standard, self.links[kind])
            self.registers[kind] = settle(standard, self.links[kind], ids, fields, trust)
            self.figures[kind]["seconds"] += time.monotonic() - start
        self.took("settle")

    def publish(self) -> None:
        self.step(_("发布"))
        # The ledger first: an id that is published is an id that was given.
        self.ledger.publish()
        if "people" in self.registers:
            aliases.keep(self.registers["people"], self.ledger, self.id)
        districts = [s.places.district for s in self.standards.values() if s.places is not None]
        communities = Communities(np.unique(np.concatenate(districts)))
        people, firms, houses = (self.registers.get(kind) for kind in KINDS)
        for kind, register in self.registers.items():
            start = time.monotonic()
            self.put(f"base.{kind}_links", link_table(register))
            self.put(
                f"base.{kind}_fields", pa.RecordBatchReader.from_batches(PROVENANCE, provenance(register))
            )
            self.figures[kind]["seconds"] = round(self.figures[kind]["seconds"] + time.monotonic() - start, 2)
        tied = tie(people, firms, houses)
        if people:
            self.put("base.people", records.people_table(people, communities, tied.employed, tied.homes))
        if firms:
            self.put("base.firms", records.firms_table(firms, communities, tied.led))
        if houses:
            self.put("base.houses", records.houses_table(houses, communities, tied.owned))
        if people and firms and houses:
            rows = pa.RecordBatchReader.from_batches(RELATIONS, relation_rows(people, tied))
            self.put("base.relations", rows)
        self.took("publish")
        self.step(_("统计"))
        for code, table in statistics.tables(self.kinds):
            self.put(code, table)
        self.judge()
        self.took("statistics")

    def judge(self) -> None:
        registers = list(self.registers.values())
        found = quality.measure(registers)
        self.put("stat.quality", quality.table("stat.quality", found.lines, quality.QUALITY, self.kinds))
        self.put(
            "base.quality_rows", quality.table("base.quality_rows", found.behind, quality.BEHIND, self.kinds)
        )
        began = datetime.fromisoformat(self.progress.checkpoint["began"])
        page = quality.history(found, registers, self.id, timezone.localdate(began))
        self.put("stat.quality_history", page, mode="append")

    def seal(self) -> None:
        """Which versions belong together: the last thing written, for readers who want all tables of one run."""
        names = sorted(self.versions)
        page = pa.table(
            {
                "run": pa.repeat(pa.scalar(self.id), len(names)),
                "table": pa.array(names, pa.string()),
                "version": pa.array([self.versions[name] for name in names], pa.int64()),
                "at": pa.repeat(pa.scalar(timezone.now(), pa.timestamp("us", tz="UTC")), len(names)),
            }
        )
        lake.write("base.runs", page, mode="append", txn=(f"fusion.{self.id}", 1))

    def put(self, code: str, table: Any, *, mode: str = "replace") -> None:
        self.versions[code] = exchange.publish_table(code, table, mode=mode, txn=(f"fusion.{self.id}", 1))

    def finish(self) -> dict[str, Any]:
        _finish(self.id, self.figures, self.versions, self.seconds)
        return {"run": self.id, "figures": self.figures, "stages": self.seconds}


def _in_order(rows: pa.Table) -> pa.Table:
    """As delivered: a table's files come in any order, and the same rows must give the same registers."""
    number = rows["_row"].to_numpy()
    if pc.count_distinct(rows["_delivery"]).as_py() <= 1 and np.all(number[1:] >= number[:-1]):
        return rows
    return rows.sort_by([("_delivery", "ascending"), ("_row", "ascending")])


@act
def _finish(run_id: str, figures: dict[str, Any], versions: dict[str, int], stages: dict[str, float]) -> None:
    Run.objects.filter(id=run_id).update(
        state=Run.DONE, figures={**figures, "stages": stages}, versions=versions, finished_at=timezone.now()
    )
    counts = {kind: {"rows": one["rows"], "entities": one["entities"]} for kind, one in figures.items()}
    publish(FusionFinished(subject=f"fusion:{run_id}", run=run_id, counts=counts, versions=versions))


def pin_inputs() -> dict[str, int]:
    """The version of every table this run reads, as of its first start."""
    names = [source.table for source in SOURCES]
    names += [f"base.{kind}_links" for kind in KINDS] + ["base.ids"]
    return {name: lake.version(name) for name in names if lake.exists(name)}
