"""Databases of departments: one query, read-only, streamed into a landing of our own."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot
from django.utils.translation import gettext as _
from sqlglot import exp

from huicheng.exchange.landing import Landed, draft_path, settle
from huicheng.exchange.reading.parquet import to_text
from huicheng.exchange.reading.source import NUL_MARK, check_rows, tidy_header
from huicheng.exchange.refusals import EmptySource, QueryRefused, SourceUnreachable, UnknownFormat

FETCH = 20_000
CONNECT_SECONDS = 15
DIALECTS = {
    "sqlite": "sqlite",
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
}
Rows = Iterator[pa.RecordBatch]


def safe_name(url: Path | str) -> str:
    """The address without the password, for receipts and errors."""
    parts = urlsplit(str(url))
    place = parts.netloc.rpartition("@")
    user = place[0].partition(":")[0]
    return (
        f"{parts.scheme}://{user}@{place[2]}{parts.path}"
        if user
        else f"{parts.scheme}://{place[2]}{parts.path}"
    )


def land_query(
    url: str, query: str, *, tell: Callable[[int, int], None] | None = None, most: int | None = None
) -> Landed:
    """Run ``query`` and keep its rows (about the first ``most``, if given) as one Parquet file."""
    name, scheme = safe_name(url), urlsplit(url).scheme
    if scheme not in DIALECTS:
        raise UnknownFormat(
            name,
            _("认不出数据库“%(scheme)s”") % {"scheme": scheme},
            do=_("可用 sqlite:///、postgresql://、mysql://"),
        )
    _refuse_unless_select(query, DIALECTS[scheme], name)
    draft = draft_path()
    try:
        _write(draft, _up_to(READERS[DIALECTS[scheme]](url, query, name), most), name, tell)
        digest = hashlib.sha256()
        with draft.open("rb") as file:
            while block := file.read(1 << 22):
                digest.update(block)
        return settle(draft, digest.hexdigest(), ".parquet")
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
    try:
        trees = sqlglot.parse(query, dialect=dialect)
    except sqlglot.errors.SqlglotError as error:
        raise QueryRefused(
            name,
            _("查询写得不对（%(why)s）") % {"why": str(error).splitlines()[0][:200]},
            do=_("请改正后再交付"),
        ) from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query) or list(trees[0].find_all(exp.Into)):
        raise QueryRefused(name, _("只能是一条 SELECT 查询"), do=_("请用 --query 写一条 SELECT"))


def _write(draft: Path, batches: Rows, name: str, tell: Callable[[int, int], None] | None) -> None:
    writer, rows = None, 0
    for batch in batches:
        writer = writer or pq.ParquetWriter(draft, batch.schema, compression="zstd", compression_level=1)
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


def _sqlite(url: str, query: str, name: str) -> Rows:
    path = unquote(urlsplit(url).path)
    path = path[1:] if path.startswith("//") or not Path(path).exists() else path
    if not Path(path).is_file():
        raise SourceUnreachable(name, _("没有这个文件"), do=_("请检查路径：sqlite:/// 后面写绝对路径"))
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=CONNECT_SECONDS)) as base:
            base.execute("PRAGMA query_only = ON")
            base.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
            cursor = base.execute(query)
            header = tidy_header(name, [column[0] for column in cursor.description])
            while rows := cursor.fetchmany(FETCH):
                yield _texts(header, rows)
    except sqlite3.Error as error:
        raise QueryRefused(
            name, _("查询失败（%(why)s）") % {"why": error}, do=_("请检查表名和列名")
        ) from error


def _postgres(url: str, query: str, name: str) -> Rows:
    import adbc_driver_postgresql.dbapi as adbc

    try:
        base = adbc.connect(url)
    except adbc.Error as error:
        raise _unreachable(name, error) from error
    try:
        with base, base.cursor() as cursor:
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
            base.commit()
            cursor.execute(query)
            reader = cursor.fetch_record_batch()
            header = tidy_header(name, reader.schema.names)
            for batch in reader:
                yield pa.RecordBatch.from_arrays(
                    [to_text(column) for column in batch.columns], names=list(header)
                )
    except (adbc.Error, pa.ArrowException) as error:
        raise QueryRefused(
            name, _("查询失败（%(why)s）") % {"why": str(error)[:300]}, do=_("请检查表名、列名和权限")
        ) from error


def _mysql(url: str, query: str, name: str) -> Rows:
    import pymysql
    from pymysql.cursors import SSCursor

    parts = urlsplit(url)
    try:
        base = pymysql.connect(
            host=parts.hostname or "localhost", port=parts.port or 3306, user=unquote(parts.username or ""),
            password=unquote(parts.password or ""), database=parts.path.strip("/"), charset="utf8mb4",
            connect_timeout=CONNECT_SECONDS, cursorclass=SSCursor,
        )  # fmt: skip
    except pymysql.Error as error:
        raise _unreachable(name, error) from error
    try:
        with base, base.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            cursor.execute(query)
            header = tidy_header(name, [column[0] for column in cursor.description or ()])
            while rows := cursor.fetchmany(FETCH):
                yield _texts(header, rows)
    except pymysql.Error as error:
        raise QueryRefused(
            name, _("查询失败（%(why)s）") % {"why": error}, do=_("请检查表名、列名和权限")
        ) from error


def _unreachable(name: str, error: Exception) -> SourceUnreachable:
    why = str(error).replace("\n", " ")[:300]
    return SourceUnreachable(
        name, _("连不上数据库（%(why)s）") % {"why": why}, do=_("请检查地址、账号和防火墙")
    )


READERS: dict[str, Callable[[str, str, str], Rows]] = {
    "sqlite": _sqlite,
    "postgres": _postgres,
    "mysql": _mysql,
}
