"""Editions 统计版: what grants for statistics only are told of a table, so that a change of a few shows nowhere.

Every question under such a grant is answered from the newest edition. A later edition differs from each one before it,
in every cell and in every column that could be told from that one, by nobody or by k people at least: where a delivery
changed fewer, the cell stays as it was told until more have changed. So no two answers, whenever they were given,
differ by a few; and since all of a department's grants with the same rows and the same k are told from the same
editions, neither do answers about different columns.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.books import KEY, Book, Edition, read_book, whole_or_none
from huicheng.exchange.declarations import Field, Resource
from huicheng.exchange.evidence.sets import salt, sql_key
from huicheng.exchange.landing import alone
from huicheng.exchange.policy import Decision, mount_of
from huicheng.exchange.settling import file_of, settle
from huicheng.ground.api import Event, act, home, publish
from huicheng.lake import api as lake

# Each edition is compared with all before it, so they come slower when there are many.
EVERY, MANY, THEN = timedelta(days=1), 30, timedelta(days=30)
# A year in which nobody asks: the grants have ended, or nobody needs them.
UNASKED = timedelta(days=365)
# Seconds that somebody waits at most for an edition to be made, and for another who makes it.
LONGEST = 120.0
SUMMED = ("integer", "number", "money", "boolean")


@dataclass(frozen=True, kw_only=True)
class EditionMade(Event):
    """The figures of a resource moved on to its version ``source`` in so many cells; others wait for more changes."""

    resource: str
    number: int
    source: int
    moved: int
    held: int


def current(spec: Resource, decision: Decision, cut: Iterable[str]) -> tuple[Path, int]:
    """The file to answer from, and the table's version it stands for; ``cut`` may be told of it from now on."""
    place, asked = _place(spec, decision), (set(cut), set(decision.columns))
    if told := _while_another_makes_it(place, *asked):
        return told
    with _alone_in_time(place):
        book = read_book(place)
        if not book.editions:
            book = _first(book, spec, decision)
        elif _due(book, lake.version(spec.table)):
            book = _next(book, spec, decision)
        last = _tellable(book.newest, *asked)
        if last != book.newest:
            book = replace(book, editions=(*book.editions[:-1], last))
            book.write()
        os.utime(book.place / "book.json")  # asked today: it is not yet old
        return book.whole(last), last.source


def _tellable(last: Edition, cut: set[str], told: set[str]) -> Edition:
    return replace(last, cut=tuple(sorted({*last.cut, *cut})), told=tuple(sorted({*last.told, *told})))


def _while_another_makes_it(place: Path, cut: set[str], told: set[str]) -> tuple[Path, int] | None:
    """The edition that stands, where it has been told by these columns already; nobody waits for the next one then."""
    with alone(place / ".lock", wait=False) as free:
        book = Book(place) if free else read_book(place)
    if not book.editions or _tellable(book.newest, cut, told) != book.newest:
        return None
    return book.whole(book.newest), book.newest.source


@contextmanager
def _alone_in_time(place: Path) -> Iterator[None]:
    until = time.monotonic() + LONGEST
    while True:
        with alone(place / ".lock", wait=False) as free:
            if free:
                yield
                return
        if time.monotonic() >= until:
            raise lake.QuestionTooLong(
                _("统计版还在准备，等了 %(n)s 秒，请稍后再问。") % {"n": f"{LONGEST:.0f}"}
            )
        time.sleep(0.05)


def _place(spec: Resource, decision: Decision) -> Path:
    """One for each holder, filter and k, whatever columns: a grant that is renewed, or another one for other
    columns, goes on where the former stood."""
    sight = [
        decision.grant.holder if decision.grant else "",
        [one.name for one in spec.fields],
        decision.where,
        spec.subjects,
        decision.smallest_group,
    ]
    return _folder(spec.code) / hashlib.sha256(json.dumps(sight).encode()).hexdigest()[:32]


def _folder(code: str) -> Path:
    return home() / "statistics" / code


def _due(book: Book, newest: int) -> bool:
    pause = EVERY if len(book.editions) < MANY else THEN
    old = timezone.now() - datetime.fromisoformat(book.newest.at) >= pause
    return newest != book.looked and old


def _first(book: Book, spec: Resource, decision: Decision) -> Book:
    source = lake.version(spec.table)
    made = Edition(1, source, timezone.now().isoformat())
    book = replace(book, editions=(made,), looked=source, keys=len(spec.subjects))
    _write_newest(book.whole(made), spec, replace(decision, version=source))
    book.write()
    return book


