"""Figures before and after a delivery: what fewer than k people changed shows in none of them."""

import json
import os
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huicheng.exchange import api as exchange
from huicheng.exchange import editions
from huicheng.exchange.api import ask
from huicheng.exchange.books import Book, Edition
from huicheng.exchange.landing import alone
from huicheng.exchange.settling import settle
from huicheng.exchange.tests.town import HE, PURPOSE, granted
from huicheng.ground.api import act, deliver_news, events, home, publish, seal
from huicheng.lake import api as lake

K = 3
Person = tuple[str, str, int]
Row = tuple[str, str, int, int]
World = list[Row]
COLUMNS = ("a", "b")
TOLD = ("a", "b", "v")
person = st.tuples(st.sampled_from("xy"), st.sampled_from("12"), st.integers(0, 3))
people = st.fixed_dictionaries({n: st.none() | person for n in range(14)})
world = people.map(lambda known: [(*told, n) for n, told in known.items() if told])
cut = st.sets(st.sampled_from(COLUMNS)).map(lambda names: tuple(sorted(names)))


def write(path: Path, rows: World) -> None:
    table = pa.table({
        "a": pa.array([one[0] for one in rows], pa.string()), "b": pa.array([one[1] for one in rows], pa.string()),
        "v": pa.array([one[2] for one in rows], pa.int64()), "__n0": pa.array([one[3] for one in rows], pa.uint64()),
    })  # fmt: skip
    pq.write_table(table, path)


def read(path: Path) -> World:
    """Who changed his cell may stand in two for a while, or in none."""
    return sorted((one["a"], one["b"], one["v"], one["__n0"]) for one in pq.read_table(path).to_pylist())


def lived(worlds: list[World], cuts: list[tuple[str, ...]]) -> list[tuple[World, tuple[str, ...]]]:
    """The editions that these deliveries come to, each with the columns it was asked by."""
    with tempfile.TemporaryDirectory() as name:
        book = Book(Path(name), (Edition(1, 0, "", cuts[0], TOLD),), keys=1)
        write(book.whole(book.newest), worlds[0])
        told = [(read(book.whole(book.newest)), cuts[0])]
        for number, (delivered, asked) in enumerate(zip(worlds[1:], cuts[1:], strict=True), 2):
            made = Edition(book.newest.number + 1, number, "", asked, TOLD)
            write(book.place / ".newest.parquet", delivered)
            if settle(book, book.place / ".newest.parquet", book.whole(made), K)[0]:
                book = replace(book, editions=(*book.editions, made))
                told.append((read(book.whole(made)), asked))
            else:
                last = replace(book.newest, cut=tuple(sorted({*book.newest.cut, *asked})))
                book = replace(book, editions=(*book.editions[:-1], last))
                told[-1] = (told[-1][0], last.cut)
        return told


