"""Databases of departments: one query, read-only, streamed into a landing of our own."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from huicheng.exchange.fetching import started
from huicheng.exchange.landing import draft_path
from huicheng.exchange.pouring import ahead
from huicheng.exchange.reading.parquet import is_plain, to_text
from huicheng.exchange.reading.source import NUL_MARK, check_rows, tidy_header
from huicheng.exchange.refusals import (
    DatabaseTooSlow,
    EmptySource,
    QueryRefused,
    SourceRefused,
    SourceUnreachable,
    UnknownFormat,
)
from huicheng.lake import api as lake

FETCH = 20_000
# A process on a busy machine is some time in coming; then it connects, then it asks.
START_SECONDS, CONNECT_SECONDS = 15, 15
# SQLite looks at the clock after so many steps of its own.
STEPS = 100_000
# A first table may be long in coming to a job; whoever only looks at the first rows waits in a page.
QUERY_SECONDS, LOOK_SECONDS = 3600, 30
DIALECTS = {
    "sqlite": "sqlite",
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
}
Rows = Iterator[pa.RecordBatch]
LONG_NUMBER = re.compile(r"[0-9]{7,}")


PART = r"(?:[\w.~!$&'()*+,;=-]|%[0-9a-f]{2})*"
SCHEME = re.compile(r"([a-z][a-z0-9+]{0,19})://", re.I)
SERVER = re.compile(
    rf"(?P<scheme>[a-z0-9+]+)://(?:(?P<user>{PART})(?::(?P<password>{PART}))?@)?"
    r"(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?(?P<path>/[^?#@:]*)?(?:\?(?P<query>[^#@]*))?",
    re.I | re.A,
)


# Whoever writes one of these means a database, however wrongly: a path must never be made of it, nor shown.
LIKE_ADDRESS = re.compile(
    r"""\s*["']?(?:[a-z][a-z0-9+.-]+:[/\\]"""  # postgresql:/…, jdbc:… below; C:\ has one letter only
    r"""|(?:jdbc|odbc|sqlite|postgres(?:ql)?|mysql|mariadb|oracle|sqlserver|mssql|mongodb|redis)[+:]"""
    r"""|[^\s:/]+:.+@"""  # liu:password@host
    r"""|.*\b(?:password|passwd|pwd)\s*=)""",
    re.I | re.S,
)


def is_address(source: Path | str) -> bool:
    """Means a database rather than a file: written like one, and no file has that name."""
    text = str(source)
    if "://" in text and isinstance(source, str):
        return True
    return bool(LIKE_ADDRESS.match(text)) and not _is_there(text)


def _is_there(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False


@dataclass(frozen=True)
class Address:
    """A database address taken apart once; ``name`` is the part of it that may be shown."""

    scheme: str
    name: str
    path: str
    host: str = ""
    port: int | None = None
    user: str = ""
    password: str = ""
    secrets: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def held_to(self) -> str:
        """The number that is connected to, whatever the host's name leads to by now; empty where nobody judged it."""
        return unquote(dict(self.settings).get("hostaddr", ""))

    def told(self, error: Exception) -> str:
        """A driver's words without the password it may have quoted, nor the number of anybody."""
        text = LONG_NUMBER.sub("…", str(error))
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "…")
        return " ".join(text.split())[:300]


def address_of(url: str) -> Address:
    """What does not parse cleanly is refused unquoted: nobody can tell which part of it is the password."""
    start = SCHEME.match(url)
    scheme = start.group(1).lower() if start else ""
    if not start:
        raise _ill_written(safe_name(url))
    if scheme not in DIALECTS:
        raise UnknownFormat(
            safe_name(url),
            _("认不出数据库“%(scheme)s”") % {"scheme": scheme},
            do=_("可用 sqlite:///、postgresql://、mysql://"),
        )
    if scheme == "sqlite" and url[9:10] == "/":
        path = re.split("[?#]", url[9:])[0]
        return Address(scheme, f"sqlite://{path}", unquote(path))
    found = SERVER.fullmatch(url)
    if scheme == "sqlite" or found is None or int(found["port"] or 1) not in range(1, 65536):
        raise _ill_written(f"{scheme}://…")
    return _server(scheme, found)


def _ill_written(name: str) -> SourceUnreachable:
    return SourceUnreachable(
        name, _("数据库地址写得不对"),
        do=_("请写成 postgresql://用户:密码@主机:端口/库；密码里的特殊字符请写成百分号加两位十六进制"),
    )  # fmt: skip


