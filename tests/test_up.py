"""`make up` a second time finds everything done, and changes nothing."""

import hashlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.conftest import RESIDENTS, City

pytestmark = pytest.mark.shared_home


def digest(parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def rows(city: City) -> dict[str, tuple[int, str]]:
    """How many rows each table of the database has, and what they come to."""
    with sqlite3.connect(city.home / "huicheng.sqlite3") as db:
        names = [name for (name,) in db.execute("select name from sqlite_master where type = 'table'")]
        tables = {name: sorted(map(repr, db.execute(f'select * from "{name}"'))) for name in names}
    return {name: (len(found), digest(found)) for name, found in tables.items()}


def files(city: City) -> dict[str, str]:
    """Everything else: the lake's versions, landings, receipts, keys, the diary."""
    paths = [path for path in city.home.rglob("*") if path.is_file() and "sqlite3" not in path.name]
    return {str(path.relative_to(city.home)): digest(path.read_bytes()) for path in paths}


@pytest.fixture
def city(built_city: City, tmp_path: Path) -> City:
    shutil.copytree(built_city.home, tmp_path / "city")
    return City(tmp_path / "city")


def test_up_again_changes_no_row_no_version_and_no_event(city):
    before = rows(city), files(city)
    done = city.run("up", "--build-only", "--residents", str(RESIDENTS))
    after = rows(city), files(city)
    changed = [
        name
        for was, now in zip(before, after, strict=True)
        for name in was.keys() | now.keys()
        if was.get(name) != now.get(name)
    ]
    assert not changed, done.stdout
    assert before[0]["ground_event"][0] > 0
    assert "✓" not in done.stdout, "a step was done again"


def test_up_goes_on_where_a_build_was_cut_short(city):
    """The diary loses its last steps, as after a kill between a step and its note."""
    diary, (people, _) = city.home / "city.json", rows(city)["identity_account"]
    steps = diary.read_text(encoding="utf-8").split(",\n")
    diary.write_text(",\n".join(steps[:-2]) + "]", encoding="utf-8")
    done = city.run("up", "--build-only", "--residents", str(RESIDENTS))
    assert "编写样例目录" in done.stdout
    assert "户籍人口" not in done.stdout
    assert rows(city)["identity_account"][0] == people
