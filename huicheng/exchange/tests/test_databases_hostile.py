"""A department's server that hangs or drips holds nobody for ever, and nothing lying about on our machine lets us in."""

import os
import socket
import sqlite3
import struct
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange import databases, fetching
from huicheng.exchange.databases import drafted_query
from huicheng.exchange.feeding import asking

pytestmark = pytest.mark.usefixtures("db")
READY = b"R" + struct.pack("!II", 8, 0) + b"Z" + struct.pack("!I", 5) + b"I"


def hangs_after_letting_in(line: socket.socket) -> None:
    """As PostgreSQL up to the first question; then nothing more, and the line stays open."""
    while True:
        (size,) = struct.unpack("!I", line.recv(4))
        (code,) = struct.unpack("!I", line.recv(size - 4)[:4])
        if code == 196608:
            line.sendall(READY)
            break
        line.sendall(b"N")  # no TLS, no Kerberos
    time.sleep(600)


def drips(line: socket.socket) -> None:
    """A greeting of MySQL that is one byte longer each moment, and never whole."""
    line.sendall(struct.pack("<I", 60000)[:3] + b"\0")
    while True:
        line.sendall(b"8")
        time.sleep(0.2)


@pytest.fixture
def server(request):
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _address = listening.accept()
                threading.Thread(target=quiet, args=(request.param, line), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield listening.getsockname()[1]
    listening.close()


def quiet(how, line):
    with suppress(OSError, struct.error):
        how(line)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(databases, "START_SECONDS", 3)
    monkeypatch.setattr(databases, "CONNECT_SECONDS", 2)
    monkeypatch.setattr(databases, "LOOK_SECONDS", 1)


def look(url):
    with drafted_query(url, "SELECT * FROM lamps", most=10):
        pass


@pytest.mark.parametrize(
    ("server", "scheme"), [(hangs_after_letting_in, "postgresql"), (drips, "mysql")], indirect=["server"]
)
def test_a_server_that_never_ends_is_given_up(server, scheme, impatient):
    with pytest.raises((exchange.DatabaseTooSlow, exchange.SourceUnreachable)) as refusal:
        look(f"{scheme}://reader:s3cret@127.0.0.1:{server}/lamps")
    assert "s3cret" not in str(refusal.value)


def test_a_query_of_a_file_that_never_ends_is_given_up(tmp_path, impatient):
    with closing(sqlite3.connect(tmp_path / "lamps.db")) as base:
        base.execute("CREATE TABLE lamps (id)")
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    with (
        pytest.raises(exchange.DatabaseTooSlow, match="没有答完"),
        drafted_query(f"sqlite:///{tmp_path}/lamps.db", endless, most=10),
    ):
        pass


def test_who_reads_knows_no_password_of_ours(monkeypatch, tmp_path):
    for name in (
        "PGPASSWORD",
        "PGSERVICE",
        "PGHOST",
        "PGPASSFILE",
        "HUICHENG_KEY",
        "DATABASE_URL",
        "MYSQL_PWD",
    ):
        monkeypatch.setenv(name, "s3cret")
    monkeypatch.setenv("HOME", str(tmp_path))
    with fetching.started() as child:
        path = Path(f"/proc/{child.pid}/environ")
        deadline = time.monotonic() + 60
        while not (found := path.read_bytes()) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert b"s3cret" not in found
    assert str(tmp_path).encode() not in found
    assert {b"PGPASSFILE=/dev/null", b"HOME=/nonexistent"} <= set(found.split(b"\0"))


def test_a_password_file_is_named_only_by_who_runs_the_platform():
    address = databases.address_of("postgresql://reader@pg/lamps")
    assert f"passfile={os.devnull}" in databases._impatient("postgresql://reader@pg/lamps", address)


def test_ended_in_the_middle_it_is_said_and_leaves_no_draft(monkeypatch, tmp_path):
    program = tmp_path / "fetching.py"
    program.write_text("import os; os.kill(os.getpid(), 9)")
    monkeypatch.setattr(fetching, "PROGRAM", program)
    with pytest.raises(exchange.QueryRefused, match="读取进程中断"):
        look("postgresql://reader@127.0.0.1:1/lamps")


@pytest.mark.parametrize("scheme", ["sqlite:////x/lamps.db", "postgresql://a@b/c", "mysql://a@b/c"])
def test_who_only_looks_asks_for_the_first_rows_alone(scheme):
    given = {"watermark": "changed", "key": "id", "mark": [], "lag": 0}
    assert asking.question(scheme, "lamps", **given, most=1000).endswith("LIMIT 1000")
    assert "LIMIT" not in asking.question(scheme, "lamps", **given)
