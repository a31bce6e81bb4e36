"""kill -9 while a delivery is under way: whole or absent, and the next start finishes it."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from deltalake import DeltaTable

ROOT = Path(__file__).resolve().parents[3]
ROWS = 60_000
DELIVER = """
import sys, django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from huicheng.exchange import api as exchange
from huicheng.ground.api import system_actor
print("ready", flush=True)
exchange.deliver("house_prices_test", sys.argv[1], actor=system_actor("test"))
"""
DECLARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from huicheng.exchange import api as exchange
fields = tuple(exchange.Field(f"c{n}", f"列{n}", "text") for n in range(8))
exchange.declare(exchange.Resource(code="house_prices_test", title="试", owner="shuju", fields=fields, mode="append"))
"""


def run(script, home, *words):
    env = {**os.environ, "HUICHENG_HOME": str(home), "DJANGO_SETTINGS_MODULE": "huicheng.city.settings"}
    env.pop("DATABASE_URL", None)  # a city of its own, whatever the others run on
    return subprocess.Popen(
        [sys.executable, "-c", script, *words], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )


def test_a_delivery_killed_at_any_moment_arrives_exactly_once(tmp_path):
    home, source = tmp_path / "city", tmp_path / "a.csv"
    lines = [",".join(f"{n}-{c}" for c in range(8)) for n in range(ROWS)]
    source.write_text(",".join(f"列{n}" for n in range(8)) + "\n" + "\n".join(lines) + "\n")
    assert run(DECLARE, home).wait() == 0
    chance = random.Random(4)
    for _ in range(5):
        process = run(DELIVER, home, str(source))
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.01, 0.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert run(DELIVER, home, str(source)).wait() == 0
    assert DeltaTable(str(home / "lake" / "raw" / "house_prices_test")).count() == ROWS
    with sqlite3.connect(home / "huicheng.sqlite3") as base:
        assert base.execute("SELECT state, accepted FROM exchange_delivery").fetchall() == [
            ("accepted", ROWS)
        ]
        told = base.execute("SELECT count(*) FROM ground_event WHERE kind = 'exchange.DeliveryReceived'")
        assert told.fetchone() == (1,)
