"""Where tables lie, what versions they have, and who may touch them now."""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from huicheng.ground.api import home

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,127}")


class NoSuchTable(LookupError):
    """The lake holds no table of this name."""


class BadTableName(NoSuchTable):
    """Not a name the lake could ever hold."""


class NoSuchVersion(LookupError):
    """The table never had this version, or it has been cleaned away."""


class LakeBusy(Exception):
    """Another writer held the table for longer than we were ready to wait."""


@dataclass(frozen=True)
class Version:
    number: int
    at: datetime
    operation: str


@dataclass(frozen=True)
class Facts:
    """What a table weighs now."""

    rows: int
    files: int
    size: int
    version: int
    at: datetime


def lake_home() -> Path:
    return home() / "lake"


def folder(table: str) -> Path:
    if not NAME.fullmatch(table):
        raise BadTableName(f"{table!r} is no table name: write schema.table in lower case, like raw.x")
    return lake_home().joinpath(*table.split("."))


def exists(table: str) -> bool:
    try:
        return (folder(table) / "_delta_log").is_dir() and DeltaTable.is_deltatable(str(folder(table)))
    except NoSuchTable:
        return False


def tables() -> list[str]:
    found = lake_home().glob("*/*/_delta_log")
    return sorted(name for p in found if exists(name := ".".join(p.parts[-3:-1])))


def open_table(table: str, version: int | None = None) -> DeltaTable:
    if not exists(table):
        raise NoSuchTable(f"the lake holds no table {table}")
    try:
        return DeltaTable(str(folder(table)), version=version)
    except TableNotFoundError:
        raise NoSuchTable(f"the lake holds no table {table}") from None
    except Exception as error:
        if version is None:
            raise
        raise NoSuchVersion(f"{table} has no version {version}: {error}") from error


def version(table: str) -> int:
    return open_table(table).version()


def versions(table: str, *, limit: int | None = 100) -> list[Version]:
    """Newest first."""
    return [
        Version(one["version"], _moment(one["timestamp"]), one.get("operation", ""))
        for one in open_table(table).history(limit)
    ]


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def schema(table: str, *, version: int | None = None) -> pa.Schema:
    return arrow_schema(open_table(table, version))


def arrow_schema(delta: DeltaTable) -> pa.Schema:
    plain: pa.Schema = pa.schema(delta.schema().to_arrow())
    return plain


def files_of(delta: DeltaTable) -> list[str]:
    return [unquote(uri).removeprefix("file://") for uri in delta.file_uris()]


def files(table: str, version: int | None = None) -> list[str]:
    """The Parquet files of one version; they stay on disk for the days that ``clean`` keeps."""
    return files_of(open_table(table, version))


def facts(table: str) -> Facts:
    delta = open_table(table)
    sizes = pa.table(delta.get_add_actions(flatten=True))["size_bytes"].to_pylist()
    last = delta.history(1)[0]["timestamp"]
    return Facts(delta.count(), len(sizes), sum(sizes), delta.version(), _moment(last))


def rows(table: str) -> int:
    return int(open_table(table).count())


def size(table: str) -> int:
    """Bytes on disk of the current version."""
    return sum(pa.table(open_table(table).get_add_actions(flatten=True))["size_bytes"].to_pylist())


def read(
    table: str, *, columns: Sequence[str] | None = None, version: int | None = None
) -> pa.RecordBatchReader:
    """Stream one whole version, whatever is written meanwhile."""
    import pyarrow.dataset as ds

    delta = open_table(table, version)
    shape = arrow_schema(delta)
    data = ds.dataset(files_of(delta), schema=shape, format="parquet")
    wanted = list(columns) if columns is not None else shape.names
    scanner = data.scanner(columns=wanted, batch_size=65536, batch_readahead=4, fragment_readahead=1)
    return scanner.to_reader()


def last_txn(table: str, app: str) -> int | None:
    """The newest transaction number that ``app`` has committed to this table."""
    return open_table(table).transaction_version(app) if exists(table) else None


@contextmanager
def held(table: str, *, shared: bool = False, wait: float = 3600) -> Iterator[None]:
    """Writers queue here; the kernel lets go when a process dies, however it dies."""
    folder(table)
    path = lake_home() / ".locks" / table
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _acquire(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, table, wait)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int, kind: int, table: str, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            return fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise LakeBusy(f"{table} was being written for more than {wait:.0f} s; try again") from None
            time.sleep(0.02)
