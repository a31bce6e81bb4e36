"""The same rooms on a real PostgreSQL: their own tests, run again with DATABASE_URL."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import debian
from tests.conftest import ROOT, City, free_port

pytestmark = [pytest.mark.needs("postgresql"), pytest.mark.shared_home]
# What these hold against the policy, files and other databases asks nothing of our own that others do not ask too.
NOT_ON_IT = [
    f"huicheng/exchange/tests/test_{name}.py"
    for name in (
        "aggregating", "cutting", "databases", "editions", "feeding_reach", "hostile_files", "hostile_memory", "no_leak",
        "no_leak_nodes", "no_leak_roads", "no_leak_sums", "policy", "tracing",
    )
]  # fmt: skip
ROOMS = ["ground", "exchange", "bases", "identity", "sensing"]


def _as_postgres(*command: str) -> list[str]:
    """initdb refuses root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else list(command)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    binaries = Path(str(debian.find("postgres"))).parent
    folder = Path(tempfile.mkdtemp(prefix="huicheng-pg-", dir="/tmp"))
    shutil.chown(folder, "postgres") if os.getuid() == 0 else None
    data, port = folder / "data", free_port()
    make = [
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        "huicheng",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    subprocess.run(_as_postgres(*make), check=True, capture_output=True, cwd="/tmp")
    # Nothing here pulls the plug on the server, so it need not wait for the disk.
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
    options += " -c synchronous_commit=off"
    run = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    subprocess.run(_as_postgres(*run, "-o", options, "start"), check=True, capture_output=True, cwd="/tmp")
    yield f"postgres://huicheng@127.0.0.1:{port}/postgres"
    subprocess.run(
        _as_postgres(*run, "-m", "immediate", "stop"), capture_output=True, cwd="/tmp", check=False
    )
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_keeps_its_promises_on_postgresql(room, postgres):
    elsewhere = [f"--ignore={path}" for path in NOT_ON_IT]
    only = ["-m", "database and not slow", "--durations=15"]
    command = [sys.executable, "-m", "pytest", f"huicheng/{room}", *only, *elsewhere]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "DATABASE_URL": postgres}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.fixture
def city(postgres, tmp_path) -> Iterator[City]:
    """A city with a database of its own, and a backup of it beside it."""
    _sql(postgres, "CREATE DATABASE city")
    city = City(tmp_path / "city", env={"DATABASE_URL": postgres.replace("/postgres", "/city")})
    city.home.mkdir()
    city.run("migrate")
    city.run("backup", str(tmp_path / "city.tar"))
    yield city
    _sql(postgres, "DROP DATABASE city WITH (FORCE)")


def _sql(url: str, *commands: str) -> list[tuple]:
    """A session that may write whatever the database's own setting says."""
    with psycopg.connect(url, autocommit=True, options="-c default_transaction_read_only=off") as there:
        found = [there.execute(command) for command in commands][-1]
        return found.fetchall() if found.description else []


def test_a_city_on_postgresql_is_backed_up_and_restored(city, tmp_path):
    before = city.run("audit", "verify").stdout
    city.run("restore", "--force", str(tmp_path / "city.tar"))
    assert city.run("audit", "verify").stdout.split("条事件")[0] == before.split("条事件")[0]


def test_a_backup_from_before_an_upgrade_is_restored_over_the_newer_tables(city, tmp_path):
    url = city.env["DATABASE_URL"]
    _sql(
        url,
        "CREATE TABLE newer (of_user bigint REFERENCES identity_account)",
        "CREATE VIEW seen AS TABLE newer",
    )
    city.run("restore", "--force", str(tmp_path / "city.tar"))
    assert _sql(url, "SELECT to_regclass('newer'), to_regclass('seen')") == [(None, None)]
    assert "链条完整" in city.run("audit", "verify").stdout


def test_where_the_server_takes_no_backup_the_city_stays_as_it_was(city, tmp_path):
    url = city.env["DATABASE_URL"]
    before = sorted(path.name for path in city.home.iterdir())
    _sql(url, "ALTER DATABASE city SET default_transaction_read_only = on")
    refused = city.run("restore", "--force", str(tmp_path / "city.tar"), check=False)
    _sql(url, "ALTER DATABASE city RESET default_transaction_read_only")
    assert refused.returncode == 1
    assert "什么都没有改动" in refused.stderr.replace("\n", "")
    assert sorted(path.name for path in city.home.iterdir()) == before
    city.run("resources")
    city.run("restore", "--force", str(tmp_path / "city.tar"))
