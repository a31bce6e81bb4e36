"""The columns of the three registers, and what ties them together: who works where, who owns what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huicheng.fusion.firms.rows import organisations
from huicheng.fusion.linking.keys import Flags, Ints, Keys, mix
from huicheng.fusion.linking.linking import Links
from huicheng.fusion.linking.words import read_words
from huicheng.fusion.people.record import soundness
from huicheng.fusion.people.rows import first17
from huicheng.fusion.places import Communities, majority, told
from huicheng.fusion.register import Register, common_columns
from huicheng.fusion.standardising import Standard
from huicheng.fusion.standards import flat
from huicheng.fusion.surviving import take

PERSON = (
    "id_number",
    "name",
    "sex",
    "birth_date",
    "ethnicity",
    "address",
    "phone",
    "household_no",
    "marital",
    "status",
    "school",
)
# Kept with their origin for the resident to see, though the register has no column for them.
ASIDE = ("relation", "employer_code", "employer_name", "partner_name", "grade", "blood_type")
FIRM = (
    "credit_code",
    "name",
    "registered_on",
    "kind",
    "capital_yuan",
    "scope",
    "address",
    "legal_person",
    "legal_person_id",
    "status",
    "industry",
    "members",
)
HOUSE = ("house_code", "address", "area", "use", "built_year", "owner_name", "lng", "lat", "residents")
DOORS = ("road", "number", "building", "unit", "room")
Trust = tuple[Mapping[str, Flags], Mapping[str, NDArray[Any]]]


def fields_of(standard: Standard) -> dict[str, Any]:
    """What the register decides on, field by field."""
    if standard.kind == "people":
        return {name: standard.column(name) for name in (*PERSON, *ASIDE)}
    names = FIRM if standard.kind == "firms" else (*HOUSE, "owner_id")
    return {name: standard.column(name) for name in names}


def trust_of(standard: Standard, links: Links) -> Trust:
    places = standard.places
    assert places is not None
    if standard.kind == "people":
        return soundness(standard, links)
    if standard.kind == "houses":
        return {"address": places.flat != 0}, {"address": (places.compound != 0).astype(np.int64)}
    code = organisations(standard.raw["credit_code"], standard.column("credit_code"))[0]
    own = links.codes[np.maximum(links.entity, 0)] if len(links.codes) else code
    return {"address": places.site != 0, "credit_code": code == own}, {}


def _where(register: Register, communities: Communities) -> dict[str, Any]:
    """Codes of district, street and community of the address that won."""
    places = register.standard.places
    assert places is not None
    won = register.won["address"]
    at = np.maximum(won, 0)
    district = np.where(won >= 0, places.district[at], 0) if len(places.district) else won
    community = communities.code(places.community)[at] if len(places.community) else won
    community = np.where(won >= 0, community, 0)
    return {"district": _code(district), "street": _code(community // 1000), "community": _code(community)}


def _code(numbers: Ints) -> Any:
    return pa.array(numbers, pa.int64(), mask=numbers <= 0).cast(pa.string())


def people_table(
    people: Register, firms: Register | None, houses: Register | None, communities: Communities
) -> pa.Table:
    columns = {
        "base_id": people.base_ids,
        **{name: people.pick(name) for name in PERSON},
        **_where(people, communities),
    }
    columns["employer_id"] = employers(people, firms)
    columns["home_id"] = homes(people, houses)
    return pa.table({**columns, **common_columns(people)})


def firms_table(firms: Register, communities: Communities) -> pa.Table:
    columns = {"base_id": firms.base_ids, **{name: firms.pick(name) for name in FIRM}}
    columns["district"] = _where(firms, communities)["district"]
    return pa.table({**columns, **common_columns(firms)})


def houses_table(houses: Register, people: Register | None, communities: Communities) -> pa.Table:
    columns = {
        "base_id": houses.base_ids,
        **{name: houses.pick(name) for name in HOUSE},
        **_where(houses, communities),
    }
    parts = houses.standard.parts
    for name in DOORS:
        columns[name] = take(flat(parts[name]), houses.won["address"])
    columns["owner_person"] = owners(houses, people)
    return pa.table({**columns, **common_columns(houses)})


def employers(people: Register, firms: Register | None) -> Any:
    """By the employer's organisation code; else by its whole name, where only one firm bears it."""
    if firms is None or not people.count:
        return pa.nulls(people.count, pa.string())
    codes, names = people.pick("employer_code"), people.pick("employer_name")
    wanted = organisations(codes, codes)[0].astype(np.uint64)
    known = firms.links.codes.astype(np.uint64)
    found = told(wanted, _index(known, np.arange(1, firms.count + 1)))
    given, mine = _keys(names, firms.standard.column("name"))
    by_name = told(given, majority(mine, firms.links.entity + 1, least=1.0))
    return firms.id_of(np.where(found > 0, found, by_name) - 1)


def homes(people: Register, houses: Register | None) -> Any:
    """The dwelling that the resident's address leads to, door by door."""
    if houses is None or not people.count:
        return pa.nulls(people.count, pa.string())
    standing = houses.standard.places
    assert standing is not None
    known = majority(standing.flat, houses.links.entity + 1, least=1.0)
    return houses.id_of(told(_flats(people), known) - 1)


def _flats(register: Register) -> Keys:
    """The flat of the address that won, 0 where it does not reach so far."""
    places = register.standard.places
    assert places is not None
    won = register.won["address"]
    reached = places.flat[np.maximum(won, 0)] if len(places.flat) else won
    return np.where(won >= 0, reached, 0).astype(np.uint64)


def owners(houses: Register, people: Register | None) -> Any:
    """By the owner's number; else by name and home, where a resident of that name lives in the house."""
    if people is None or not houses.count:
        return pa.nulls(houses.count, pa.string())
    number = first17(houses.pick("owner_id")).astype(np.uint64)
    found = told(number, _index(people.links.codes.astype(np.uint64), np.arange(1, people.count + 1)))
    name, residents = _keys(houses.pick("owner_name"), people.standard.column("name"))
    there = people.standard.places
    assert there is not None
    at_home = told(
        mix(name, _flats(houses)), majority(mix(residents, there.flat), people.links.entity + 1, least=1.0)
    )
    return people.id_of(np.where(found > 0, found, at_home) - 1)


def _index(keys: Keys, values: Ints) -> tuple[Keys, Ints]:
    order = np.argsort(keys, kind="stable")
    return keys[order], values[order]


def _keys(left: Any, right: Any) -> tuple[Keys, Keys]:
    """Keys of two columns of names, comparable with each other."""
    words, number = read_words(pa.concat_arrays([left, right]))
    keys = words.text_key[number]
    return keys[: len(left)], keys[len(left) :]
