"""Builds a city chunk by chunk: truth first, then what departments make of it; put in place when whole."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any

import numpy as np

from huicheng.sandbox import firm_extracts, people_extracts
from huicheng.sandbox import firms as firms_truth
from huicheng.sandbox import houses as houses_truth
from huicheng.sandbox.chance import generator
from huicheng.sandbox.columns import text_of
from huicheng.sandbox.files import file_name, open_writer
from huicheng.sandbox.layout import KINDS, LAYOUTS
from huicheng.sandbox.people_extracts import Employers, Extract
from huicheng.sandbox.places import Homes
from huicheng.sandbox.residents import Ledger, draw_people
from huicheng.sandbox.truth import TruthFile, firm_columns, house_columns, key_columns, people_columns

HOUSEHOLDS = 8192  # a chunk: about 18,000 residents, a small city of its own
ROWS_PER_RESIDENT = {"civil_records": 0.38, "property_taxes": 0.16}


class CityBeingBuilt(RuntimeError):
    """Another process builds the same city at this moment."""


@dataclass(frozen=True)
class FileMade:
    resource: str
    file: str
    kind: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What was built. `folder` holds extracts/, truth/ and this as manifest.json."""

    folder: Path
    version: str
    seed: int
    residents: int
    people: int
    households: int
    firms: int
    houses: int
    files: tuple[FileMade, ...]
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    def path(self, resource: str) -> Path:
        return self.folder / "extracts" / next(made.file for made in self.files if made.resource == resource)

    def save(self, folder: Path) -> None:
        plain = {name: value for name, value in asdict(self).items() if name != "folder"}
        (folder / "manifest.json").write_text(
            json.dumps(plain, ensure_ascii=False, indent=1), encoding="utf-8"
        )


def read_manifest(folder: Path) -> Manifest | None:
    path = folder / "manifest.json"
    if not path.exists():
        return None
    plain = json.loads(path.read_text(encoding="utf-8"))
    plain["files"] = tuple(FileMade(**made) for made in plain["files"])
    plain["notes"] = tuple(plain["notes"])
    return Manifest(folder=folder, **plain)


@dataclass
class Desk:
    """Open files of a city being built."""

    folder: Path
    residents: int
    writers: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    truth: dict[str, TruthFile] = field(default_factory=dict)

    def open(self) -> None:
        for folder in ("extracts", "truth"):
            (self.folder / folder).mkdir(parents=True)
        for resource, layout in LAYOUTS.items():
            name = file_name(layout, self.residents * ROWS_PER_RESIDENT.get(resource, 0))
            self.names[resource], self.rows[resource] = name, 0
            self.writers[resource] = open_writer(self.folder / "extracts" / name, layout)
        for kind in KINDS:
            for name in (kind, kind + "_rows"):
                self.truth[name] = TruthFile(self.folder / "truth" / f"{name}.parquet")

    def deliver(self, extract: Extract) -> None:
        kind = LAYOUTS[extract.resource].kind
        self.writers[extract.resource].write(extract.columns)
        self.truth[kind + "_rows"].write(key_columns(extract, kind, self.rows[extract.resource] + 1))
        self.rows[extract.resource] += len(extract.entity)

    def close(self) -> None:
        for file in (*self.writers.values(), *self.truth.values()):
            file.close()

    def made(self) -> tuple[FileMade, ...]:
        return tuple(self._made(resource) for resource in LAYOUTS)

    def _made(self, resource: str) -> FileMade:
        path = self.folder / "extracts" / self.names[resource]
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileMade(
            resource, path.name, LAYOUTS[resource].kind, self.rows[resource], path.stat().st_size, digest
        )


@contextmanager
def alone(target: Path) -> Iterator[Path]:
    """The half-built folder beside the target, for one process at a time; a killed build's is swept."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.building")
    with half.with_suffix(".lock").open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except OSError as busy:
            raise CityBeingBuilt(f"{target} is being built by another process; wait for it to end") from busy
        for left in (half, half.with_suffix(".old")):
            shutil.rmtree(left, ignore_errors=True)
        half.mkdir()
        yield half


def put_in_place(half: Path, target: Path) -> None:
    if target.exists():
        old = half.with_suffix(".old")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        half.rename(target)
        shutil.rmtree(old)
    else:
        half.rename(target)


def build_city(target: Path, *, residents: int, seed: int, version: str, progress: Any) -> Manifest:
    with alone(target) as half:
        started, desk = time.monotonic(), Desk(half, residents)
        desk.open()
        with closing(desk):
            ledger = _fill(desk, seed, version, progress)
        manifest = Manifest(
            target,
            version,
            seed,
            residents,
            ledger.persons,
            ledger.households,
            ledger.firms,
            ledger.houses,
            desk.made(),
            _notes(desk),
            round(time.monotonic() - started, 1),
        )
        manifest.save(half)
        put_in_place(half, target)
        return manifest


def _fill(desk: Desk, seed: int, version: str, progress: Any) -> Ledger:
    ledger, chunk, residents = Ledger(Homes(desk.residents)), 0, desk.residents
    while ledger.persons < residents:
        _chunk(desk, ledger, generator(seed, version, "chunk", chunk), residents - ledger.persons)
        chunk += 1
        if progress is not None:
            progress.step("沙盘", done=ledger.persons, total=residents)
    return ledger


def _notes(desk: Desk) -> tuple[str, ...]:
    return tuple(
        f"{resource}: more rows than a worksheet holds, delivered as CSV"
        for resource, name in desk.names.items()
        if LAYOUTS[resource].file != name
    )


def _chunk(desk: Desk, ledger: Ledger, rng: np.random.Generator, most: int) -> None:
    people = draw_people(rng, ledger, households=HOUSEHOLDS, most=most)
    firms = firms_truth.draw_firms(rng, ledger, people)
    desk.truth["people"].write(people_columns(people, firms.first))
    employers = Employers(text_of(firms.codes), firms.names)
    houses = houses_truth.draw_houses(rng, ledger, people, firms)
    desk.truth["firms"].write(firm_columns(firms, people))
    desk.truth["houses"].write(house_columns(houses, people))
    for extract in (
        people_extracts.police(rng, people),
        people_extracts.civil(rng, people),
        people_extracts.insurance(rng, people, employers),
        people_extracts.health(rng, people),
        people_extracts.school(rng, people),
        firm_extracts.registrations(rng, firms, people),
        firm_extracts.taxes(rng, firms, people),
        firm_extracts.insured(rng, firms),
        houses_truth.titles(rng, houses, people),
        houses_truth.addresses(rng, houses, people),
        houses_truth.taxes(rng, houses, people),
    ):
        desk.deliver(extract)
