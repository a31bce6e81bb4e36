"""A restore that fails leaves the home as it was: refused, killed with -9 at any of its moves, or killed while undone."""

import hashlib
import os
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from huicheng.city import undoing
from huicheng.city.undoing import Journal
from tests.conftest import ROOT, City

pytestmark = pytest.mark.shared_home
OURS = {"running.lock", "scratch", "test.log"}
# Kills the process at its nth move of a file: no word, no tidying.
KILLED = """
import os, signal, sys
left, real = int(sys.argv.pop(1)), os.replace
def counted(*given, **named):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **named)
os.replace = counted
from huicheng.city.cli import main
main()
"""


def lies_in(home: Path) -> dict[str, str]:
    files = [
        path for path in home.rglob("*") if path.is_file() and path.relative_to(home).parts[0] not in OURS
    ]
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def killed_at(city: City, move: int, *words: str) -> int:
    command = [sys.executable, "-c", KILLED, str(move), *words]
    done = subprocess.run(command, cwd=ROOT, env=city.environment(), capture_output=True, text=True)
    return done.returncode


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    city = City(tmp_path_factory.mktemp("other"))
    city.run("migrate")
    target = tmp_path_factory.mktemp("saved") / "city.tar"
    city.run("backup", str(target))
    return target


@pytest.fixture
def old(tmp_path) -> City:
    city = City(tmp_path / "old")
    city.home.mkdir()
    city.run("migrate")
    (city.home / "lake").mkdir(exist_ok=True)
    (city.home / "lake" / "mark").write_text("the old city")
    return city


def test_a_refused_restore_leaves_an_empty_home_without_keys(saved, tmp_path):
    city = City(tmp_path / "empty")
    city.home.mkdir()
    half = tmp_path / "half.tar"
    half.write_bytes(saved.read_bytes()[: saved.stat().st_size // 2])
    assert city.run("restore", str(half), check=False).returncode == 1
    assert lies_in(city.home) == {}


def test_killed_at_any_move_the_old_city_is_back_at_the_next_start(saved, old):
    before, kills, move = lies_in(old.home), 0, 0
    while killed_at(old, move, "restore", "--force", str(saved)) != 0:
        told = old.run("resources", check=False)
        moved = "已退回到恢复之前的样子" in told.stderr.replace("\n", "")
        kills += moved
        assert lies_in(old.home) == before, f"killed at move {move}"
        move += 1
        assert move < 60
    assert kills > 4
    assert lies_in(old.home) != before


def test_killed_while_it_is_undone_it_is_undone_all_the_same(saved, old):
    before = lies_in(old.home)
    assert killed_at(old, 4, "restore", "--force", str(saved)) != 0
    for move in (0, 1, 3):
        killed_at(old, move, "resources")
    old.run("resources", check=False)
    assert lies_in(old.home) == before
    assert "✓" in old.run("audit", "verify").stdout


def test_killed_in_an_empty_home_nothing_of_the_backup_stays(saved, tmp_path):
    city = City(tmp_path / "empty")
    city.home.mkdir()
    for move in (0, 2):
        assert killed_at(city, move, "restore", str(saved)) != 0
        city.run("resources", check=False)
        assert lies_in(city.home) == {}
    city.run("restore", str(saved))
    assert "✓" in city.run("audit", "verify").stdout


def test_a_backup_whose_past_has_a_gap_is_not_put_in_place(saved, old, tmp_path):
    folder = tmp_path / "opened"
    with tarfile.open(saved) as tar:
        tar.extractall(folder, filter="data")
    import json
    import sqlite3

    with sqlite3.connect(folder / "database.sqlite3") as base:
        base.execute("DELETE FROM ground_event WHERE seq = 2")
    base.close()  # else the change stays in its log
    facts = json.loads((folder / "manifest.json").read_text())
    facts["sha256"]["database.sqlite3"] = hashlib.sha256(
        (folder / "database.sqlite3").read_bytes()
    ).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(facts))
    with tarfile.open(tmp_path / "gap.tar", "w") as tar:
        for path in sorted(folder.rglob("*")):
            tar.add(path, arcname=str(path.relative_to(folder)), recursive=False)
    before = lies_in(old.home)
    refused = old.run("restore", "--force", str(tmp_path / "gap.tar"), check=False)
    assert "审计链不完整" in refused.stderr.replace("\n", "")
    assert lies_in(old.home) == before


def test_what_a_passer_by_made_where_keys_were_moved_away_goes(monkeypatch, tmp_path):
    monkeypatch.setattr(undoing, "home", lambda: tmp_path)
    (tmp_path / "backups/replaced-1/keys").mkdir(parents=True)
    (tmp_path / "backups/replaced-1/keys/master.key").write_text("old")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/master.key").write_text("a passer-by's")
    (tmp_path / "lake").mkdir()
    journal = Journal("backups/replaced-1", ("keys", "lake"))
    undoing.undo(journal)
    undoing.put_back(journal)
    assert (tmp_path / "keys/master.key").read_text() == "old"
    assert (tmp_path / "lake").is_dir()
    assert not (tmp_path / "backups").exists()


def test_what_a_killed_restore_had_unpacked_is_swept_by_whoever_comes(old):
    left = old.home / "scratch" / "restore-dead"
    left.mkdir(parents=True)
    os.utime(left, (time.time() - 60,) * 2)
    old.run("resources", check=False)
    assert not left.exists()