def cell(one: Row, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(one[COLUMNS.index(name)] for name in names)


def differing(one: World, other: World, names: tuple[str, ...]) -> dict[Any, set[int]]:
    """By cell whose rows in it are not the same in both."""
    found: dict[Any, set[int]] = {}
    here, there = Counter(one), Counter(other)
    for row in (here - there) + (there - here):
        found.setdefault(cell(row, names), set()).add(row[3])
    return found


def differing_in(one: list[Any], other: list[Any], names: tuple[str, ...]) -> dict[Any, set[int]]:
    """The same where only the third value is told."""
    blank = [[(*cell(row, names), row[2], row[3]) for row in rows] for rows in (one, other)]
    here, there = map(Counter, blank)
    found: dict[Any, set[int]] = {}
    for row in (here - there) + (there - here):
        found.setdefault(row[:-2], set()).add(row[-1])
    return found


def choices(columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [names for size in range(len(columns) + 1) for names in combinations(columns, size)]


def figures(told: list[tuple[World, tuple[str, ...]]]) -> list[Any]:
    """Everything that may be asked of each edition: counts and sums by every choice of its columns."""
    answers = []
    for rows, columns in told:
        for names in choices(columns):
            sums: dict[Any, list[int]] = {}
            for one in rows:
                line = sums.setdefault(cell(one, names), [0, 0])
                line[0], line[1] = line[0] + 1, line[1] + one[2]
            answers.append((names, sorted(sums.items())))
    return answers


@settings(max_examples=60)
@given(st.lists(world, min_size=2, max_size=4), st.data())
def test_no_cell_of_two_editions_differs_by_a_few(worlds, data):
    told = lived(worlds, [data.draw(cut) for _each in worlds])
    for (before, columns), (after, _later) in combinations(told, 2):
        for names in choices(columns):
            assert all(len(who) >= K for who in differing(before, after, names).values())
            for said in (lambda one: 0, lambda one: one[0], lambda one: one[1], lambda one: one[2]):
                # As a grant for one column alone has it.
                one, other = (
                    [(row[0], row[1], said(row), row[3]) for row in rows] for rows in (before, after)
                )
                alone_ = differing_in(one, other, names)
                assert all(len(who) >= K for who in alone_.values())


@settings(max_examples=60)
@given(st.lists(world, min_size=2, max_size=3), st.integers(0, 13), st.none() | person, st.data())
def test_two_worlds_that_differ_in_one_person_tell_the_same_unless_enough_changed_beside_him(
    worlds, who, otherwise, data
):
    cuts = [data.draw(cut) for _each in worlds]
    before = lived(worlds[:-1], cuts[:-1])
    held = before[-1][0]
    others = [one for one in worlds[-1] if one[3] != who]
    stayed = others + [one for one in held if one[3] == who]
    changed = others + ([(*otherwise, who)] if otherwise else [])
    asked = tuple(sorted({name for _rows, names in before for name in names}))
    if all(len(beside) < K for beside in differing(held, changed, asked).values() if who in beside):
        assert figures(lived([*worlds[:-1], stayed], cuts)) == figures(lived([*worlds[:-1], changed], cuts))


def test_what_one_person_undoes_decides_nothing_elsewhere():
    """With his undoing the total would differ from the first edition by two, without it by three."""

    def at(*changed: int) -> World:
        return [("x" if n == 0 else "y", "1", int(n in changed), n) for n in range(8)]

    cuts = [(), ("a",), ("a",)]
    stayed, undone = (lived([at(), at(0, 1, 2), last], cuts) for last in (at(0, 3, 4), at(3, 4)))
    assert len(stayed) == 3
    assert figures(stayed) == figures(undone)


@settings(max_examples=30)
@given(people, st.integers(1, 4), cut)
def test_enough_that_change_together_are_told(known, more, names):
    full = [(*(told or ("x", "1", 0)), n) for n, told in known.items()]
    after = [(a, b, v + more, n) for a, b, v, n in full]
    sizes = Counter(cell(one, names) for one in full)
    there = [new if sizes[cell(old, names)] >= K else old for old, new in zip(full, after, strict=True)]
    assert lived([full, after], [names, names])[-1][0] == sorted(there)


# --- the same through the door ---


def files(count: int, *, left_out: tuple[int, ...] = ()) -> None:
    spec = exchange.resource("health_files")
    rows = [
        {f.name: None for f in spec.fields}
        | {"file_no": f"JK{n:04d}", "name": f"秘密{n}", "id_number": f"2101021960010{n:05d}", "sex": "12"[n % 2]}
        for n in range(count) if n not in left_out
    ]  # fmt: skip
    layout = pa.schema([(f.name, pa.date32() if f.kind == "date" else pa.string()) for f in spec.fields])
    exchange.publish_table("health_files", pa.Table.from_pylist(rows, schema=layout))


def by_sex() -> dict[str, int]:
    sql = "SELECT sex, count(*) AS n FROM raw.health_files GROUP BY sex"
    return {one["sex"]: one["n"] for one in ask(sql, HE, purpose=PURPOSE).table.to_pylist()}


@pytest.fixture
def figured(db, monkeypatch):
    """Forty files, twenty of either sex; a new edition may come with each delivery."""
    monkeypatch.setattr(editions, "EVERY", timedelta(0))
    files(40)
    granted(exchange.Terms(smallest_group=5), columns=("name", "sex"), plain=(), aggregate_only=True)
    assert by_sex() == {"1": 20, "2": 20}


def test_one_person_more_is_not_told_by_the_difference(figured):
    files(41)
    assert by_sex() == {"1": 20, "2": 20}
    assert ask("SELECT count(*) AS n FROM raw.health_files", HE, purpose=PURPOSE).table.to_pylist() == [
        {"n": 40}
    ]


def test_what_enough_have_changed_is_told_and_the_rest_waits(figured):
    files(50, left_out=(41, 43, 45))  # 5 more of one sex, 2 of the other
    assert by_sex() == {"1": 25, "2": 20}
    made = events(kind="exchange.EditionMade")[0].data
    assert (made["number"], made["moved"], made["held"]) == (2, 1, 1)


def test_a_renewed_grant_goes_on_where_the_old_one_stood(figured):
    granted(exchange.Terms(smallest_group=5), columns=("name", "sex"), plain=(), aggregate_only=True)
    files(41)
    assert by_sex() == {"1": 20, "2": 20}


def test_two_grants_for_other_columns_do_not_tell_one_person_by_their_difference(figured):
    other = "核对建档完整率"
    granted(
        exchange.Terms(smallest_group=5), columns=("sex", "updated_on"), plain=(), aggregate_only=True, purpose=other
    )  # fmt: skip
    files(41)
    sql = "SELECT sex, count(*) AS n, count(updated_on) AS dated FROM raw.health_files GROUP BY sex"
    told = {one["sex"]: one["n"] for one in ask(sql, HE, purpose=other).table.to_pylist()}
    assert told == by_sex() == {"1": 20, "2": 20}


def test_what_few_changed_in_one_column_does_not_ride_with_what_many_changed_in_another(figured, monkeypatch):
    files(40)
    spec = exchange.resource("health_files")
    table = lake.read("raw.health_files").read_all()
    rows = [{name: one[name] for name in (f.name for f in spec.fields)} for one in table.to_pylist()]
    for place, one in enumerate(rows):
        one["name"] = (
            None if place in (1, 3, 5, 7, 9, 11) else one["name"]
        )  # six of one sex: enough to be told
        one["sex"] = None if place == 13 else one["sex"]
    layout = pa.schema([(f.name, pa.date32() if f.kind == "date" else pa.string()) for f in spec.fields])
    exchange.publish_table("health_files", pa.Table.from_pylist(rows, schema=layout))
    sql = "SELECT count(*) AS n, count(name) AS named, count(sex) AS sexed FROM raw.health_files"
    assert ask(sql, HE, purpose=PURPOSE).table.to_pylist() == [{"n": 40, "named": 40, "sexed": 40}]


def test_editions_that_nobody_asks_for_grow_old(figured):
    [book] = (home() / "statistics" / "health_files").glob("*/book.json")
    assert editions.sweep() == 0
    year = time.time() - editions.UNASKED.total_seconds() - 60
    os.utime(book, (year, year))
    assert editions.sweep(dry_run=True) == 1
    assert book.exists()
    assert editions.sweep() == 1
    assert not book.parent.exists()
    assert by_sex() == {"1": 20, "2": 20}


def test_a_number_of_a_persons_own_is_in_no_edition(figured):
    [rows] = kept().values()
    assert "JK0007" not in json.dumps(rows, default=str)


def test_a_new_edition_takes_its_time(figured, monkeypatch):
    monkeypatch.setattr(editions, "EVERY", timedelta(days=1))
    files(60)
    assert by_sex() == {"1": 20, "2": 20}
    monkeypatch.setattr(editions, "EVERY", timedelta(0))
    assert by_sex() == {"1": 30, "2": 30}


def test_while_another_makes_the_next_edition_the_one_that_stands_answers(figured):
    [book] = (home() / "statistics" / "health_files").glob("*/book.json")
    files(60)
    with alone(book.parent / ".lock"):
        assert by_sex() == {"1": 20, "2": 20}
    assert by_sex() == {"1": 30, "2": 30}


def test_nobody_waits_for_ever_for_an_edition_that_another_makes(figured, monkeypatch):
    monkeypatch.setattr(editions, "LONGEST", 0.0)
    [book] = (home() / "statistics" / "health_files").glob("*/book.json")
    book.unlink()  # the first one is being made
    with alone(book.parent / ".lock"), pytest.raises(lake.QuestionTooLong, match="还在准备"):
        by_sex()


def test_an_edition_that_cannot_be_made_is_a_question_that_failed_and_quotes_nothing(figured):
    [path] = (home() / "statistics" / "health_files").glob("*/1.parquet")
    path.write_bytes(b"PAR1 no more rows PAR1")
    files(60)
    with pytest.raises(lake.QuestionFailed) as failed:
        by_sex()
    assert "parquet" not in str(failed.value).lower()


def test_a_receipt_of_figures_discloses_nobody_and_names_the_version_told(figured):
    part = events(kind="exchange.QuestionAsked")[0].data["signed"]["document"]["reads"][0]
    assert (part["rule"], part["set"]) == ("cells", "")
    assert part["tables"]["raw.health_files"]["version"] == lake.version("raw.health_files")


def kept() -> dict[str, Any]:
    [place] = (home() / "statistics" / "health_files").glob("*/book.json")
    return {path.name: pq.read_table(path).to_pylist() for path in place.parent.glob("[0-9]*.parquet")}


def test_of_persons_an_edition_keeps_a_key_and_that_there_was_a_name(figured):
    [rows] = kept().values()
    assert "秘密" not in json.dumps(rows, ensure_ascii=False)
    assert {one["name"] for one in rows} == {"*"}


@pytest.mark.django_db(transaction=True)
def test_whoever_is_erased_has_no_key_left_and_his_going_is_not_told(transactional_db, monkeypatch):
    monkeypatch.setattr(editions, "EVERY", timedelta(0))
    files(40)
    granted(exchange.Terms(smallest_group=5), columns=("name", "sex"), plain=(), aggregate_only=True)
    by_sex()
    before = {one["__n0"] for one in kept()["1.parquet"]}
    files(40, left_out=(7,))
    act(publish)(exchange.RowsErased(resource="health_files", rows=1, rule="试"))
    seal()
    deliver_news()
    after = {one["__n0"] for one in kept()["1.parquet"]}
    assert (len(before - after), len(after - before)) == (1, 1)
    assert by_sex() == {"1": 20, "2": 20}


def test_a_kill_while_an_edition_is_made_leaves_the_one_before(figured, monkeypatch):
    files(60)

    def killed(*_all: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Book, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            by_sex()
    assert by_sex() == {"1": 30, "2": 30}
