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
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.declarations import Field, Resource
from huicheng.exchange.evidence.sets import salt, sql_key
from huicheng.exchange.landing import alone, sync_folder
from huicheng.exchange.policy import Decision, mount_of
from huicheng.ground.api import Event, act, home, publish
from huicheng.lake import api as lake

# Each edition is compared with all before it, so they come slower when there are many.
EVERY, MANY, THEN = timedelta(days=1), 30, timedelta(days=30)
# A year in which nobody asks: the grants have ended, or nobody needs them.
UNASKED = timedelta(days=365)
# Seconds that somebody waits at most for an edition to be made, and for another who makes it.
LONGEST = 120.0
KEY = "__n"
SUMMED = ("integer", "number", "money", "boolean")
Run = Callable[[str], duckdb.DuckDBPyConnection]


@dataclass(frozen=True, kw_only=True)
class EditionMade(Event):
    """The figures of a resource moved on to its version ``source`` in so many cells; others wait for more changes."""

    resource: str
    number: int
    source: int
    moved: int
    held: int


@dataclass(frozen=True)
class Edition:
    """``cut``: the columns by which it was told in parts; ``told``: all that was counted or summed in them."""

    number: int
    source: int
    at: str
    cut: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Book:
    """The editions of one department's rows of a resource; ``looked`` is the version that was looked at last."""

    place: Path
    editions: tuple[Edition, ...] = ()
    looked: int = -1
    keys: int = 0

    @property
    def newest(self) -> Edition:
        return self.editions[-1]

    def whole(self, one: Edition) -> Path:
        return self.place / f"{one.number}.parquet"

    def told(self, one: Edition) -> Path:
        """What is left of an older edition: its cells, who stood in them, and marks of what was told of him."""
        return self.place / f"{one.number}.told.parquet"

    def write(self) -> None:
        draft = self.place / ".book"
        draft.write_text(
            json.dumps(
                {"looked": self.looked, "keys": self.keys, "editions": [asdict(e) for e in self.editions]}
            )
        )
        os.replace(draft, self.place / "book.json")


def read_book(place: Path) -> Book:
    path = place / "book.json"
    if not path.exists():
        return Book(place)
    data = json.loads(path.read_text())
    editions = tuple(
        Edition(**{**one, "cut": tuple(one["cut"]), "told": tuple(one["told"])}) for one in data["editions"]
    )
    return Book(place, editions, data["looked"], data["keys"])


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
    """One for each department, filter and k, whatever columns: a grant that is renewed, or another one for other
    columns, goes on where the former stood."""
    department = decision.grant.department if decision.grant else ""
    sight = [
        department,
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
        moved, held = settle(book, newest, book.whole(made), decision.smallest_group)
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
    with _whole_or_none(path) as draft, pq.ParquetWriter(draft, first.schema, compression="zstd") as writer:
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


@contextmanager
def _whole_or_none(path: Path) -> Iterator[Path]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".draft-{path.name}")
    try:
        yield draft
        os.replace(draft, path)
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


# --- which cells move on ---


def settle(book: Book, newest: Path, made: Path, least: int) -> tuple[int, int]:
    """Write the next edition; how many of its cells moved, and how many wait. Where none did nothing is written."""
    with lake.at_work(timeout=LONGEST) as engine:
        run = engine.execute
        cut = sorted({name for one in book.editions for name in one.cut})
        changed = _lay_out(run, book, newest, cut, least)
        if not changed:
            return 0, 0
        while any([_hold_back(run, book, place, least) for place in range(len(book.editions))]):
            pass
        moved = _count(run, "*", "taken")
        if moved:
            _write(run, book, made, cut)
        return moved, changed - moved


def _cell(names: Sequence[str]) -> str:
    """What tells a cell from all others: JSON knows nothing from "null", and a comma inside from one between."""
    if not names:
        return "'[]'"
    texts = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in names)
    return f"CAST(to_json([{texts}]) AS VARCHAR)"


def _file(path: Path) -> str:
    return f"read_parquet({lake.literal(str(path))})"


def _keys(book: Book) -> list[str]:
    return [f"{KEY}{place}" for place in range(book.keys)]


def _mark(name: str) -> str:
    return f'"__m {name}"'


def _marked(names: Iterable[str]) -> str:
    """Of each column that was told a mark of what a row says in it: equal where it is, and no more than that."""
    value = "left(sha256('{salt}' || CAST(to_json([{name}]) AS VARCHAR)), 16) AS {mark}"
    texts = [value.format(salt=salt(), name=f'CAST("{one}" AS VARCHAR)', mark=_mark(one)) for one in names]
    return "".join(f", {one}" for one in texts)


def _every(book: Book) -> list[str]:
    return sorted({name for one in book.editions for name in one.told})


