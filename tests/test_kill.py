"""kill -9 at random moments: nothing lost, nothing twice, the next start resumes, the chain holds."""

import http.cookiejar
import random
import re
import shutil
import socket
import sqlite3
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from deltalake import DeltaTable

from tests.conftest import City, kill

pytestmark = pytest.mark.shared_home
SEED = 20261121
# Kills that hit a process at work: a few each time, and more than fifty in all where there is time. Some tries come
# too late and are made again.
FEW, MANY = {"deliver": 5, "fuse": 4, "serve": 4}, {"deliver": 18, "fuse": 17, "serve": 16}
TRIES = 3


@pytest.fixture(params=[FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few", "fifty"])
def kills(request: pytest.FixtureRequest) -> dict[str, int]:
    return request.param


@pytest.fixture
def city(built_city: City, tmp_path: Path) -> City:
    """A copy to be ill-treated."""
    home = tmp_path / "city"
    shutil.copytree(built_city.home, home)
    return City(home)


def ask(city: City, sql: str) -> list[tuple]:
    with sqlite3.connect(city.home / "huicheng.sqlite3", timeout=30) as db:
        return db.execute(sql).fetchall()


def table(city: City, name: str) -> DeltaTable:
    schema, short = name.split(".")
    return DeltaTable(str(city.home / "lake" / schema / short))


def rows(city: City, name: str) -> int:
    return int(table(city, name).count())


def verified(city: City) -> bool:
    return "链条完整" in city.run("audit", "verify").stdout


def start_and_kill(city: City, commands: list[list[str]], wanted: int, longest: float) -> int:
    """Kill each command somewhere on its way, until ``wanted`` kills hit a process at work; returns how many did."""
    chance, hits = random.Random(f"{SEED}{commands[0][0]}"), 0
    for words in commands:
        if hits == wanted:
            break
        process = city.start(*words)
        time.sleep(chance.uniform(0.3, 0.8 * longest))
        hits += process.poll() is None
        kill(process)
    return hits


def new_deliveries(city: City, name: str, tmp_path: Path, count: int) -> list[Path]:
    """Last month's extract, each time one line shorter: a delivery nobody has seen yet."""
    lines = next((city.home / "sandbox").glob(f"*/extracts/{name}")).read_bytes().splitlines(keepends=True)
    paths = [tmp_path / f"{number}-{name}" for number in range(count)]
    for number, path in enumerate(paths, 1):
        path.write_bytes(b"".join(lines[:-number]))
    return paths


def took(city: City, *words: str) -> float:
    started = time.monotonic()
    city.run(*words)
    return time.monotonic() - started


def test_deliveries_killed_again_and_again_arrive_whole_and_once(city, kills, tmp_path):
    first, *files = new_deliveries(city, "insurance_members.tsv", tmp_path, TRIES * kills["deliver"] + 1)
    words = ["deliver", "insurance_members"]
    longest = took(city, *words, str(first))
    commands = [[*words, str(file)] for file in files]
    hits = start_and_kill(city, commands, kills["deliver"], longest)
    city.run("work", "--once")
    city.run(*words, str(files[-1]))
    found = ask(
        city, "select file, state, accepted from exchange_delivery where file like '%-insurance%' order by at"
    )
    accepted = [file for file, state, _rows in found if state == "accepted"]
    assert hits == kills["deliver"]
    assert len(accepted) == len(set(accepted))
    assert {state for _file, state, _rows in found} <= {"accepted", "superseded"}
    assert found[-1][0] == files[-1].name
    assert rows(city, "raw.insurance_members") == found[-1][2]
    assert verified(city)


def test_a_fusion_killed_again_and_again_publishes_one_whole_base(city, built_city, kills):
    longest = took(city, "fuse")
    hits = start_and_kill(city, [["fuse"]] * (TRIES * kills["fuse"]), kills["fuse"], longest)
    assert hits == kills["fuse"]
    city.run("work", "--once")
    city.run("fuse")
    for kind in ("people", "firms", "houses"):
        base = table(city, f"base.{kind}").to_pyarrow_table(columns=["base_id"])
        links = table(city, f"base.{kind}_links").to_pyarrow_table(columns=["base_id"])
        ids = base["base_id"].to_pylist()
        assert len(ids) == len(set(ids))
        assert set(links["base_id"].to_pylist()) - {None} == set(ids)
        assert len(ids) == rows(built_city, f"base.{kind}")
    assert verified(city)


class Visitor:
    """Somebody who logs in, and remembers how often the city said yes."""

    def __init__(self, city: City) -> None:
        self.city, self.entered = city, 0

    def enter(self) -> None:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        opener = urllib.request.build_opener(jar)
        page = opener.open(f"{self.city.url}/account/login/", timeout=5).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        form = {"csrfmiddlewaretoken": token[1], "username": "shuju", "password": "huicheng-shuju"}
        answer = opener.open(
            f"{self.city.url}/account/login/", urllib.parse.urlencode(form).encode(), timeout=5
        )
        self.entered += "/desk/" in answer.url


def silent(city: City) -> bool:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", city.port)):
                return True
        time.sleep(0.1)
    return False


def test_a_server_killed_again_and_again_forgets_no_login_it_acknowledged(city, kills):
    chance, visitor = random.Random(SEED), Visitor(city)
    counted = "select count(*) from ground_event where kind = 'identity.LoggedIn'"
    before = ask(city, counted)[0][0]
    for number in range(kills["serve"]):
        process = city.serve()
        until = time.monotonic() + chance.uniform(0.1, 1.5)
        try:
            visitor.enter()
            while time.monotonic() < until:
                visitor.enter()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pytest.fail("the server stopped answering before it was killed")
        finally:
            # All of them at once, or only the one that watches: the others must not go on without it.
            kill(process, city.home if number % 2 else None)
        assert silent(city)
    after = ask(city, counted)[0][0]
    assert visitor.entered >= kills["serve"]
    assert after - before >= visitor.entered
    assert verified(city)


def test_an_event_altered_by_hand_is_found(city):
    assert verified(city)
    with sqlite3.connect(city.home / "huicheng.sqlite3") as db:
        db.execute("update ground_event set actor_name = '李强' where seq = 5")
    told = city.run("audit", "verify", check=False)
    assert told.returncode == 1
    assert "event 5" in told.stderr
