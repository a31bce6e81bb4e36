"""A few residents worth logging in as: always the same ones in the same city."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

Person = dict[str, Any]
CHILD_AGES, PENSION_AGE, TODAY = range(7, 15), 64, date(2025, 6, 30)


@dataclass(frozen=True)
class Sample:
    """`why` says what is interesting; `person` is the truth about them; `family` those they stand for."""

    why: str
    person: Person
    family: tuple[Person, ...] = ()
    firm: Person | None = None


def sample(folder: Path, count: int) -> list[Sample]:
    people = pq.ParquetFile(folder / "truth" / "people.parquet").read_row_group(0).to_pylist()
    firms = pq.ParquetFile(folder / "truth" / "firms.parquet").read_row_group(0).to_pylist()
    present = [person for person in people if person["status"] == "正常"]
    known = {person["person_id"]: person for person in present}
    kinds = (
        _parents(present, known),
        _pensioners(present),
        _twins(present, known),
        _owners(firms, known),
        _newcomers(present),
        [Sample("居民", person) for person in present if _age(person) >= 18],
    )
    chosen: dict[int, Sample] = {}
    for turn in range(count):
        for found in (*kinds[turn % len(kinds) :], *kinds):
            new = next((one for one in found if one.person["person_id"] not in chosen), None)
            if new is not None:
                chosen[new.person["person_id"]] = new
                break
    return list(chosen.values())


def _age(person: Person) -> int:
    born: date = person["birth_date"]
    return TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))


def _where(people: list[Person], why: str, wanted: Callable[[Person], bool]) -> list[Sample]:
    return [Sample(why, person) for person in people if wanted(person)]


def _parents(people: list[Person], known: dict[int, Person]) -> list[Sample]:
    children: dict[int, list[Person]] = {}
    for person in people:
        if person["guardian"] in known and _age(person) in CHILD_AGES:
            children.setdefault(person["guardian"], []).append(person)
    parents = [known[number] for number in children if known[number]["employer"] is not None]
    moved = sorted(parents, key=lambda parent: (parent["former_address"] is None, parent["person_id"]))
    return [Sample("有孩子的家长", parent, tuple(children[parent["person_id"]])) for parent in moved]


def _pensioners(people: list[Person]) -> list[Sample]:
    return _where(people, "退休老人", lambda person: PENSION_AGE <= _age(person) < 85)


def _twins(people: list[Person], known: dict[int, Person]) -> list[Sample]:
    twins = sorted(
        (person for person in people if person["twin"] in known), key=lambda twin: twin["birth_date"]
    )
    return [Sample("双胞胎", twin, (known[twin["twin"]],)) for twin in twins]


def _owners(firms: list[Person], known: dict[int, Person]) -> list[Sample]:
    return [
        Sample("企业法定代表人", known[firm["legal_person"]], firm=firm)
        for firm in firms
        if firm["legal_person"] in known and firm["status"] == "存续" and firm["parent"] is None
    ]


def _newcomers(people: list[Person]) -> list[Sample]:
    return _where(people, "外来少数民族居民", lambda person: "·" in person["name"] and _age(person) >= 18)
