"""Queries against departments' own databases: SQLite here, PostgreSQL and MariaDB as Debian has them."""

import os
import pwd
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange import databases
from huicheng.exchange.databases import address_of
from huicheng.ground.api import events, home, system_actor
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db
POSTGRES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nowhere"))
ROWS = [("210102000000001", "沈阳甲公司", 1), ("210102000000002", "沈阳乙公司", None)]


def send(url, query="SELECT * FROM taxpayers ORDER BY taxpayer_no"):
    return exchange.deliver("tax_payers", url, query=query, actor=system_actor("test"))


def names():
    return lake.read("raw.tax_payers").read_all()["name"].to_pylist()


@pytest.fixture
def sqlite_url(tmp_path):
    path = tmp_path / "tax.sqlite"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE taxpayers (taxpayer_no, name, members)")
        base.executemany("INSERT INTO taxpayers VALUES (?, ?, ?)", ROWS)
    base.close()
    return f"sqlite:///{path}"


def test_a_query_is_delivered_like_a_file(sqlite_url):
    receipt = send(sqlite_url)
    assert (receipt.source, receipt.accepted) == ("sql", 2)
    assert names() == ["沈阳甲公司", "沈阳乙公司"]
    assert send(sqlite_url).id == receipt.id


@pytest.mark.parametrize(
    "query", ["DELETE FROM taxpayers", "SELECT 1; DROP TABLE taxpayers", "ATTACH 'x' AS y", ""]
)
def test_only_one_select_is_run(sqlite_url, query):
    with pytest.raises(exchange.QueryRefused):
        send(sqlite_url, query)
    assert send(sqlite_url).rows == 2


def test_a_wrong_query_is_told_in_the_databases_words(sqlite_url):
    with pytest.raises(exchange.QueryRefused, match="no such table: nowhere"):
        send(sqlite_url, "SELECT * FROM nowhere")


def test_a_password_is_never_written_down():
    with pytest.raises(exchange.SourceUnreachable) as refusal:
        send("postgresql://liu:hunter2@127.0.0.1:1/tax")
    receipt = exchange.receipts(state="failed")[0]
    assert "hunter2" not in f"{refusal.value}{receipt}"


@pytest.mark.parametrize("scheme", ["postgresql", "mysql", "oracle"])
@pytest.mark.parametrize(
    "rest",
    [
        "bob:s3cr#et@127.0.0.1:1/db", "bob:s3cr%et@127.0.0.1:1/db", "bob:12/s3cr@h", "bob:s3cr/et@h", "bob:s3cr@h:abc",
        "bob:s3cr@[h", "bob:s3cr@", "bob:s3cr@h:99999/db", "bob:1?s3cr@h", "bob:a@s3cr@h/db", "bob:s3cr et@h/db",
        "bob:%73%33cr@127.0.0.1:1/db", "127.0.0.1:1/db?user=bob&password=s3cr",
    ],
)  # fmt: skip
def test_an_address_that_does_not_parse_is_refused_unquoted(scheme, rest):
    with pytest.raises(exchange.SourceRefused) as refusal:
        send(f"{scheme}://{rest}")
    told = f"{refusal.value}{exchange.receipts(state='failed')[0]}{events(kind='exchange.DeliveryFailed')}"
    assert "s3c" not in told
    assert "%73%33cr" not in told


@pytest.mark.parametrize(
    "source",
    ["postgresql:/bob:s3cr@h", "postgresql:bob:s3cr@h", "bob:s3cr@h/db", " mysql:/bob:s3cr@h", "jdbc:mysql://bob:s3cr@h",
     "host=h user=bob password=s3cr", Path("postgresql://bob:s3cr@h")],
)  # fmt: skip
def test_what_only_looks_like_an_address_is_no_path_either(source):
    with pytest.raises(exchange.SourceRefused, match="地址") as refusal:
        send(source)
    told = f"{refusal.value}{exchange.receipts(state='failed')[0]}{events()}"
    assert "s3cr" not in told


def test_an_address_in_the_resources_place_is_not_repeated():
    with pytest.raises(exchange.UnknownResource) as refusal:
        exchange.deliver("mysql://bob:s3cr@h/db", "tax_payers", actor=system_actor("test"))
    assert "s3cr" not in str(refusal.value)


def test_a_preview_keeps_no_rows(sqlite_url):
    shown = {"query": "SELECT * FROM taxpayers"}
    assert exchange.propose_mapping("tax_payers", sqlite_url, **shown).mapping
    assert exchange.preview("tax_payers", sqlite_url, **shown).accepted == 2
    assert [path for path in (home() / "landing").rglob("*") if path.is_file()] == []


def test_a_query_that_does_not_fit_keeps_no_rows(sqlite_url):
    with pytest.raises(exchange.MissingColumns):
        send(sqlite_url, "SELECT members FROM taxpayers")
    assert [path for path in (home() / "landing").rglob("*") if path.is_file()] == []


def test_a_driver_that_quotes_the_password_is_not_repeated():
    address = address_of("mysql://bob:s3c%40ret@h/db")
    told = address.told(ValueError("bad bob:s3c%40ret@h, s3c@ret"))
    assert "s3c" not in told
    assert address.name == "mysql://bob@h/db"


