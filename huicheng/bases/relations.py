"""What the registers know of a person's ties: who shares the household, which dwellings and firms are whose.

Only for the person: the others' names are masked, and their numbers never leave the register. Those who share a
household book know each other; so looking at one's own household is noted as reading oneself, not each of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext_noop

from huicheng.bases import records
from huicheng.bases.records import FieldValue, RecordRead
from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor
from huicheng.lake import api as lake

HERE = Path(__file__).parent
# Of a dwelling or a firm the holder sees everything but other people.
OTHER_PEOPLE = {"owner_name", "owner_id", "legal_person", "legal_person_id", "phone"}
NOT_ONESELF = gettext_noop("不是本人")
TIED = gettext_noop("本人的户、住处和单位")


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
    subject = f"person:{base_id}"[:120]
    if actor.kind != "resident" or actor.person != base_id:
        records.refuse(actor, subject, purpose, NOT_ONESELF)
    decision = exchange.decide(exchange.resource("base.relations"), actor, purpose)
    if not decision.allowed:
        records.refuse(actor, subject, purpose, decision.reason)
    look = _Look(actor, purpose)
    person = look.person(base_id)
    if person is None:
        return Relations()
    found = Relations(_household(look, person), _homes(look, person), _firms(look, person))
    signed = exchange.signed_records(look.found, actor=actor, purpose=purpose)
    read = RecordRead(subject=subject, purpose=purpose[:200], masked=False, what="relations", signed=signed)
    records.note(actor, read)
    return found


@dataclass
class _Look:
    """What one person reads of each register, decided table by table, and all that he read, for the receipt."""

    actor: Actor
    purpose: str
    found: list[tuple[Path, lake.Answer, exchange.Admitted]] = field(default_factory=list)

    def person(self, base_id: str) -> dict[str, Any] | None:
        own = exchange.decide(exchange.resource("base.people"), self.actor, self.purpose)
        return next(iter(self.rows("people/one.sql", "base.people", own, base_id=base_id)), None)

    def rows(self, file: str, code: str, decision: exchange.Decision, **params: Any) -> list[dict[str, Any]]:
        spec, sql = exchange.resource(code), HERE / file
        mounts = {spec.table: exchange.mount_of(spec, decision)}
        try:
            answer = lake.ask(sql, params, mounts=mounts)
        except lake.NoSuchTable:
            return []
        self.found.append((sql, answer, exchange.Admitted(spec, decision)))
        return answer.table.to_pylist()

    def values(self, kind: str, base_id: str, where: str) -> list[FieldValue]:
        """Where each value comes from, of the fields that ``where`` leaves."""
        names = FieldValue.__dataclass_fields__
        sight = _sight(("base_id", *names), f"base_id = {lake.literal(base_id)} AND {where}")
        rows = self.rows(f"{kind}/one_fields.sql", f"base.{kind}_fields", sight, base_id=base_id)
        return [FieldValue(**{name: row[name] for name in names}) for row in rows]


def _sight(columns: Iterable[str], where: str, *, masked: Iterable[str] = ()) -> exchange.Decision:
    """Of what is tied to oneself: these columns, and no row of anything else."""
    shown: dict[str, Literal["plain", "masked"]] = dict.fromkeys(columns, "plain")
    shown.update(dict.fromkeys(masked, "masked"))
    return exchange.Decision(shown, TIED, where)


def _household(look: _Look, person: dict[str, Any]) -> list[Relative]:
    if not person.get("household_no"):
        return []
    book = f"household_no = {lake.literal(person['household_no'])}"
    sight = _sight(("base_id", "sex", "household_no", "status", "birth_date"), book, masked=("name",))
    members = look.rows("people/household.sql", "base.people", sight, base_id=person["base_id"])
    return [_relative(look, one, person["base_id"]) for one in members] if len(members) > 1 else []


def _relative(look: _Look, member: dict[str, Any], base_id: str) -> Relative:
    said = look.values("people", member["base_id"], "field = 'relation'")
    relation = next((one.value for one in said if one.chosen), "")
    return Relative(member["name"] or "", relation or "", member["sex"] or "", member["base_id"] == base_id)


def _homes(look: _Look, person: dict[str, Any]) -> list[Tied]:
    ties: dict[str, list[str]] = {}
    if person.get("home_id"):
        ties[person["home_id"]] = ["home"]
    me = person["base_id"]
    sight = _sight(("base_id", "owner_person"), f"owner_person = {lake.literal(me)}")
    for row in look.rows("houses/owned_by.sql", "base.houses", sight, base_id=me):
        ties.setdefault(row["base_id"], []).append("owner")
    return [_tied(look, "houses", base_id, how) for base_id, how in ties.items()]


def _firms(look: _Look, person: dict[str, Any]) -> list[Tied]:
    ties: dict[str, list[str]] = {}
    if person.get("employer_id"):
        ties[person["employer_id"]] = ["employer"]
    if number := person.get("id_number"):
        sight = _sight(("base_id", "legal_person_id"), f"legal_person_id = {lake.literal(number)}")
        for row in look.rows("firms/led_by.sql", "base.firms", sight, id_number=number):
            ties.setdefault(row["base_id"], []).append("legal_person")
    return [_tied(look, "firms", base_id, how) for base_id, how in ties.items()]


def _tied(look: _Look, kind: str, base_id: str, ties: list[str]) -> Tied:
    others = ", ".join(map(lake.literal, sorted(OTHER_PEOPLE)))
    return Tied(base_id, tuple(ties), look.values(kind, base_id, f"field NOT IN ({others})"))
