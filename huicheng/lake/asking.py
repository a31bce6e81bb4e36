"""Questions: one SELECT, only the tables it names, nothing else within reach."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from huicheng.lake.engine import (
    UNREAD,
    closed_connection,
    connection,
    lent_connection,
    limits,
    locked,
    small_engine,
)
from huicheng.lake.judging import Question, QuestionRefused, judge
from huicheng.lake.pointing import rows_near
from huicheng.lake.quoting import literal, quoted
from huicheng.lake.tables import Snapshot, pin
from huicheng.lake.timing import in_time

__all__ = ["Answer", "Mount", "NotMounted", "QuestionFailed", "QuestionRefused", "QuestionTooLong", "ask", "at_work",
           "engine_with", "failing_as_asked", "stream", "tables_in"]  # fmt: skip
TIMEOUT = 120.0
HANDED = "empty of nothing"  # a name that no question can say; see judging.SYSTEM_NAMES


class QuestionFailed(Exception):
    """The engine could not answer: a column that is not there, a type that does not fit.

    ``unread``: it was found before a single row was read. Otherwise the engine's words may quote values.
    """

    def __init__(self, said: str, *, unread: bool = False) -> None:
        super().__init__(said)
        self.unread = unread


class QuestionTooLong(QuestionFailed):
    """The question ran longer than it may."""


class NotMounted(Exception):
    """The question names a table of which nobody decided what it may see: a fault of who asks the lake."""


@dataclass(frozen=True)
class Mount:
    """How a table is shown to a question: expressions by column name, a row filter, a version to pin.

    No columns means all of them, plain. ``absent`` is what stands for a column that this version of the table does
    not have yet. ``rows`` is a Parquet file that stands for the table. Expressions and filter are the platform's own SQL, never a user's.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    where: str | None = None
    version: int | None = None
    rows: Path | None = None


@dataclass(frozen=True)
class Answer:
    table: pa.Table
    sql: str
    tables: dict[str, int]
    seconds: float


def ask(
    sql: Path | str, params: Mapping[str, Any] | None = None, *,
    mounts: Mapping[str, Mount] | None = None, timeout: float = TIMEOUT, limit: int | None = None,
    everything: bool = False,
) -> Answer:  # fmt: skip
    """Answer one SELECT; ``limit`` keeps a page from holding more rows than it shows.

    Every table that it names needs its mount. ``everything``: a question of the platform's own, of whole tables.
    """
    start = time.monotonic()
    with _opened(sql, params, mounts, timeout, everything=everything) as (question, result, pinned):
        table = result.to_arrow_table() if limit is None else _first(result, limit)
    return Answer(table, question.sql, pinned, time.monotonic() - start)


def stream(
    sql: Path | str, params: Mapping[str, Any] | None = None, *,
    mounts: Mapping[str, Mount] | None = None, timeout: float = 3600, everything: bool = False,
) -> Iterator[pa.RecordBatch]:  # fmt: skip
    """The same, batch by batch, for answers that do not fit in memory."""
    with _opened(sql, params, mounts, timeout, everything=everything) as (_question, result, _pinned):
        reader = result.to_arrow_reader(65536)
        empty = pa.RecordBatch.from_pylist([], schema=reader.schema)
        yield empty
        yield from reader


@contextmanager
def at_work(*, timeout: float = TIMEOUT) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine for a room's own work while somebody waits for it: cut off in time, and it fails as a question does."""
    engine = connection()
    try:
        with in_time(engine, timeout):
            yield engine
    except duckdb.InterruptException:
        raise QuestionTooLong(f"the work took more than {timeout:.0f} s and was stopped") from None
    except duckdb.Error as error:
        raise QuestionFailed(str(error)) from error
    finally:
        engine.close()


@contextmanager
def failing_as_asked(late: str, *, unread: tuple[type[duckdb.Error], ...] = ()) -> Iterator[None]:
    """What the engine says is how a question failed: ``late`` where it was interrupted; ``unread`` are the kinds of
    error that come before a row is read."""
    try:
        yield
    except duckdb.InterruptException:
        raise QuestionTooLong(late) from None
    except duckdb.Error as error:
        raise QuestionFailed(str(error), unread=isinstance(error, unread)) from error
    except OSError as error:  # how a stream of Arrow says what the engine said
        if "INTERRUPT" in str(error):
            raise QuestionTooLong(late) from None
        raise QuestionFailed(str(error)) from error


def tables_in(sql: Path | str) -> list[str]:
    return list(judge(_text(sql)).tables)


def _text(sql: Path | str) -> str:
    return sql.read_text(encoding="utf-8") if isinstance(sql, Path) else sql


def _first(result: duckdb.DuckDBPyRelation, limit: int) -> pa.Table:
    reader = result.to_arrow_reader(min(limit, 65536) or 1)
    kept, batches = 0, []
    while kept < limit and (batch := next(reader, None)) is not None:
        batches.append(batch.slice(0, limit - kept))
        kept += len(batches[-1])
    return pa.Table.from_batches(batches, schema=reader.schema)