def _lay_out(run: Run, book: Book, newest: Path, cut: list[str], least: int) -> int:
    """``taken`` are the cells that would move: at first those in which enough changed. How many changed at all."""
    last, every = len(book.editions) - 1, _every(book)
    who = "".join(f", {one}" for one in _keys(book))
    coarser = ", ".join(f"{_cell(one.cut)} AS __c{place}" for place, one in enumerate(book.editions))
    for name, path in (("newest", newest), ("held", book.whole(book.newest))):
        run(f"CREATE VIEW {name}_rows AS SELECT *, {_cell(cut)} AS __b FROM {_file(path)}")
        run(f"CREATE TABLE {name} AS SELECT __b, {coarser}{who}{_marked(every)} FROM {name}_rows")
    for place, one in enumerate(book.editions):
        marks = _marked(one.told) if place == last else "".join(f", {_mark(name)}" for name in one.told)
        path = book.whole(one) if place == last else book.told(one)
        run(
            f"CREATE TABLE told{place} AS SELECT {_cell(one.cut)} AS __c{place}{who}{marks} FROM {_file(path)}"
        )
    # Before anything else is looked at, so that what a few changed decides nothing elsewhere.
    changed = " UNION ALL ".join(
        f"(SELECT __b, {people(book.keys)} AS n FROM ({each}) GROUP BY 1)"
        for each in _differing("newest", "held", "__b", book, every)
    )
    run(f"CREATE TABLE changed AS SELECT __b, min(n) AS n FROM ({changed}) GROUP BY 1")
    run(f"CREATE TABLE taken AS SELECT __b FROM changed WHERE n >= {int(least)}")
    return _count(run, "*", "changed")


def people(keys: int) -> str:
    """The SQL of how many people rows are about at least, each known by so many keys; without any, each row is one."""
    counts = [f"count(DISTINCT {KEY}{n})" for n in range(keys)] or ["count(*)"]
    return f"least({', '.join(counts)})" if len(counts) > 1 else counts[0]


def _differing(one: str, other: str, cell: str, book: Book, told: Sequence[str]) -> Iterator[str]:
    """Whose rows are not the same in both: that they stand there at all, and then column by column what they say."""
    for names in ([cell, *_keys(book)], *([cell, *_keys(book), _mark(name)] for name in told)):
        here, there = (f"SELECT {', '.join(names)} FROM {name}" for name in (one, other))
        yield f"({here} EXCEPT ALL {there}) UNION ALL ({there} EXCEPT ALL {here})"


def _count(run: Run, what: str, table: str) -> int:
    ((count,),) = run(f"SELECT count({what}) FROM {table}").fetchall()
    return int(count)


def _hold_back(run: Run, book: Book, place: int, least: int) -> bool:
    """Take back the moves that would let a few be told from the edition at ``place``; whether there were any."""
    told = book.editions[place].told
    names = ", ".join(["__b", f"__c{place}", *_keys(book), *map(_mark, told)])
    run(
        f"CREATE OR REPLACE VIEW next AS SELECT {names} FROM newest WHERE __b IN (FROM taken) "
        f"UNION ALL SELECT {names} FROM held WHERE __b NOT IN (FROM taken)"
    )
    few = " UNION ".join(
        f"(SELECT __c{place} FROM ({each}) GROUP BY 1 HAVING {people(book.keys)} < {int(least)})"
        for each in _differing("next", f"told{place}", f"__c{place}", book, told)
    )
    before = _count(run, "*", "taken")
    run(f"CREATE OR REPLACE TEMP TABLE few AS {few}")
    run(
        f"DELETE FROM taken WHERE __b IN (SELECT __b FROM newest WHERE __c{place} IN (FROM few) "
        f"UNION ALL SELECT __b FROM held WHERE __c{place} IN (FROM few))"
    )
    return _count(run, "*", "taken") < before


def _write(run: Run, book: Book, made: Path, cut: list[str]) -> None:
    """The new edition, and of the one before it what later ones are compared with."""
    last = book.newest
    columns = ", ".join([*(f'"{name}"' for name in last.cut), *_keys(book)]) or "1 AS __one"
    with _whole_or_none(book.told(last)) as draft:
        run(
            f"COPY (SELECT {columns}{_marked(last.told)} FROM {_file(book.whole(last))}) "
            f"TO {lake.literal(str(draft))} (FORMAT parquet)"
        )
    rows = (
        "SELECT * EXCLUDE (__b) FROM newest_rows WHERE __b IN (FROM taken) "
        "UNION ALL BY NAME SELECT * EXCLUDE (__b) FROM held_rows WHERE __b NOT IN (FROM taken)"
    )
    with _whole_or_none(made) as draft:
        run(f"COPY ({rows}) TO {lake.literal(str(draft))} (FORMAT parquet)")


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
        every = " UNION ".join(f"SELECT {n} AS k FROM {_file(path)}" for path in files for n in mount.columns)
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
    with _whole_or_none(path) as draft:
        engine.execute(
            f"COPY (SELECT * REPLACE ({other}) FROM {_file(path)}) TO {lake.literal(str(draft))} (FORMAT parquet)"
        )