def _server(scheme: str, found: re.Match[str]) -> Address:
    user, password = found["user"] or "", found["password"] or ""
    path, place = found["path"] or "", found["host"] + (f":{found['port']}" if found["port"] else "")
    pairs = [pair.partition("=")[::2] for pair in (found["query"] or "").split("&") if pair]
    raw = [password, f"{user}:{password}" if password else "", *(v for k, v in pairs if "pass" in k.lower())]
    secrets = {form for one in raw if one for form in (one, unquote(one), unquote_plus(one))}
    return Address(
        scheme, f"{scheme}://{user}@{place}{path}" if user else f"{scheme}://{place}{path}", unquote(path),
        found["host"].strip("[]"), int(found["port"]) if found["port"] else None, unquote(user), unquote(password),
        tuple(secrets), tuple(pairs),
    )  # fmt: skip


def held(url: str, number: str) -> str:
    """The address held to one number: drivers ask no name again, and certificates are still the host's."""
    return f"{url}{'&' if '?' in url else '?'}hostaddr={quote(number, safe=':')}"


def safe_name(url: Path | str) -> str:
    """The address without the password, for receipts and errors."""
    start = SCHEME.match(str(url))
    if start is None or start.group(1).lower() not in DIALECTS:
        return f"{start.group(1).lower()}://…" if start else _("数据库")
    try:
        return address_of(str(url)).name
    except SourceRefused:
        return f"{start.group(1).lower()}://…"


@contextmanager
def drafted_query(
    url: str, query: str, *, tell: Callable[[int, int], None] | None = None, most: int | None = None
) -> Iterator[Path]:
    """Run ``query`` and have its rows (about the first ``most``, if given) as a Parquet file that goes afterwards.

    Who wants to keep it moves it away.
    """
    address = address_of(url)
    name, scheme = address.name, address.scheme
    _refuse_unless_select(query, DIALECTS[scheme], name)
    draft = draft_path()
    try:
        patience = QUERY_SECONDS if most is None else LOOK_SECONDS
        rows = _up_to(READERS[DIALECTS[scheme]](url, query, address, patience), most)
        _write(draft, ahead(rows, most=2), name, tell)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _up_to(batches: Rows, most: int | None) -> Rows:
    rows = 0
    for batch in batches:
        yield batch
        rows += len(batch)
        if most is not None and rows >= most:
            return


def _refuse_unless_select(query: str, dialect: str, name: str) -> None:
    import sqlglot  # slow to load, and files need none of it

    try:
        trees = sqlglot.parse(query, dialect=dialect)
    except sqlglot.errors.SqlglotError as error:
        raise QueryRefused(
            name,
            _("查询写得不对（%(why)s）") % {"why": str(error).splitlines()[0][:200]},
            do=_("请改正后再交付"),
        ) from error
    if (
        len(trees) != 1
        or not isinstance(trees[0], sqlglot.exp.Query)
        or list(trees[0].find_all(sqlglot.exp.Into))
    ):
        raise QueryRefused(name, _("只能是一条 SELECT 查询"), do=_("请用 --query 写一条 SELECT"))


def _write(draft: Path, batches: Rows, name: str, tell: Callable[[int, int], None] | None) -> None:
    writer, rows = None, 0
    for batch in batches:
        writer = writer or lake.parquet_writer(draft, batch)
        writer.write_batch(batch)
        rows += len(batch)
        check_rows(name, rows)
        if tell:
            tell(rows, 0)
    if writer is None:
        raise EmptySource(name, _("查询没有返回任何行"), do=_("请检查查询条件"))
    writer.close()


def _texts(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    columns = [pa.array(map(_cell, column), pa.string()) for column in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(columns, names=list(header))


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value.replace("\0", NUL_MARK) if value else value
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace").replace("\0", NUL_MARK)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _sqlite(_url: str, query: str, address: Address, patience: int) -> Rows:
    name, path = address.name, address.path
    path = path[1:] if path.startswith("//") or not Path(path).exists() else path
    if not Path(path).is_file():
        raise SourceUnreachable(name, _("没有这个文件"), do=_("请检查路径：sqlite:/// 后面写绝对路径"))
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=CONNECT_SECONDS)) as base:
            base.execute("PRAGMA query_only = ON")
            until = time.monotonic() + patience
            base.set_progress_handler(lambda: time.monotonic() > until, STEPS)
            base.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
            cursor = base.execute(query)
            header = tidy_header(name, [column[0] for column in cursor.description])
            while rows := cursor.fetchmany(FETCH):
                yield _texts(header, rows)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
            raise _too_slow(address, patience) from None
        raise QueryRefused(
            name, _("查询失败（%(why)s）") % {"why": address.told(error)}, do=_("请检查表名和列名")
        ) from error


