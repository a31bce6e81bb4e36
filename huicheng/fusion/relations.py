"""What ties the registers together: who lives where, with whom, works for, speaks for and owns what. Each tie says on what
evidence it stands and which row of which delivery said so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huicheng.fusion.firms.rows import organisations
from huicheng.fusion.linking.keys import Flags, Ints, Keys, mix
from huicheng.fusion.linking.words import read_words
from huicheng.fusion.people.rows import first17
from huicheng.fusion.places import majority, told
from huicheng.fusion.register import Register

NAMES = (
    "none",
    "id_number",
    "id_number_other_name",
    "name_and_home",
    "name_and_work",
    "credit_code",
    "firm_name",
    "address",
    "household_no",
)
# How often ties on this evidence were right in the benchmark city (docs/accuracy.md), rounded down; a title may name
# an owner who has sold since, and an address a home left since.
CONFIDENCE = {
    ("employed_by", "credit_code"): 0.99,
    ("employed_by", "firm_name"): 0.99,
    ("legal_representative_of", "id_number"): 0.99,
    ("legal_representative_of", "id_number_other_name"): 0.9,
    ("legal_representative_of", "name_and_home"): 0.95,
    ("legal_representative_of", "name_and_work"): 0.9,
    ("lives_in", "address"): 0.92,
    ("member_of_household", "household_no"): 0.99,
    ("owns", "id_number"): 0.93,
    ("owns", "id_number_other_name"): 0.9,
    ("owns", "name_and_home"): 0.99,
}
RELATIONS = pa.schema(
    [
        ("base_id", pa.string()),
        ("relation", pa.string()),
        ("other_kind", pa.string()),
        ("other_id", pa.string()),
        ("evidence", pa.string()),
        ("confidence", pa.float64()),
        ("department", pa.string()),
        ("resource", pa.string()),
        ("delivery", pa.string()),
        ("row", pa.int64()),
        ("as_of", pa.date32()),
    ]
)


@dataclass(frozen=True)
class Ties:
    """One relation. `teller` is the register whose entities told it, one place each: `to` whom (-1: nobody), on what
    `evidence`, and in which `row` of the teller's standard table."""

    relation: str
    teller: Register
    other: Register
    to: Ints
    evidence: NDArray[np.int8]
    row: Ints

    @property
    def others(self) -> Any:
        """Ids of those tied to, for every entity of the teller."""
        return self.other.id_of(self.to)


def _ties(relation: str, teller: Register, other: Register, *ways: tuple[str, Ints, str]) -> Ties:
    """The first way that leads to somebody; each is (evidence, to whom or -1, the field that said so)."""
    to, row = np.full(teller.count, -1), np.full(teller.count, -1)
    evidence = np.zeros(teller.count, np.int8)
    for name, found, field in ways:
        fresh = (to < 0) & (found >= 0)
        to[fresh], row[fresh], evidence[fresh] = found[fresh], teller.won[field][fresh], NAMES.index(name)
    return Ties(relation, teller, other, to, evidence, row)


def employers(people: Register, firms: Register) -> Ties:
    """By the employer's organisation code; else by its whole name, where only one firm bears it."""
    codes, names = people.pick("employer_code"), people.pick("employer_name")
    wanted = organisations(codes, codes)[0].astype(np.uint64)
    found = told(wanted, _index(firms.links.codes.astype(np.uint64), np.arange(1, firms.count + 1)))
    given, mine = _keys(names, firms.standard.column("name"))
    by_name = told(given, majority(mine, firms.links.entity + 1, least=1.0))
    return _ties(
        "employed_by",
        people,
        firms,
        ("credit_code", found - 1, "employer_code"),
        ("firm_name", by_name - 1, "employer_name"),
    )


def homes(people: Register, houses: Register) -> Ties:
    """The dwelling that the resident's address leads to, door by door."""
    standing = houses.standard.places
    assert standing is not None
    known = majority(standing.flat, houses.links.entity + 1, least=1.0)
    return _ties("lives_in", people, houses, ("address", told(_flats(people), known) - 1, "address"))


def owners(houses: Register, people: Register) -> Ties:
    """By the owner's number; else by name and home, where one resident of that name lives in the house."""
    by_number = _by_number(houses, people, "owner_id", "owner_name")
    at_home = _by_name_and_home(houses, people, "owner_name")
    return _ties("owns", houses, people, *by_number, ("name_and_home", at_home, "owner_name"))


def representatives(firms: Register, people: Register, employed: Ties) -> Ties:
    """By number; else by name, where one person of that name works for the firm or lives at its address."""
    by_number = _by_number(firms, people, "legal_person_id", "legal_person")
    name, theirs = _keys(firms.pick("legal_person"), people.pick("name"))
    staff = majority(mix(theirs, employed.to + 1), np.arange(1, people.count + 1), least=1.0)
    at_work = told(mix(name, np.arange(1, firms.count + 1)), staff) - 1
    at_home = _by_name_and_home(firms, people, "legal_person")
    return _ties(
        "legal_representative_of",
        firms,
        people,
        *by_number,
        ("name_and_work", at_work, "legal_person"),
        ("name_and_home", at_home, "legal_person"),
    )


