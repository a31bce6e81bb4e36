"""The door of bases 基础库: reading the registers, one record at a time."""

from huicheng.bases.counting import Figures, figures
from huicheng.bases.firms.finding import search_firms
from huicheng.bases.people.finding import NowHeld, find_person, now_held, same_name
from huicheng.bases.people.naming import names_of
from huicheng.bases.records import (
    FieldValue,
    ReadRefused,
    Record,
    RecordRead,
    UnknownRecord,
    read_fields,
    read_record,
)
from huicheng.bases.relations import Relations, Relative, Tied, relations
from huicheng.ground.api import Actor

__all__ = [
    "FieldValue",
    "Figures",
    "NowHeld",
    "ReadRefused",
    "Record",
    "RecordRead",
    "Relations",
    "Relative",
    "Tied",
    "UnknownRecord",
    "figures",
    "find_person",
    "firm",
    "firm_fields",
    "house",
    "house_fields",
    "names_of",
    "now_held",
    "person",
    "person_fields",
    "relations",
    "same_name",
    "search_firms",
]


def person(base_id: str, *, actor: Actor, purpose: str) -> Record:
    return read_record("people", base_id, actor=actor, purpose=purpose)


def person_fields(base_id: str, *, actor: Actor, purpose: str) -> list[FieldValue]:
    return read_fields("people", base_id, actor=actor, purpose=purpose)


def firm(base_id: str, *, actor: Actor, purpose: str) -> Record:
    return read_record("firms", base_id, actor=actor, purpose=purpose)


def firm_fields(base_id: str, *, actor: Actor, purpose: str) -> list[FieldValue]:
    return read_fields("firms", base_id, actor=actor, purpose=purpose)


def house(base_id: str, *, actor: Actor, purpose: str) -> Record:
    return read_record("houses", base_id, actor=actor, purpose=purpose)


def house_fields(base_id: str, *, actor: Actor, purpose: str) -> list[FieldValue]:
    return read_fields("houses", base_id, actor=actor, purpose=purpose)