def _next(book: Book, spec: Resource, decision: Decision) -> Book:
    source, newest = lake.version(spec.table), book.place / ".newest.parquet"
    _write_newest(newest, spec, replace(decision, version=source))
    made = Edition(book.newest.number + 1, source, timezone.now().isoformat())
    try:
        moved, held = settle(book, newest, book.whole(made), decision.smallest_group, longest=LONGEST)
    finally:
        newest.unlink(missing_ok=True)
    for old in book.editions[:-1]:
        book.whole(old).unlink(missing_ok=True)  # the one before stays a while: somebody may be reading it
    book = replace(book, looked=source)
    if moved:
        book = replace(book, editions=(*book.editions, made))
    book.write()
    told = EditionMade(
        subject=f"resource:{spec.code}", resource=spec.code, number=book.newest.number, source=source,
        moved=moved, held=held,
    )  # fmt: skip
    act(publish)(told)
    return book


def _write_newest(path: Path, spec: Resource, decision: Decision) -> None:
    """The rows of the grant with every column, since other grants are told from them too, and whom each is about.

    What a grant may see of them its own decision says again whenever they are read.
    """
    every = replace(decision, columns=dict.fromkeys((one.name for one in spec.fields), "plain"))
    mount = mount_of(spec, every)
    shown = {name: _said(spec, spec.field(name), sql) for name, sql in mount.columns.items()}
    keys = {f"{KEY}{place}": sql_key(f'"{name}"') for place, name in enumerate(spec.subjects)}
    mount = replace(mount, columns={**shown, **keys})
    batches = lake.stream(f"SELECT * FROM {spec.table}", mounts={spec.table: mount}, timeout=LONGEST)
    first = next(batches)
    with whole_or_none(path) as draft, pq.ParquetWriter(draft, first.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def _said(spec: Resource, one: Field, shown: str) -> str:
    """Of what is personal and no number only that it is there: no more of it is ever counted.

    A person's number in the table, which others may know him by, is told apart from others and no more.
    """
    if spec.subjects and spec.key == (one.name,):
        return f"CASE WHEN {shown} IS NULL THEN NULL ELSE left(sha256('{salt()}' || CAST({shown} AS VARCHAR)), 32) END"
    if one.sensitivity != "personal" or one.kind in SUMMED:
        return shown
    return f"CASE WHEN {shown} IS NULL THEN NULL ELSE '*' END"


# --- what nobody asks for any more, and whoever is gone from the table ---


def sweep(*, dry_run: bool = False) -> int:
    """Drop the editions that nobody has asked for so long that what they told is past; returns how many books went.

    Whoever asks after that begins a new book, which is compared with nothing that was told before.
    """
    places = [path.parent for path in (home() / "statistics").glob("*/*/book.json")]
    old = [
        place
        for place in places
        if time.time() - (place / "book.json").stat().st_mtime > UNASKED.total_seconds()
    ]
    for place in old if not dry_run else ():
        with alone(place / ".lock", wait=False) as free:
            if free:
                shutil.rmtree(place, ignore_errors=True)
    return len(old)


def forget(spec: Resource) -> None:
    """Rows were erased: whoever is no longer in the table has no key here either, but still stands in what was told.

    A key that means nothing takes the place of his, the same in every edition, so that his going is hidden among
    others' as any change is.
    """
    for place in sorted(path.parent for path in _folder(spec.code).glob("*/book.json")):
        with alone(place / ".lock"):
            _forget(read_book(place), spec)


def _forget(book: Book, spec: Resource) -> None:
    files = sorted(book.place.glob("[0-9]*.parquet"))
    if not book.keys or not files:
        return
    mount = lake.Mount(
        columns={f"{KEY}{place}": sql_key(f'"{name}"') for place, name in enumerate(spec.subjects)}
    )
    names = ", ".join(mount.columns)
    there = lake.ask(f"SELECT DISTINCT {names} FROM {spec.table}", mounts={spec.table: mount}).table
    engine = lake.connection()
    try:
        engine.register("there", there)
        every = " UNION ".join(
            f"SELECT {n} AS k FROM {file_of(path)}" for path in files for n in mount.columns
        )
        still = " UNION ".join(f"SELECT {n} AS k FROM there" for n in mount.columns)
        engine.execute(
            f"CREATE TABLE gone AS SELECT k, hash(uuid()) AS other FROM ({every}) WHERE k IS NOT NULL "
            f"AND k NOT IN (SELECT k FROM ({still}) WHERE k IS NOT NULL)"
        )
        for path in files:
            _rewrite(engine, path, list(mount.columns))
    finally:
        engine.close()


def _rewrite(engine: duckdb.DuckDBPyConnection, path: Path, names: list[str]) -> None:
    other = ", ".join(f"coalesce((SELECT other FROM gone WHERE k = {n}), {n}) AS {n}" for n in names)
    with whole_or_none(path) as draft:
        engine.execute(
            f"COPY (SELECT * REPLACE ({other}) FROM {file_of(path)}) TO {lake.literal(str(draft))} (FORMAT parquet)"
        )
