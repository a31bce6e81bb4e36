"""kill -9 of the worker between a delivery and the end of its job: one receipt, one event, no draft left."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from deltalake import DeltaTable

ROOT = Path(__file__).resolve().parents[4]
WAKE = "import sys, json, django; django.setup()\n"
PREPARE = (
    WAKE
    + """
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
call_command("migrate", verbosity=0)
from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, acting_as, submit
from huicheng.portals.desk import drafts
fields = tuple(exchange.Field(f"c{n}", f"列{n}", "text") for n in range(3))
exchange.declare(exchange.Resource(code="lamps", title="路灯", owner="shuju", fields=fields, mode="append"))
wang = Actor(id="account:1", name="王芳", kind="official", department="shuju", duties=frozenset({"deliver"}))
text = "列0,列1,列2\\n" + "".join(f"{n},a,b\\n" for n in range(500))
draft = drafts.keep(SimpleUploadedFile("路灯.csv", text.encode()), resource="lamps", actor=wang)
with acting_as(wang):
    submit("desk.deliver", key=draft.token, resource="lamps", path=str(draft.path), token=draft.token, mapping={})
"""
)
# Each name is a step of the desk's job; the worker is killed as it comes to it.
DIE = (
    WAKE
    + """
import os, signal
from huicheng.ground.api import Progress, work
from huicheng.portals.desk import drafts, jobs
def die(*_args, **_facts):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(*{"receipt noted": (Progress, "save", die), "draft dropped": (jobs.drafts, "drop", die)}[sys.argv[1]])
work(once=True)
"""
)
WORK = WAKE + "from huicheng.ground.api import work\nwork(once=True)"


def run(script, home, *words):
    env = {**os.environ, "HUICHENG_HOME": str(home), "DJANGO_SETTINGS_MODULE": "huicheng.city.settings"}
    env.pop("DATABASE_URL", None)  # a city of its own, whatever the others run on
    return subprocess.run([sys.executable, "-c", script, *words], cwd=ROOT, env=env, check=False).returncode


@pytest.mark.parametrize("step", ["receipt noted", "draft dropped"])
def test_a_worker_killed_between_a_delivery_and_its_jobs_end_repeats_nothing(tmp_path, step):
    home = tmp_path / "city"
    assert run(PREPARE, home) == 0
    assert run(DIE, home, step) == -signal.SIGKILL
    assert DeltaTable(str(home / "lake" / "raw" / "lamps")).count() == 500
    assert run(WORK, home) == 0
    with sqlite3.connect(home / "huicheng.sqlite3") as base:
        receipts = base.execute("SELECT id, state, accepted FROM exchange_delivery").fetchall()
        job = base.execute(
            "SELECT state, result, attempts FROM ground_job WHERE name = 'desk.deliver'"
        ).fetchone()
        told = base.execute(
            "SELECT count(*) FROM ground_event WHERE kind = 'exchange.DeliveryReceived'"
        ).fetchone()
    assert [row[1:] for row in receipts] == [("accepted", 500)]
    assert (job[0], job[2], receipts[0][0] in job[1], told) == ("done", 2, True, (1,))
    assert DeltaTable(str(home / "lake" / "raw" / "lamps")).count() == 500
    assert list((home / "uploads").iterdir()) == []
