"""What the registers know of a person's ties: who shares the household, which dwellings and firms are whose.

Only for the person: the others' names are masked, and their numbers never leave the register. Those who share a
household book know each other; so looking at one's own household is noted as reading oneself, not each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop

from huicheng.bases import records
from huicheng.bases.records import FieldValue, RecordRead
from huicheng.ground.api import Actor
from huicheng.lake import api as lake

HERE = Path(__file__).parent
# Of a dwelling or a firm the holder sees everything but other people.
OTHER_PEOPLE = {"owner_name", "owner_id", "legal_person", "legal_person_id", "phone"}
NOT_ONESELF = gettext_noop("不是本人")


@dataclass(frozen=True)
class Relative:
    """Somebody of the same household, as the household book calls them; ``oneself`` marks the reader."""

    name: str
    relation: str
    sex: str
    oneself: bool


@dataclass(frozen=True)
class Tied:
    """A dwelling or a firm. ``ties`` says how: owner, home, employer, legal_person."""

    base_id: str
    ties: tuple[str, ...]
    fields: Sequence[FieldValue]


@dataclass(frozen=True)
class Relations:
    household: Sequence[Relative] = ()
    homes: Sequence[Tied] = ()
    firms: Sequence[Tied] = field(default=())


def relations(base_id: str, *, actor: Actor, purpose: str) -> Relations:
    """One's own ties; anybody else is refused, and the refusal stands in the log of whom it was about."""
    if actor.kind != "resident" or actor.person != base_id:
        records.refuse(actor, f"person:{base_id}"[:120], purpose, NOT_ONESELF)
    person = _one("people/one.sql", base_id=base_id)
    if person is None:
        return Relations()
    records.note(
        actor,
        RecordRead(subject=f"person:{base_id}", purpose=purpose[:200], masked=False, what="relations"),
    )
    return Relations(_household(person), _homes(person), _firms(person))


def _rows(file: str, **params: Any) -> list[dict[str, Any]]:
    try:
        return lake.ask(HERE / file, params).table.to_pylist()
    except lake.NoSuchTable:
        return []


def _one(file: str, **params: Any) -> dict[str, Any] | None:
    return next(iter(_rows(file, **params)), None)


def _household(person: dict[str, Any]) -> list[Relative]:
    if not person.get("household_no"):
        return []
    members = _rows("people/household.sql", base_id=person["base_id"])
    return [_relative(one, person["base_id"]) for one in members] if len(members) > 1 else []


def _relative(member: dict[str, Any], base_id: str) -> Relative:
    said = _rows("people/one_fields.sql", base_id=member["base_id"])
    relation = next((one["value"] for one in said if one["field"] == "relation" and one["chosen"]), "")
    return Relative(member["name"] or "", relation or "", member["sex"] or "", member["base_id"] == base_id)


def _homes(person: dict[str, Any]) -> list[Tied]:
    ties: dict[str, list[str]] = {}
    if person.get("home_id"):
        ties[person["home_id"]] = ["home"]
    for row in _rows("houses/owned_by.sql", base_id=person["base_id"]):
        ties.setdefault(row["base_id"], []).append("owner")
    return [_tied("houses", base_id, how) for base_id, how in ties.items()]


def _firms(person: dict[str, Any]) -> list[Tied]:
    ties: dict[str, list[str]] = {}
    if person.get("employer_id"):
        ties[person["employer_id"]] = ["employer"]
    for row in _rows("firms/led_by.sql", id_number=person.get("id_number") or ""):
        ties.setdefault(row["base_id"], []).append("legal_person")
    return [_tied("firms", base_id, how) for base_id, how in ties.items()]


def _tied(kind: str, base_id: str, ties: list[str]) -> Tied:
    rows = _rows(f"{kind}/one_fields.sql", base_id=base_id)
    names = FieldValue.__dataclass_fields__
    values = [FieldValue(**{name: row[name] for name in names}) for row in rows]
    return Tied(base_id, tuple(ties), [one for one in values if one.field not in OTHER_PEOPLE])
