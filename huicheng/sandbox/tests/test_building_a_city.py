"""A city is built whole or not at all, the same each time."""

import hashlib
import subprocess
import sys
import time
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from huicheng.sandbox.api import CityBeingBuilt, Manifest, build

# Version 1 at 2,000 residents. If this must change, the benchmark city gets a new version.
VERSION_1 = "0ffa3d8ee0f79a17"


def texts_of(city: Manifest) -> dict[str, str]:
    return {made.file: made.sha256 for made in city.files if made.file.endswith(("csv", "tsv", "jsonl"))}


class Interrupted(Exception):
    pass


class Breaks:
    def step(self, label: str, *, done: int, total: int) -> None:
        raise Interrupted


def test_the_same_seed_gives_the_same_bytes(small_city: Manifest, tmp_path: Path) -> None:
    again = build(tmp_path / "again", residents=2_000)
    assert {m.file: m.sha256 for m in again.files} == {m.file: m.sha256 for m in small_city.files}


def test_another_seed_gives_another_city(small_city: Manifest, tmp_path: Path) -> None:
    other = build(tmp_path / "other", residents=2_000, seed=7)
    assert not set(texts_of(other).values()) & set(texts_of(small_city).values())


def test_version_1_stays_what_it_was(small_city: Manifest) -> None:
    found = hashlib.sha256("".join(sorted(texts_of(small_city).values())).encode()).hexdigest()
    assert found[:16] == VERSION_1


def test_a_city_already_there_is_kept(small_city: Manifest) -> None:
    before = (small_city.folder / "manifest.json").stat().st_mtime_ns
    assert build(small_city.folder, residents=2_000) == small_city
    assert (small_city.folder / "manifest.json").stat().st_mtime_ns == before


def test_a_broken_build_leaves_nothing_and_the_next_one_succeeds(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        build(tmp_path / "city", residents=300, progress=Breaks())
    assert not (tmp_path / "city").exists()
    assert build(tmp_path / "city", residents=300).people == 300


def test_a_killed_build_leaves_no_city_and_the_next_one_sweeps_up(tmp_path: Path) -> None:
    target = tmp_path / "city"
    script = f"from pathlib import Path; from huicheng.sandbox.api import build; build(Path({str(target)!r}), residents=10**7)"
    process = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 30
    while not (tmp_path / ".city.building" / "truth").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert not target.exists()
    assert build(target, residents=300).people == 300
    assert not (tmp_path / ".city.building").exists()


def test_a_city_of_another_size_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    build(tmp_path / "city", residents=300)
    assert build(tmp_path / "city", residents=400).people == 400
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["city"]


def test_two_builds_of_one_city_do_not_mix(tmp_path: Path) -> None:
    with (tmp_path / ".city.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        with pytest.raises(CityBeingBuilt, match="another process"):
            build(tmp_path / "city", residents=300)
