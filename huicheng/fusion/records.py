"""The columns of the three registers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huicheng.fusion.firms.rows import organisations
from huicheng.fusion.linking.keys import Flags, Ints
from huicheng.fusion.linking.linking import Links
from huicheng.fusion.people.record import soundness
from huicheng.fusion.places import Communities
from huicheng.fusion.register import Register, common_columns
from huicheng.fusion.relations import Ties
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
    people: Register, communities: Communities, employed: Ties | None, homes: Ties | None
) -> pa.Table:
    columns = {
        "base_id": people.base_ids,
        **{name: people.pick(name) for name in PERSON},
        **_where(people, communities),
    }
    columns["employer_id"] = _others(people, employed)
    columns["home_id"] = _others(people, homes)
    return pa.table({**columns, **common_columns(people)})


def firms_table(firms: Register, communities: Communities, led: Ties | None) -> pa.Table:
    columns = {"base_id": firms.base_ids, **{name: firms.pick(name) for name in FIRM}}
    columns["district"] = _where(firms, communities)["district"]
    columns["representative_id"] = _others(firms, led)
    return pa.table({**columns, **common_columns(firms)})


def houses_table(houses: Register, communities: Communities, owned: Ties | None) -> pa.Table:
    columns = {
        "base_id": houses.base_ids,
        **{name: houses.pick(name) for name in HOUSE},
        **_where(houses, communities),
    }
    parts = houses.standard.parts
    for name in DOORS:
        columns[name] = take(flat(parts[name]), houses.won["address"])
    columns["owner_person"] = _others(houses, owned)
    return pa.table({**columns, **common_columns(houses)})


def _others(register: Register, ties: Ties | None) -> Any:
    return pa.nulls(register.count, pa.string()) if ties is None else ties.others
