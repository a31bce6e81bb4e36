"""The restore is drilled: a city that burnt down is there again, record for record."""

import fcntl
import json
import os
import shutil
import tarfile
import time
import tracemalloc
from pathlib import Path

import pytest

from huicheng.city.backup import BackupRefused, restore
from tests.conftest import City, kill

pytestmark = pytest.mark.shared_home


@pytest.fixture(scope="module")
def saved(built_city: City, tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("backup") / "city.tar"
    built_city.run("backup", str(target))
    return target


def facts(city: City) -> tuple[str, str]:
    return city.run("resources").stdout, city.run("audit", "verify").stdout


def test_a_restored_city_holds_what_the_old_one_held(built_city, saved, tmp_path):
    new = City(tmp_path / "new")
    new.home.mkdir()
    new.run("restore", str(saved))
    assert facts(new) == facts(built_city)


def test_a_city_in_the_way_is_not_overwritten(built_city, saved):
    refused = built_city.run("restore", str(saved), check=False)
    assert refused.returncode == 1
    assert "已有一座城市" in refused.stderr


def test_a_backup_cut_short_changes_nothing(saved, tmp_path):
    half = tmp_path / "half.tar"
    half.write_bytes(saved.read_bytes()[: saved.stat().st_size // 2])
    city = City(tmp_path / "empty")
    city.home.mkdir()
    refused = city.run("restore", str(half), check=False)
    assert refused.returncode == 1
    assert "什么都没有改动" in refused.stderr


def test_a_damaged_file_is_named(saved, tmp_path):
    folder = tmp_path / "opened"
    with tarfile.open(saved) as tar:
        tar.extractall(folder, filter="data")
    damaged = next((folder / "home" / "lake").rglob("*.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    with tarfile.open(tmp_path / "bad.tar", "w") as tar:
        for path in sorted(folder.rglob("*")):
            tar.add(path, arcname=str(path.relative_to(folder)), recursive=False)
    city = City(tmp_path / "empty")
    city.home.mkdir()
    refused = city.run("restore", str(tmp_path / "bad.tar"), check=False)
    assert damaged.name in refused.stderr.replace("\n", "")


def test_a_file_larger_than_the_memory_is_checked_in_blocks(tmp_path):
    facts = {"format": 1, "engine": "sqlite", "sha256": {"home/large": "another"}}
    (tmp_path / "manifest.json").write_text(json.dumps(facts))
    (tmp_path / "large").touch()
    os.truncate(tmp_path / "large", 64 << 20)
    with tarfile.open(tmp_path / "city.tar", "w") as tar:
        tar.add(tmp_path / "manifest.json", "manifest.json")
        tar.add(tmp_path / "large", "home/large")
    tracemalloc.start()
    with pytest.raises(BackupRefused, match="home/large"):
        restore(tmp_path / "city.tar")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20


def test_the_keys_travel_and_stay_secret(saved):
    with tarfile.open(saved) as tar:
        assert "home/keys/master.key" in tar.getnames()
    assert saved.stat().st_mode & 0o077 == 0


def test_an_upgrade_backs_up_first(built_city, tmp_path):
    home = tmp_path / "copy"
    shutil.copytree(built_city.home, home)
    city = City(home)
    city.run("upgrade", "--backup-to", str(tmp_path / "before.tar"))
    assert (tmp_path / "before.tar").exists()


def test_a_running_city_is_not_replaced(built_city, saved, tmp_path):
    shutil.copytree(built_city.home, tmp_path / "city")
    city = City(tmp_path / "city")
    process = city.start("work")
    try:
        wait_for(city, process)
        refused = city.run("restore", "--force", str(saved), check=False)
    finally:
        kill(process)
    assert refused.returncode == 1
    assert "正在运行" in refused.stderr.replace("\n", "")
    assert not (city.home / "backups").exists()
    city.run("restore", "--force", str(saved))


def wait_for(city: City, process) -> None:
    """Until the worker holds the home, as the kernel sees it."""
    with (city.home / "running.lock").open("a") as lock:
        for _ in range(600):
            assert process.poll() is None
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            fcntl.flock(lock, fcntl.LOCK_UN)
            time.sleep(0.1)
    raise AssertionError("the worker never came")


def test_a_restore_killed_half_way_says_so_until_it_is_done_again(built_city, saved, tmp_path):
    shutil.copytree(built_city.home, tmp_path / "city")
    city = City(tmp_path / "city")
    (city.home / "running.lock").write_text("restoring")
    left = city.home / "scratch" / "restore-dead"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))
    refused = city.run("resources", check=False)
    assert "没有做完" in refused.stderr
    city.run("restore", "--force", str(saved))
    assert facts(city) == facts(built_city)
    assert not left.exists()


def test_half_a_backup_that_a_kill_left_is_swept_by_the_next(built_city, tmp_path):
    half = tmp_path / ".city.tar.1"
    half.write_bytes(b"half")
    built_city.run("backup", str(tmp_path / "city.tar"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["city.tar"]


def test_what_is_no_register_of_erasures_is_refused_before_anything_moves(saved, tmp_path):
    city = City(tmp_path / "empty")
    city.home.mkdir()
    refused = city.run("restore", str(saved), "--erasures", str(saved), check=False)
    assert refused.returncode == 1
    assert "删除名册" in refused.stderr.replace("\n", "")
    assert not (city.home / "lake").exists()
