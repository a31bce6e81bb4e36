"""The same rooms on a real PostgreSQL: their own tests, run again with DATABASE_URL."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import debian
from tests.conftest import ROOT, City, free_port

pytestmark = [pytest.mark.needs("postgresql"), pytest.mark.shared_home]
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
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    run = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    subprocess.run(_as_postgres(*run, "-o", options, "start"), check=True, capture_output=True, cwd="/tmp")
    yield f"postgres://huicheng@127.0.0.1:{port}/postgres"
    subprocess.run(
        _as_postgres(*run, "-m", "immediate", "stop"), capture_output=True, cwd="/tmp", check=False
    )
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_keeps_its_promises_on_postgresql(room, postgres):
    command = [sys.executable, "-m", "pytest", f"huicheng/{room}"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "DATABASE_URL": postgres}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:]


def test_a_city_on_postgresql_is_backed_up_and_restored(postgres, tmp_path):
    city = City(tmp_path / "city", env={"DATABASE_URL": postgres})
    city.home.mkdir()
    city.run("migrate")
    before = city.run("audit", "verify").stdout
    city.run("backup", str(tmp_path / "city.tar"))
    time.sleep(0.1)
    city.run("restore", "--force", str(tmp_path / "city.tar"))
    assert city.run("audit", "verify").stdout.split("条事件")[0] == before.split("条事件")[0]