def test_a_database_of_a_kind_we_do_not_know():
    with pytest.raises(exchange.UnknownFormat, match="oracle"):
        send("oracle://x/y")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def as_other(user):
    """PostgreSQL and MariaDB refuse to run as root."""
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid} if os.geteuid() == 0 else {}


@pytest.fixture
def postgres_url():
    folder = tempfile.mkdtemp(prefix="pg-")
    other = as_other("postgres")
    if other:
        os.chown(folder, other["user"], other["group"])
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **other}
    trust = ["-A", "trust", "-U", "liu", "-E", "UTF8", "--locale", "C.UTF-8"]
    subprocess.run([POSTGRES / "initdb", "-D", f"{folder}/data", *trust], check=True, **quiet)
    port = free_port()
    settings = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
    server = subprocess.Popen(
        [POSTGRES / "postgres", "-D", f"{folder}/data", "-p", str(port), *settings], **quiet
    )
    yield wait_for_postgres(f"postgresql://liu@127.0.0.1:{port}/postgres")
    server.terminate()
    server.wait()
    shutil.rmtree(folder, ignore_errors=True)


def wait_for_postgres(url):
    import psycopg

    for _ in range(100):
        try:
            with psycopg.connect(url) as base:
                base.execute(
                    "CREATE TABLE taxpayers (taxpayer_no text, name text, members numeric, day date)"
                )
                base.cursor().executemany("INSERT INTO taxpayers VALUES (%s, %s, %s, '2020-01-02')", ROWS)
            return url
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise AssertionError("PostgreSQL did not start")


@pytest.mark.needs("postgresql")
def test_a_postgresql_database_is_read_and_only_read(postgres_url):
    assert send(postgres_url).accepted == 2
    assert names() == ["沈阳甲公司", "沈阳乙公司"]
    with pytest.raises(exchange.QueryRefused, match="read-only"):
        send(postgres_url, "WITH gone AS (DELETE FROM taxpayers RETURNING *) SELECT * FROM gone")
    with pytest.raises(exchange.QueryRefused, match="nowhere"):
        send(postgres_url, "SELECT * FROM nowhere")


@pytest.fixture
def mariadb_url():
    daemon = "/usr/sbin/mariadbd"
    folder, other, port = tempfile.mkdtemp(prefix="maria-"), as_other("mysql"), free_port()
    if other:
        os.chown(folder, other["user"], other["group"])
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **other}
    install = [
        "mariadb-install-db",
        "--no-defaults",
        f"--datadir={folder}/data",
        "--auth-root-authentication-method=normal",
    ]
    subprocess.run(install, check=True, **quiet)
    where = [f"--datadir={folder}/data", f"--port={port}", f"--socket={folder}/s", "--bind-address=127.0.0.1"]
    server = subprocess.Popen([daemon, "--no-defaults", *where], **quiet)
    yield wait_for_mariadb(port)
    server.terminate()
    server.wait()
    shutil.rmtree(folder, ignore_errors=True)


def wait_for_mariadb(port):
    import pymysql

    for _ in range(150):
        try:
            with pymysql.connect(host="127.0.0.1", port=port, user="root", charset="utf8mb4") as base:
                cursor = base.cursor()
                cursor.execute("CREATE DATABASE tax CHARACTER SET utf8mb4")
                cursor.execute("CREATE TABLE tax.taxpayers (taxpayer_no text, name text, members int)")
                cursor.executemany("INSERT INTO tax.taxpayers VALUES (%s, %s, %s)", ROWS)
                base.commit()
            return f"mysql://root@127.0.0.1:{port}/tax"
        except pymysql.err.OperationalError:
            time.sleep(0.1)
    raise AssertionError("MariaDB did not start")


@pytest.mark.needs("mariadb")
def test_a_mariadb_database_is_read(mariadb_url):
    assert send(mariadb_url).accepted == 2
    assert names() == ["沈阳甲公司", "沈阳乙公司"]


SLOWLY = {"postgresql": "SELECT pg_sleep(60)", "mysql": "SELECT sleep(60)"}


def look_slowly(url, monkeypatch):
    monkeypatch.setattr(databases, "LOOK_SECONDS", 1)
    with pytest.raises(exchange.DatabaseTooSlow, match="1 秒内没有答完"):
        exchange.preview("tax_payers", url, query=SLOWLY[url.partition(":")[0]])


@pytest.mark.needs("postgresql")
def test_a_slow_postgresql_is_given_up(postgres_url, monkeypatch):
    look_slowly(postgres_url, monkeypatch)


@pytest.mark.needs("mariadb")
def test_a_slow_mariadb_is_given_up(mariadb_url, monkeypatch):
    look_slowly(mariadb_url, monkeypatch)


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_host_that_never_greets_is_given_up(scheme, monkeypatch):
    """libpq waits two seconds at least."""
    monkeypatch.setattr(databases, "CONNECT_SECONDS", 2)
    monkeypatch.setattr(databases, "LOOK_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"{scheme}://liu@127.0.0.1:{silent.getsockname()[1]}/x"
        with pytest.raises(exchange.SourceUnreachable):
            exchange.preview("tax_payers", url, query="SELECT 1")
