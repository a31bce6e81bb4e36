"""The same file from several processes at one moment, and after the database went back in time: it is there once."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from deltalake import DeltaTable

ROOT = Path(__file__).resolve().parents[3]
ROWS = 3_000
PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from huicheng.exchange import api as exchange
fields = tuple(exchange.Field(f"c{n}", f"列{n}", "text") for n in range(4))
exchange.declare(exchange.Resource(code="lamps", title="路灯", owner="shuju", fields=fields, mode="append"))
"""
DELIVER = """
import sys, django; django.setup()
from huicheng.exchange import api as exchange
from huicheng.ground.api import system_actor
sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
receipt = exchange.deliver("lamps", sys.argv[1], actor=system_actor("test"))
print(receipt.id, receipt.accepted)
"""


class City:
    """Its own home; the database beside it, or the PostgreSQL that this run of the tests is given."""

    def __init__(self, home):
        self.home = home
        self.env = {
            **os.environ,
            "HUICHENG_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "huicheng.city.settings",
        }

    def start(self, script, *words):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        return subprocess.Popen([sys.executable, "-c", script, *words], cwd=ROOT, env=self.env, **pipes)

    def together(self, file, count):
        """Deliver one file from ``count`` processes that all stand ready before the first begins."""
        processes = [self.start(DELIVER, str(file)) for _ in range(count)]
        for one in processes:
            assert one.stdout.readline() == "ready\n"
        for one in processes:
            one.stdin.write("\n")
            one.stdin.flush()
        return [one.communicate()[0].strip() for one in processes]

    @property
    def rows(self):
        return DeltaTable(str(self.home / "lake" / "raw" / "lamps")).count()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "路灯.csv"
    path.write_text("列0,列1,列2,列3\n" + "".join(f"{n},{tmp_path},b,c\n" for n in range(ROWS)))
    return path


@pytest.fixture
def city(tmp_path):
    made = City(tmp_path / "city")
    assert made.start(PREPARE).wait() == 0
    return made


@pytest.fixture
def embedded(tmp_path, monkeypatch):
    """A city whose database is the file beside it, whatever the other tests run on."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    made = City(tmp_path / "embedded")
    assert made.start(PREPARE).wait() == 0
    return made


def test_one_file_delivered_by_four_processes_at_once_lands_once(city, file):
    receipts = city.together(file, 4)
    assert len(set(receipts)) == 1
    assert receipts[0].endswith(f" {ROWS}")
    assert city.rows == ROWS


def test_a_database_restored_from_before_a_delivery_takes_it_as_done(embedded, file):
    database = embedded.home / "huicheng.sqlite3"
    with sqlite3.connect(database) as base, sqlite3.connect(embedded.home.parent / "saved") as saved:
        base.backup(saved)
    first = embedded.together(file, 1)
    for path in embedded.home.glob("huicheng.sqlite3*"):
        path.unlink()
    shutil.copy(embedded.home.parent / "saved", database)
    again = embedded.together(file, 1)
    assert again != first
    assert again[0].endswith(f" {ROWS}")
    assert embedded.rows == ROWS


def test_the_lakes_mark_is_made_of_content_and_reading(embedded, file):
    embedded.together(file, 1)
    log = sorted((embedded.home / "lake/raw/lamps/_delta_log").glob("*.json"))[-1]
    marks = [json.loads(line)["txn"]["appId"] for line in log.read_text().splitlines() if '"txn"' in line]
    with sqlite3.connect(embedded.home / "huicheng.sqlite3") as base:
        number = base.execute("SELECT id FROM exchange_delivery").fetchone()[0]
    assert [mark.split(":")[0] for mark in marks] == ["delivery"]
    assert number not in marks[0]