def _by_number(teller: Register, people: Register, number: str, name: str) -> Iterator[tuple[str, Ints, str]]:
    """A number that leads to somebody of another name is kept apart: one of the two is mistyped, or a name was changed."""
    wanted = first17(teller.pick(number)).astype(np.uint64)
    known = _index(people.links.codes.astype(np.uint64), np.arange(1, people.count + 1))
    found = told(wanted, known) - 1
    words, at = read_words(pa.concat_arrays([teller.pick(name), people.pick("name")]))
    sound = words.sound_key[at]
    theirs = sound[teller.count :][np.maximum(found, 0)] if people.count else sound[: teller.count]
    other: Flags = (sound[: teller.count] != 0) & (theirs != 0) & (sound[: teller.count] != theirs)
    yield "id_number", np.where(other, -1, found), number
    yield "id_number_other_name", np.where(other, found, -1), number


def _by_name_and_home(teller: Register, people: Register, name: str) -> Ints:
    mine, residents = _keys(teller.pick(name), people.standard.column("name"))
    places = people.standard.places
    assert places is not None
    there = majority(mix(residents, places.flat), people.links.entity + 1, least=1.0)
    return np.asarray(told(mix(mine, _flats(teller)), there) - 1)


@dataclass(frozen=True)
class Tied:
    """All ties of one run; None where one of the two registers was not made."""

    employed: Ties | None
    homes: Ties | None
    owned: Ties | None
    led: Ties | None


def tie(people: Register | None, firms: Register | None, houses: Register | None) -> Tied:
    employed = employers(people, firms) if people and firms else None
    return Tied(
        employed,
        homes(people, houses) if people and houses else None,
        owners(houses, people) if people and houses else None,
        representatives(firms, people, employed) if people and firms and employed else None,
    )


def relation_rows(people: Register, tied: Tied) -> Iterator[pa.RecordBatch]:
    """Every tie as a row of `base.relations`, seen from the person."""
    for ties in (tied.homes, tied.employed, tied.led, tied.owned):
        if ties is not None:
            place = np.flatnonzero(ties.to >= 0)
            mine, theirs = ties.teller.id_of(place), ties.other.id_of(ties.to[place])
            told_by_person = ties.teller is people
            person, other = (mine, theirs) if told_by_person else (theirs, mine)
            yield _rows(ties, place, person, (ties.other if told_by_person else ties.teller).kind, other)
    yield _households(people)


def _households(people: Register) -> pa.RecordBatch:
    """Those who stand in one household book share its number."""
    number = people.pick("household_no")
    place = np.flatnonzero(number.is_valid().to_numpy(zero_copy_only=False))
    evidence = np.full(people.count, NAMES.index("household_no"), np.int8)
    ties = Ties("member_of_household", people, people, place, evidence, people.won["household_no"])
    return _rows(ties, place, people.id_of(place), "households", number.take(pa.array(place)))


def _rows(ties: Ties, place: Ints, person: Any, other_kind: str, other: Any) -> pa.RecordBatch:
    standard, row = ties.teller.standard, ties.row[place]
    source, at, size = standard.source[row], pa.array(row), len(place)
    worth = np.array([CONFIDENCE.get((ties.relation, name), 0.0) for name in NAMES])[ties.evidence[place]]
    resources = [one.resource for one in standard.origins]
    departments = [one.department for one in standard.origins]
    columns = {
        "base_id": person,
        "relation": pa.repeat(pa.scalar(ties.relation), size),
        "other_kind": pa.repeat(pa.scalar(other_kind), size),
        "other_id": other,
        "evidence": pa.array(NAMES).take(pa.array(ties.evidence[place])),
        "confidence": pa.array(np.round(worth * ties.teller.links.score[row], 4).astype(np.float64)),
        "department": pa.array(departments, pa.string()).take(pa.array(source)),
        "resource": pa.array(resources, pa.string()).take(pa.array(source)),
        "delivery": standard.column("delivery").take(at),
        "row": standard.column("row").take(at),
        "as_of": standard.column("as_of").take(at),
    }
    return pa.RecordBatch.from_pydict(columns, RELATIONS)


def _flats(register: Register) -> Keys:
    """The flat of the address that won, 0 where it does not reach so far."""
    places = register.standard.places
    assert places is not None
    won = register.won["address"]
    reached = places.flat[np.maximum(won, 0)] if len(places.flat) else won
    return np.where(won >= 0, reached, 0).astype(np.uint64)


def _index(keys: Keys, values: Ints) -> tuple[Keys, Ints]:
    order = np.argsort(keys, kind="stable")
    return keys[order], values[order]


def _keys(left: Any, right: Any) -> tuple[Keys, Keys]:
    """Keys of two columns of names, comparable with each other."""
    words, number = read_words(pa.concat_arrays([left, right]))
    keys = words.text_key[number]
    return keys[: len(left)], keys[len(left) :]
