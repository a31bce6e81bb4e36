"""The door of 沙盘: build an invented city, score a linker against its truth, pick sample residents."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pyarrow as pa

from huicheng.sandbox.building import CityBeingBuilt, FileMade, Manifest, build_city, read_manifest
from huicheng.sandbox.layout import LAYOUTS, Layout
from huicheng.sandbox.profiles import SPOILING, Spoiling
from huicheng.sandbox.samples import Sample, sample
from huicheng.sandbox.scoring import Scores, UnknownRows, score

__all__ = [
    "BENCHMARK_SEED",
    "LAYOUTS",
    "SPOILING",
    "CityBeingBuilt",
    "FileMade",
    "Layout",
    "Manifest",
    "Sample",
    "Scores",
    "Spoiling",
    "UnknownRows",
    "build",
    "evaluate",
    "read_manifest",
    "sample_people",
]

BENCHMARK_SEED = 210_100


class Steps(Protocol):
    """Whoever shows how far the work is: a job's progress, or the terminal."""

    def step(self, label: str, *, done: int, total: int) -> None: ...


def build(
    target: Path,
    *,
    residents: int = 100_000,
    seed: int = BENCHMARK_SEED,
    version: str = "1",
    progress: Steps | None = None,
) -> Manifest:
    """The city in `target`. One already there, of the same residents, seed and version, is kept as it is."""
    there = read_manifest(target)
    if there is not None and (there.residents, there.seed, there.version) == (residents, seed, version):
        return there
    return build_city(target, residents=residents, seed=seed, version=version, progress=progress)


def evaluate(links: pa.Table | Path, truth: Path, *, kind: str, count_absent: bool = True) -> Scores:
    """Scores of `links` (resource, row, base_id) against a city's truth; `kind`: people, firms, houses.

    Rows that no link mentions count as clusters of their own, unless `count_absent` is false (as for rows
    that the exchange refused). Garbage rows are ignored.
    """
    return score(links, truth, kind=kind, count_absent=count_absent)


def sample_people(target: Path, count: int = 5) -> list[Sample]:
    """A parent, a pensioner, a twin, an owner of a firm …: the same ones each time."""
    return sample(target, count)