def _impatient(url: str, address: Address) -> str:
    """A host that is silent, or goes away in the middle, is given up; what whoever runs the platform set stays."""
    usual = {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,
        "passfile": os.devnull,
        "gssencmode": "disable",
    }
    mine = [f"{name}={value}" for name, value in usual.items() if name not in dict(address.settings)]
    return f"{url}{'&' if '?' in url else '?'}{'&'.join(mine)}"


def _kept(column: pa.Array) -> pa.Array:
    return column if is_plain(column.type) else to_text(column)


def _postgres(url: str, query: str, address: Address, patience: int) -> Rows:
    told = {"dialect": "postgres", "url": _impatient(url, address), "query": query, "patience": patience}
    with _fetched(told, address, patience) as reader:
        header = tidy_header(address.name, reader.schema.names)
        for batch in reader:
            yield pa.RecordBatch.from_arrays([_kept(one) for one in batch.columns], names=list(header))


def _mysql(_url: str, query: str, address: Address, patience: int) -> Rows:
    server = {
        "host": address.held_to or address.host, "port": address.port or 3306, "user": address.user,
        "password": address.password, "database": address.path.strip("/"), "connect_timeout": CONNECT_SECONDS,
        "read_timeout": patience, "write_timeout": patience,
    }  # fmt: skip
    with _fetched({"dialect": "mysql", "server": server, "query": query}, address, patience) as reader:
        header = tidy_header(address.name, json.loads((reader.schema.metadata or {}).get(b"names", b"[]")))
        for batch in reader:
            columns = [pc.replace_substring(one, "\0", NUL_MARK) for one in batch.columns]
            yield pa.RecordBatch.from_arrays(columns, names=list(header))


@contextmanager
def _fetched(told: dict[str, Any], address: Address, patience: int) -> Iterator[pa.RecordBatchReader]:
    """What a process of its own reads from the server. It is ended when its time is over, whatever the server does."""
    with started() as child:
        given, rows, words = child.stdin, child.stdout, child.stderr
        assert given is not None
        assert rows is not None
        assert words is not None
        over = threading.Event()

        def stop() -> None:
            over.set()
            child.kill()

        end = threading.Timer(START_SECONDS + CONNECT_SECONDS + patience, stop)
        end.daemon = True
        end.start()
        try:
            given.write(json.dumps(told).encode() + b"\n")
            given.close()
            with pa.ipc.open_stream(rows) as reader:
                yield reader
            if child.wait():
                raise pa.ArrowInvalid("the stream ended before its rows did")
        except (pa.ArrowException, OSError):
            if over.is_set():
                raise _too_slow(address, patience) from None
            child.kill()
            raise _said(words.read(), address, patience) from None
        finally:
            end.cancel()


def _said(words: bytes, address: Address, patience: int) -> SourceRefused:
    """Its last line; one that died without a word was ended from outside."""
    try:
        told = json.loads(words.decode(errors="replace").strip().splitlines()[-1])
        kind, error = told["kind"], Exception(told["words"])
    except (ValueError, KeyError, IndexError, TypeError):
        kind, error = "refused", Exception(_("读取进程中断"))
    if kind == "late":
        return _too_slow(address, patience)
    return _unreachable(address, error) if kind == "unreachable" else _refused(address, error)


def _refused(address: Address, error: Exception) -> QueryRefused:
    return QueryRefused(
        address.name,
        _("查询失败（%(why)s）") % {"why": address.told(error)},
        do=_("请检查表名、列名和权限"),
    )


def _too_slow(address: Address, patience: int) -> DatabaseTooSlow:
    return DatabaseTooSlow(
        address.name,
        _("数据库在 %(seconds)s 秒内没有答完") % {"seconds": patience},
        do=_("请给水位列和主键列建索引，或缩小查询的范围"),
    )


def _unreachable(address: Address, error: Exception) -> SourceUnreachable:
    return SourceUnreachable(
        address.name,
        _("连不上数据库（%(why)s）") % {"why": address.told(error)},
        do=_("请检查地址、账号和防火墙"),
    )


READERS: dict[str, Callable[[str, str, Address, int], Rows]] = {
    "sqlite": _sqlite,
    "postgres": _postgres,
    "mysql": _mysql,
}
