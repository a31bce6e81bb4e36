"""The door of 沙盘: build an invented city, score a linker against its truth, pick sample residents."""
from __future__ import annotations

from pathlib import Path
from typing import Any

from huicheng.sandbox.building import CityBeingBuilt, FileMade, Manifest, build_city, read_manifest

__all__ = ["CityBeingBuilt", "FileMade", "Manifest", "build", "read_manifest"]

BENCHMARK_SEED = 210_100


def build(target: Path, *, residents: int = 100_000, seed: int = BENCHMARK_SEED, version: str = "1",
          progress: Any = None) -> Manifest:
    """The city in `target`. One already there, of the same residents, seed and version, is kept as it is."""
    there = read_manifest(target)
    if there is not None and (there.residents, there.seed, there.version) == (residents, seed, version):
        return there
    return build_city(target, residents=residents, seed=seed, version=version, progress=progress)
