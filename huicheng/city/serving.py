"""Web server and worker, side by side; whichever dies is started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

from rich.console import Console
from rich.table import Table

from huicheng.ground.api import BadInput

ADDRESS = os.environ.get("HUICHENG_BIND", "127.0.0.1")
PAUSE = 1.0


class PortTaken(BadInput):
    """Something else listens there."""


def check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            raise PortTaken(
                f"端口 {port} 已被占用。请停掉占用它的程序，或换一个端口：make up PORT=8001"
            ) from None


def _commands(port: int) -> dict[str, list[str]]:
    web = ["-m", "granian", "--interface", "wsgi", "huicheng.city.wsgi:application"]
    limits = ["--host", ADDRESS, "--port", str(port), "--workers", "1", "--blocking-threads", "8"]
    return {
        "web": [sys.executable, *web, *limits, "--no-ws", "--backpressure", "64", "--log-level", "warning"],
        "worker": [sys.executable, "-m", "huicheng", "work"],
    }


def serve(out: Console, *, port: int) -> None:
    """Until Ctrl-C or SIGTERM."""
    running = {name: subprocess.Popen(command) for name, command in _commands(port).items()}
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
                running[name] = subprocess.Popen(_commands(port)[name])
        time.sleep(0.3)
    for process in running.values():
        process.terminate()
    for process in running.values():
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


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
