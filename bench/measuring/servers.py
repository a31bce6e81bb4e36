"""The city's web server and the bare application beside it, each a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from django.utils import timezone
from measuring.home import ROOT
from measuring.table import KEEPER, PURPOSES
from measuring.telling import most_memory

from huicheng.ground.api import acting_as
from huicheng.identity.api import make_key


class Servers:
    """The city's web server as ``huicheng serve`` starts it, and the bare application behind the same."""

    def __init__(self, path: Path, url: str | None) -> None:
        there = {**os.environ, "PYTHONPATH": str(ROOT)}
        bare = {"BENCH_PARQUET": str(path), "BENCH_POSTGRES": url or ""}
        self.ours, self.bare = free_port(), free_port()
        self._started = [
            _granian("huicheng.city.wsgi:application", self.ours, there),
            _granian("bench.beside.bare:application", self.bare, {**there, **bare}),
        ]
        for port in (self.ours, self.bare):
            _wait_for(port)
        pid = self._started[0].pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        self.worker = max((int(one) for one in listed), key=most_memory, default=pid)
        with acting_as(KEEPER):
            key = make_key(
                "测速", of="minzheng", duties=("read",), expires=timezone.now() + timedelta(days=1)
            )
        self.headers = [
            {"Authorization": f"Bearer {key.token}", "Huicheng-Purpose": quote(purpose)}
            for purpose in PURPOSES
        ]

    def stop(self) -> None:
        for one in self._started:
            one.terminate()
        for one in self._started:
            one.wait(timeout=20)


def _granian(application: str, port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """The options of ``city/serving.py``."""
    words = [
        sys.executable, "-m", "granian", "--interface", "wsgi", application, "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "8", "--no-ws", "--backpressure", "64", "--log-level", "warning",
    ]  # fmt: skip
    return subprocess.Popen(words, env=environment, cwd=ROOT)


def _wait_for(port: int) -> None:
    for _attempt in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on {port}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
