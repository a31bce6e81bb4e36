"""Where tables lie, and what versions they have."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from huicheng.ground.api import home
from huicheng.lake.holding import Pin, gate

# When a commit that changes no row stands for rows that are older: kept in that commit's own line.
CHANGED = "huicheng.changed"
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,127}")


class NoSuchTable(LookupError):
    """The lake holds no table of this name."""


class BadTableName(NoSuchTable):
    """Not a name the lake could ever hold."""


class NoSuchVersion(LookupError):
    """The table never had this version, or it has been cleaned away."""


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


@dataclass(frozen=True)
class Snapshot:
    """One version as a reader needs it."""

    version: int
    files: tuple[str, ...]
    shape: pa.Schema


def lake_home() -> Path:
    return home() / "lake"


def folder(table: str) -> Path:
    if not NAME.fullmatch(table):
        raise BadTableName(f"{table!r} is no table name: write schema.table in lower case, like raw.x")
    return lake_home().joinpath(*table.split("."))


def exists(table: str) -> bool:
    try:
        place = folder(table)
        if (known := _newest.get(place)) is not None and _stamp(place, known) is not None:
            return True
        return (place / "_delta_log").is_dir() and DeltaTable.is_deltatable(str(place))
    except NoSuchTable:
        return False


def tables() -> list[str]:
    found = lake_home().glob("*/*/_delta_log")
    return sorted(name for p in found if exists(name := ".".join(p.parts[-3:-1])))


def open_table(table: str, version: int | None = None) -> DeltaTable:
    with gate(table):
        return opened(table, version)


def opened(table: str, version: int | None = None) -> DeltaTable:
    """For whoever has passed the gate already."""
    if not exists(table):
        raise NoSuchTable(f"the lake holds no table {table}")
    try:
        return DeltaTable(str(folder(table)), version=version)
    except TableNotFoundError as error:
        if version is not None:
            raise NoSuchVersion(f"{table} has no version {version} any more") from error
        raise NoSuchTable(f"the lake holds no table {table}") from None
    except Exception as error:
        if version is None:
            raise
        raise NoSuchVersion(f"{table} has no version {version}: {error}") from error


def pin(table: str, version: int | None = None) -> tuple[Snapshot, Pin]:
    """Open a version and hold it: what the pin holds is not removed while somebody reads."""
    with gate(table):
        found = snapshot(table, version)
        hold = Pin(table, found.version)
    if version is not None and (gone := [path for path in found.files if not Path(path).exists()]):
        hold.release()
        raise NoSuchVersion(f"{table}: {len(gone)} files of version {version} have been cleaned away")
    return found, hold


Stamp = tuple[int, int, int]
REMEMBERED = 1024
_snapshots: OrderedDict[tuple[Path, int], tuple[Stamp, Snapshot]] = OrderedDict()
_newest: dict[Path, int] = {}
_shelf = threading.Lock()


def snapshot(table: str, version: int | None = None) -> Snapshot:
    """For whoever has passed the gate already. The log is read once a version and process.

    A version stays what it is while its commit is the same file, and the newest one while no later commit is there.
    """
    place = folder(table)
    with _shelf:
        number = _newest.get(place, -1) if version is None else version
        stamp, kept = _snapshots.get((place, number), (None, None))
    same = kept is not None and _stamp(place, number) == stamp
    if kept and same and (version is not None or _stamp(place, number + 1) is None):
        return kept
    return _remembered(place, opened(table, version), newest=version is None)


def _remembered(place: Path, delta: DeltaTable, *, newest: bool) -> Snapshot:
    found = Snapshot(delta.version(), tuple(files_of(delta)), arrow_schema(delta))
    stamp = _stamp(place, found.version)
    with _shelf:
        if stamp is not None:
            _snapshots[place, found.version] = (stamp, found)
        if newest:
            _newest[place] = found.version
        while len(_snapshots) > REMEMBERED:
            (old, _number), _kept = _snapshots.popitem(last=False)
            _newest.pop(old, None)
    return found


def _stamp(place: Path, version: int) -> Stamp | None:
    """Which file the commit is: another one of its name has another."""
    try:
        facts = os.stat(f"{place}/_delta_log/{version:020}.json")
    except FileNotFoundError:
        return None
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


@contextmanager
def pinned(versions: Mapping[str, int]) -> Iterator[None]:
    """Hold one version of each of these tables for as long as a long piece of work reads them."""
    with contextlib.ExitStack() as stack:
        for table, number in versions.items():
            stack.callback(pin(table, number)[1].release)
        yield


def version(table: str) -> int:
    return _now(table).version


def _now(table: str, version: int | None = None) -> Snapshot:
    with gate(table):
        return snapshot(table, version)


def versions(table: str, *, limit: int | None = 100) -> list[Version]:
    """Newest first; ``at`` is when the rows became what they are, whatever was tidied since."""
    with gate(table):
        told = opened(table).history(limit)
    return [Version(one["version"], _at(one), one.get("operation", "")) for one in told]


def _at(commit: Mapping[str, Any]) -> datetime:
    return _moment(int(commit.get(CHANGED) or commit["timestamp"]))


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def schema(table: str, *, version: int | None = None) -> pa.Schema:
    return _now(table, version).shape


def arrow_schema(delta: DeltaTable) -> pa.Schema:
    plain: pa.Schema = pa.schema(delta.schema().to_arrow())
    return plain


def files_of(delta: DeltaTable) -> list[str]:
    return [unquote(uri).removeprefix("file://") for uri in delta.file_uris()]


def files(table: str, version: int | None = None) -> list[str]:
    """The Parquet files of one version; they stay on disk for the days that ``clean`` keeps."""
    return list(_now(table, version).files)


def facts(table: str) -> Facts:
    with gate(table):
        delta = opened(table)
        at = _at(delta.history(1)[0])
    sizes = pa.table(delta.get_add_actions(flatten=True))["size_bytes"].to_pylist()
    return Facts(delta.count(), len(sizes), sum(sizes), delta.version(), at)


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

    found, hold = pin(table, version)
    data = ds.dataset(list(found.files), schema=found.shape, format="parquet")
    wanted = list(columns) if columns is not None else found.shape.names
    scanner = data.scanner(columns=wanted, batch_size=65536, batch_readahead=4, fragment_readahead=1)
    reader = scanner.to_reader()
    return pa.RecordBatchReader.from_batches(reader.schema, _while_held(reader, hold))


def _while_held(reader: pa.RecordBatchReader, hold: Pin) -> Iterator[pa.RecordBatch]:
    """A stream that is never begun lets go of its version too, when it is forgotten."""
    try:
        yield from reader
    finally:
        hold.release()


def last_txn(table: str, app: str) -> int | None:
    """The newest transaction number that ``app`` has committed to this table."""
    return open_table(table).transaction_version(app) if exists(table) else None
