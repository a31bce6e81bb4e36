"""A small city, built by the real command and served by the real server, for journeys and kills."""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import debian

ROOT = Path(__file__).resolve().parent.parent
RESIDENTS = 3000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class City:
    """A city of its own in ``home``, driven as its users drive it: by command and by browser."""

    home: Path
    env: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def environment(self) -> dict[str, str]:
        # Every test city is invented through and through, on each machine the same.
        there = {
            "HUICHENG_HOME": str(self.home),
            "HUICHENG_SHARED": "",
            "HUICHENG_SERVICE_NETWORKS": "127.0.0.0/8",
        }
        return {**os.environ, **there, **self.env}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "huicheng", *words]

    def run(self, *words: str, check: bool = True, **options: Any) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*words), cwd=ROOT, env=self.environment(), capture_output=True, text=True, **options
        )
        assert not check or done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A process group of its own, so that a kill takes its children too."""
        log = (self.home / "test.log").open("ab")
        return subprocess.Popen(
            self.command(*words),
            cwd=ROOT,
            env=self.environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def serve(self) -> subprocess.Popen[bytes]:
        process = self.start("serve", "--port", str(self.port))
        try:
            self.wait_until_up(process)
        except BaseException:
            kill(process)
            raise
        return process

    def wait_until_up(self, process: subprocess.Popen[bytes]) -> None:
        for _ in range(1200):
            assert process.poll() is None, (self.home / "test.log").read_text()[-3000:]
            try:
                urllib.request.urlopen(self.url + "/account/login/", timeout=2).close()
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise AssertionError((self.home / "test.log").read_text()[-3000:])


def kill(process: subprocess.Popen[bytes], home: Path | None = None) -> None:
    """kill -9, children and all: those of a server in ``home`` have groups of their own."""
    served = home / "serving.pids" if home else None
    children = served.read_text().split() if served and served.exists() else []
    for group in (process.pid, *map(int, children)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="session")
def built_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Built once in a run, by the first worker that needs it; each worker has a copy."""
    ours = tmp_path_factory.getbasetemp()
    shared = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours
    with (shared / "built.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "built" / "whole").exists():
            shutil.rmtree(shared / "built", ignore_errors=True)
            (shared / "built" / "city").mkdir(parents=True)
            City(shared / "built" / "city").run("up", "--build-only", "--residents", str(RESIDENTS))
            (shared / "built" / "whole").touch()
    home = Path(tempfile.mkdtemp(prefix="huicheng-city-")) / "city"
    shutil.copytree(shared / "built" / "city", home)
    yield City(home)
    shutil.rmtree(home.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def served_city(built_city: City) -> Iterator[City]:
    """A copy, since visitors leave traces."""
    city = City(Path(tempfile.mkdtemp(prefix="huicheng-served-")) / "city")
    shutil.copytree(built_city.home, city.home)
    process = city.serve()
    yield city
    kill(process)
    shutil.rmtree(city.home.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # A closed network and root: without these flags Chromium tries to reach its maker at every start.
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    quiet = ["--disable-component-update", "--disable-sync", "--no-first-run", "--lang=zh-CN"]
    with sync_playwright() as playwright:
        there = playwright.chromium.launch(executable_path=debian.find("chromium"), args=flags + quiet)
        yield there
        there.close()
