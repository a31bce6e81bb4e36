"""A subscription of civil affairs to the health files, and the receiver it goes to."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange.subscribing import posting
from huicheng.exchange.tests.test_changes import FILES, publish
from huicheng.exchange.tests.town import HE, PURPOSE, granted
from huicheng.ground.api import deliver_news, run_waiting, seal


class Receiver:
    def __init__(self, folder):
        self.folder, self.process = folder, None
        self.port = 0

    def start(self):
        (self.folder / "port").unlink(missing_ok=True)
        script = Path(__file__).with_name("receiver.py")
        self.process = subprocess.Popen([sys.executable, str(script), str(self.folder), str(self.port)])
        while not (self.folder / "port").exists() or not (self.folder / "port").read_text():
            time.sleep(0.02)
        self.port = int((self.folder / "port").read_text())

    def die(self):
        self.process.kill()
        self.process.wait()

    def answers(self, *how):
        (self.folder / "how").write_text(" ".join(map(str, how)))

    @property
    def came(self):
        path = self.folder / "came"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook?x=1"


@pytest.fixture
def receiver(tmp_path, monkeypatch):
    monkeypatch.setenv(posting.PRIVATE, "1")
    monkeypatch.setenv("HUICHENG_WEBHOOK_WAITS", "0.5,0.5")
    there = Receiver(tmp_path)
    there.start()
    yield there
    there.die()


@pytest.fixture
def followed(receiver):
    publish(FILES)
    granted()
    return exchange.subscribe("health_files", receiver.url, exchange.Asking(HE, PURPOSE))


def work(until=lambda: True):
    """The worker, until what is waited for has come about."""
    for _ in range(200):
        seal()
        deliver_news()
        run_waiting()
        if until():
            return
        time.sleep(0.05)
    raise AssertionError("never came about")


def change(name):
    publish({**FILES, "JK1": (name, "1")})


def names(receiver, status=None):
    return [
        row["row"]["name"] for one in receiver.came if status in (None, one["status"])
        for row in json.loads(one["body"])["data"]["changes"]
    ]  # fmt: skip
