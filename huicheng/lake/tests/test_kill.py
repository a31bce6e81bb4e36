"""kill -9 in the middle of a write."""

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
WRITER = """
import django; django.setup()
import pyarrow as pa
from huicheng.lake import api as lake
print("writing", flush=True)
batch = pa.RecordBatch.from_pydict({"n": list(range(20000)), "text": [str(i) * 10 for i in range(20000)]})
lake.write("raw.t", pa.RecordBatchReader.from_batches(batch.schema, (batch for _ in range(300))))
print("done", flush=True)
"""


def start_writer() -> subprocess.Popen[str]:
    env = {**os.environ, "HUICHENG_HOME": str(home()), "DJANGO_SETTINGS_MODULE": "huicheng.city.settings"}
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "writing\n"
    return process


def test_a_writer_killed_half_way_leaves_the_version_before_it_whole():
    lake.write("raw.t", pa.table({"n": [1], "text": ["whole"]}))
    chance = random.Random(9)
    for _ in range(4):
        process = start_writer()
        time.sleep(chance.uniform(0.1, 0.6))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert lake.rows("raw.t") in (1, 6_000_000)
    lake.clean("raw.t")
    on_disk = {str(path) for path in (home() / "lake" / "raw" / "t").glob("*parquet*")}
    assert set(lake.files("raw.t")) <= on_disk
    lake.write("raw.t", pa.table({"n": [2], "text": ["the lock of the dead is free"]}))
    assert lake.rows("raw.t") == 1
