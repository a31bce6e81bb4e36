"""The restore is drilled: a city that burnt down is there again, record for record."""

import shutil
import tarfile
from pathlib import Path

import pytest

from tests.conftest import City

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
