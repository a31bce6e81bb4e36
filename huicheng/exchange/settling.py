"""Which cells of an edition move on: those that differ from all that was told before by nobody or by enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import duckdb

from huicheng.exchange.books import KEY, Book, whole_or_none
from huicheng.exchange.evidence.sets import salt
from huicheng.lake import api as lake

Run = Callable[[str], duckdb.DuckDBPyConnection]


def settle(book: Book, newest: Path, made: Path, least: int, *, longest: float = 120.0) -> tuple[int, int]:
    """Write the next edition; how many of its cells moved, and how many wait. Where none did nothing is written."""
    with lake.at_work(timeout=longest) as engine:
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


def file_of(path: Path) -> str:
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
        run(f"CREATE VIEW {name}_rows AS SELECT *, {_cell(cut)} AS __b FROM {file_of(path)}")
        run(f"CREATE TABLE {name} AS SELECT __b, {coarser}{who}{_marked(every)} FROM {name}_rows")
    for place, one in enumerate(book.editions):
        marks = _marked(one.told) if place == last else "".join(f", {_mark(name)}" for name in one.told)
        path = book.whole(one) if place == last else book.told(one)
        run(
            f"CREATE TABLE told{place} AS SELECT {_cell(one.cut)} AS __c{place}{who}{marks} FROM {file_of(path)}"
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
    with whole_or_none(book.told(last)) as draft:
        run(
            f"COPY (SELECT {columns}{_marked(last.told)} FROM {file_of(book.whole(last))}) "
            f"TO {lake.literal(str(draft))} (FORMAT parquet)"
        )
    rows = (
        "SELECT * EXCLUDE (__b) FROM newest_rows WHERE __b IN (FROM taken) "
        "UNION ALL BY NAME SELECT * EXCLUDE (__b) FROM held_rows WHERE __b NOT IN (FROM taken)"
    )
    with whole_or_none(made) as draft:
        run(f"COPY ({rows}) TO {lake.literal(str(draft))} (FORMAT parquet)")