@contextmanager
def _opened(
    sql: Path | str, params: Mapping[str, Any] | None, mounts: Mapping[str, Mount] | None, timeout: float,
    *, everything: bool,
) -> Iterator[tuple[Question, duckdb.DuckDBPyRelation, dict[str, int]]]:  # fmt: skip
    question = judge(_text(sql))
    given = {name: value for name, value in (params or {}).items() if name in question.params}
    shown = _shown(question, mounts or {}, everything=everything)
    late = f"the question ran for more than {timeout:.0f} s and was stopped"
    with (
        _pinned(shown) as pins,
        failing_as_asked(late, unread=UNREAD),
        _mounted(shown, pins, _near(question, given, shown, pins)) as engine,
        in_time(engine, timeout),
    ):
        versions = {name: found.version for name, found in pins.items()}
        yield question, engine.sql(question.sql, params=given), versions


def _shown(question: Question, mounts: Mapping[str, Mount], *, everything: bool) -> dict[str, Mount]:
    if not everything and (bare := [name for name in question.tables if name not in mounts]):
        raise NotMounted(f"nobody said what is to be seen of {', '.join(bare)}")
    return {name: mounts.get(name, Mount()) for name in question.tables}


@contextmanager
def _pinned(shown: Mapping[str, Mount]) -> Iterator[dict[str, Snapshot]]:
    with ExitStack() as stack:
        found = {}
        for name, mount in shown.items():
            if mount.rows:
                found[name] = Snapshot(mount.version or 0, (str(mount.rows),), pq.read_schema(mount.rows))
                continue
            found[name], hold = pin(name, mount.version)
            stack.callback(hold.release)
        yield found


def _near(
    question: Question, given: Mapping[str, Any], shown: Mapping[str, Mount], pins: Mapping[str, Snapshot]
) -> pa.Table | None:
    """The few rows of its only table that the question can be about, where its conditions say so."""
    if not question.points:
        return None
    (mount,), (found,) = shown.values(), pins.values()
    if mount.rows:
        return None
    names = {name.lower(): name for name in found.shape.names}
    plain = {name.lower() for name, shows in mount.columns.items() if shows == quoted(name)}
    points = {
        names[column]: given[param]
        for column, param in question.points
        if column in names and param in given and (column in plain or not mount.columns)
    }
    return rows_near(found, points)


@contextmanager
def _mounted(
    shown: Mapping[str, Mount], pins: Mapping[str, Snapshot], near: pa.Table | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    if near is not None:
        with _near_rows(near, shown, pins) as engine:
            yield engine
        return
    with engine_with(shown, pins) as engine:
        yield engine


@contextmanager
def engine_with(
    shown: Mapping[str, Mount], pins: Mapping[str, Snapshot]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """One in which these files stand as these tables, and nothing else."""
    with lent_connection(_standing(shown, pins), partial(_with_tables, shown, pins)) as engine:
        yield engine


@contextmanager
def _near_rows(
    near: pa.Table, shown: Mapping[str, Mount], pins: Mapping[str, Snapshot]
) -> Iterator[duckdb.DuckDBPyConnection]:
    ((name, mount),) = shown.items()
    view = _view(name, mount, quoted(HANDED), pins[name].shape)

    def made() -> duckdb.DuckDBPyConnection:
        engine = small_engine()
        engine.register(HANDED, near)
        engine.execute(f"CREATE SCHEMA {quoted(name.split('.')[0])}")
        engine.execute(view)
        return locked(engine)

    with lent_connection(view + near.schema.to_string(), made) as engine:
        engine.register(HANDED, near)
        try:
            yield engine
        except UNREAD:
            engine.unregister(HANDED)
            raise
        engine.unregister(HANDED)


def _with_tables(shown: Mapping[str, Mount], pins: Mapping[str, Snapshot]) -> duckdb.DuckDBPyConnection:
    engine = closed_connection([path for found in pins.values() for path in found.files])
    try:
        for name, mount in shown.items():
            _show(engine, name, mount, pins[name].files, pins[name].shape)
        return locked(engine)
    except BaseException:
        engine.close()
        raise


def _standing(shown: Mapping[str, Mount], pins: Mapping[str, Snapshot]) -> str:
    """All that an engine with these tables is: their files and columns, how they are shown, and its own limits."""
    said = [limits()]
    for name, mount in shown.items():
        found = pins[name]
        said += [_view(name, mount, _source(name, found.files), found.shape), found.shape.to_string()]
    return "\n".join(said)


def _show(
    engine: duckdb.DuckDBPyConnection, table: str, mount: Mount, files: Sequence[str], shape: pa.Schema
) -> None:
    engine.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(table.split('.')[0])}")
    if not files:
        engine.register(f"empty of {table}", shape.empty_table())
    engine.execute(_view(table, mount, _source(table, files), shape))


def _source(table: str, files: Sequence[str]) -> str:
    if not files:
        return quoted(f"empty of {table}")
    return f"read_parquet([{','.join(map(literal, files))}], union_by_name = true)"


def _view(table: str, mount: Mount, source: str, shape: pa.Schema) -> str:
    shown = dict(mount.columns) or {column: quoted(column) for column in shape.names}
    shown |= {column: nothing for column, nothing in mount.absent.items() if column not in shape.names}
    columns = ", ".join(f"{expression} AS {quoted(column)}" for column, expression in shown.items())
    where = f" WHERE {mount.where}" if mount.where else ""
    return f"CREATE VIEW {'.'.join(map(quoted, table.split('.')))} AS SELECT {columns} FROM {source}{where}"
