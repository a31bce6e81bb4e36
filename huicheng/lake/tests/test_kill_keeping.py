"""kill -9 in the middle of erasing, joining and cleaning."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa

from huicheng.ground.api import home
from huicheng.lake import api as lake

ROOT = Path(__file__).resolve().parents[3]
KEEPER = """
import itertools, django; django.setup()
from huicheng.lake import api as lake
print("keeping", flush=True)
for number in itertools.count():
    lake.compact("raw.t")
    lake.erase("raw.t", keys=[{"n": 1_000_000 + number}])
    lake.clean("raw.t", keep_days=0)
"""


def start_keeper() -> subprocess.Popen[str]:
    env = {**os.environ, "HUICHENG_HOME": str(home()), "DJANGO_SETTINGS_MODULE": "huicheng.city.settings"}
    process = subprocess.Popen(
        [sys.executable, "-c", KEEPER], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "keeping\n"
    return process


def extras() -> int:
    return lake.rows("raw.t") - 5_000


def test_a_keeper_killed_anywhere_leaves_one_whole_version_and_the_next_erasure_completes_it():
    chance = random.Random(3)
    numbers = pa.table({"n": list(range(5_000)), "text": ["x" * 20] * 5_000})
    lake.write("raw.t", numbers)
    for _ in range(6):
        lake.write("raw.t", pa.table({"n": [1_000_000, 1_000_001], "text": ["王芳"] * 2}), mode="append")
        process = start_keeper()
        time.sleep(chance.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert 0 <= extras() <= 12
        assert len(set(lake.read("raw.t").read_all()["n"].to_pylist()) & set(range(5_000))) == 5_000
    lake.erase("raw.t", keys=[{"n": 1_000_000}, {"n": 1_000_001}])
    assert extras() == 0
    assert {str(path) for path in (home() / "lake/raw/t").glob("*.parquet")} == set(lake.files("raw.t"))
