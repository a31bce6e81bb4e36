"""Web server and worker, side by side; whichever dies is started again."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.table import Table

from huicheng.city.measuring import forget_measures
from huicheng.ground.api import BadInput, home

ADDRESS = os.environ.get("HUICHENG_BIND", "127.0.0.1")
PAUSE, LETTING_GO = 1.0, 5.0
PR_SET_PDEATHSIG = 1


class PortTaken(BadInput):
    """Something else listens there."""


def check_port(port: int) -> None:
    """What a killed city left running is ended, and given the time to let go of its port."""
    _end_leftovers()
    until = time.monotonic() + LETTING_GO
    while not _free(port):
        if time.monotonic() > until:
            raise PortTaken(f"端口 {port} 已被占用。请停掉占用它的程序，或换一个端口：make up PORT=8001")
        time.sleep(0.2)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
    return True


def _pids() -> Path:
    return home() / "serving.pids"


def _end_leftovers() -> None:
    """Our web server can miss the signal while it starts; a pid that is somebody else's by now is left alone."""
    for pid in _pids().read_text().split() if _pids().exists() else []:
        if b"huicheng" in _command_of(pid):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(int(pid), signal.SIGKILL)
    _pids().unlink(missing_ok=True)


def _command_of(pid: str) -> bytes:
    with contextlib.suppress(OSError):
        return Path("/proc", pid, "cmdline").read_bytes()
    with contextlib.suppress(OSError):  # where there is no /proc
        return subprocess.run(["ps", "-o", "command=", "-p", pid], capture_output=True, check=False).stdout
    return b""


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    """A group of its own, so that its children can be ended with it."""
    own = _die_with_parent if sys.platform == "linux" else None
    process = subprocess.Popen(command, preexec_fn=own, process_group=0)
    with _pids().open("a") as known:
        known.write(f"{process.pid}\n")
    return process


def _die_with_parent() -> None:
    """So that a kill -9 of the one who watches leaves nobody serving behind its back."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _commands(port: int, beside: Mapping[str, list[str]]) -> dict[str, list[str]]:
    web = ["-m", "granian", "--interface", "wsgi", "huicheng.city.wsgi:application"]
    limits = ["--host", ADDRESS, "--port", str(port), "--workers", "1", "--blocking-threads", "8"]
    return {
        "web": [sys.executable, *web, *limits, "--no-ws", "--backpressure", "64", "--log-level", "warning"],
        "worker": [sys.executable, "-m", "huicheng", "work"],
        **beside,
    }


def serve(out: Console, *, port: int, beside: Mapping[str, list[str]] | None = None) -> None:
    """Until Ctrl-C or SIGTERM; ``beside``: what else is to run as long."""
    commands = _commands(port, beside or {})
    forget_measures()
    running = {name: _start(command) for name, command in commands.items()}
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    _greet(out, port)
    while not stopping:
        for name, process in running.items():
            if process.poll() is not None and not stopping:
                out.print(f"[yellow]{name} 退出（{process.returncode}），正在重新启动[/yellow]")
                time.sleep(PAUSE)
                running[name] = _start(commands[name])
        time.sleep(0.3)
    for process in running.values():
        process.terminate()
    for process in running.values():
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
    _pids().unlink(missing_ok=True)


def _greet(out: Console, port: int) -> None:
    from huicheng.identity.api import sample_accounts

    base = f"http://localhost:{port}"
    pages = Table("页面", "地址", title="慧城已启动", title_justify="left")
    for title, path in (
        ("首页", "/"),
        ("我的慧城（居民）", "/me/"),
        ("数据开放", "/open/"),
        ("城市一览（决策）", "/city/"),
        ("大屏", "/city/wall/"),
        ("工作台（部门）", "/desk/"),
    ):
        pages.add_row(title, base + path)
    out.print(pages)
    accounts = sample_accounts()
    if accounts:
        table = Table("账户", "密码", "姓名", "身份", title="样例账户", title_justify="left")
        for one in accounts:
            table.add_row(one.username, one.password, one.name, one.role)
        out.print(table)
    out.print("按 Ctrl-C 停止。")
