"""What the city holds about one resident, in sections: each value with who supplied it and who says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huicheng.bases import api as bases
from huicheng.codes import api as codes
from huicheng.exchange import api as exchange
from huicheng.fusion import api as fusion
from huicheng.ground.api import Actor, bureau, said
from huicheng.portals.citizen.contacts import contact_of
from huicheng.portals.look import api as look

COVERED = {"id_number", "phone", "guardian_phone"}
SEXES = {"1": gettext_noop("男"), "2": gettext_noop("女")}
# Facts that a department tells in a column called like another: 户籍地址 stands in the column for addresses.
ASIDE = {"registered_address", "guardian_phone", "tax_registered_on", "business_address"}
# Fields whose values are words of a closed list, to be said in the reader's language.
SPOKEN = {"marital", "status", "relation", "kind", "use", "blood_type", "industry"}


@dataclass(frozen=True)
class Version:
    """One department's record of a field."""

    department: str
    shown: str
    as_of: date | None


@dataclass(frozen=True)
class Held:
    """A field as the register has it; ``differs`` holds what other departments say."""

    name: str
    title: str
    value: str
    department: str
    as_of: date | None
    rule: str
    covered: str = ""
    differs: Sequence[Version] = ()
    delivered: date | None = None

    @property
    def contact(self) -> str:
        return contact_of(self.department)


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    icon: str
    fields: list[Held] = field(default_factory=list)
    note: str = ""

    @property
    def summary(self) -> str:
        who = _("、").join(dict.fromkeys(bureau(one.department) for one in self.fields))
        return _("%(count)s 项 · %(who)s") % {"count": len(self.fields), "who": who}


Titles = dict[str, str]


def plan() -> list[tuple[str, str, str, Titles]]:
    """By what happens in a life, not by department."""
    return [
        ("identity", _("身份"), "person", _identity()),
        ("home", _("居住"), "house", _home()),
        ("family", _("婚姻家庭"), "people", {"marital": _("婚姻状况"), "partner_name": _("配偶")}),
        ("school", _("上学"), "table", _school()),
        (
            "work",
            _("就业与社保"),
            "firm",
            {"employer_name": _("工作单位"), "employer_code": _("单位信用代码")},
        ),
        ("health", _("就医"), "shield", {"blood_type": _("血型")}),
    ]


def _identity() -> Titles:
    return {
        "name": _("姓名"), "id_number": _("公民身份号码"), "sex": _("性别"), "birth_date": _("出生日期"),
        "ethnicity": _("民族"), "status": _("户籍状态"),
    }  # fmt: skip


def _home() -> Titles:
    return {
        "address": _("现住址"), "registered_address": _("户籍地址"), "phone": _("联系电话"),
        "household_no": _("户号"), "relation": _("与户主关系"),
    }  # fmt: skip


def _school() -> Titles:
    return {"school": _("就读学校"), "grade": _("年级"), "guardian_phone": _("监护人电话")}


def sections(base_id: str, *, actor: Actor, purpose: str, home: str = "") -> list[Section]:
    """Only what is held: a section without a field is not there. ``home``: my dwelling's address in the register."""
    rows = bases.person_fields(base_id, actor=actor, purpose=purpose)
    made = [section("people", key, title, icon, titles, rows) for key, title, icon, titles in plan()]
    return [replace(one, fields=[_at_home(held, home) for held in one.fields]) for one in made if one.fields]


def _at_home(held: Held, home: str) -> Held:
    """A compound and a road number are two names of one door, as only the register of dwellings knows."""
    if held.name != "address" or not same_door(held.value, home):
        return held
    return replace(held, differs=[one for one in held.differs if not same_door(one.shown, home)])


def same_door(address: str, home: str) -> bool:
    """Does this address lead to the dwelling whose whole address is ``home``, by either of its names?"""
    one, whole = codes.parse_address(address), codes.parse_address(home)
    inside = [(part.building, part.unit, part.room) for part in (one, whole)]
    if not whole.room or inside[0] != inside[1]:
        return False
    by_road = bool(one.road) and (one.road, one.number) == (whole.road, whole.number)
    return by_road or (bool(one.compound) and one.compound == whole.compound)


def section(
    kind: str, key: str, title: str, icon: str, titles: Titles, rows: Iterable[bases.FieldValue]
) -> Section:  # fmt: skip
    by_fact: dict[str, list[bases.FieldValue]] = {}
    for row in rows:
        by_fact.setdefault(fusion.fact_of(row.resource, row.field), []).append(row)
    held = (_held(kind, name, words, by_fact.get(name, [])) for name, words in titles.items())
    return Section(key, title, icon, [one for one in held if one])


def _held(kind: str, name: str, title: str, rows: Sequence[bases.FieldValue]) -> Held | None:
    chosen = next((row for row in rows if row.chosen), None) or (_newest(rows) if name in ASIDE else None)
    if chosen is None or not chosen.value:
        return None
    return Held(
        name,
        title,
        value := words(name, chosen.value),
        chosen.department,
        chosen.as_of,
        "" if name in ASIDE else fusion.reason_of(kind, name),
        look.masked(value) if name in COVERED else "",
        _others(name, chosen, rows, kind=kind),
        _delivered(chosen.delivery),
    )


def _newest(rows: Sequence[bases.FieldValue]) -> bases.FieldValue | None:
    said = [row for row in rows if row.value]
    return max(said, key=lambda row: str(row.as_of or ""), default=None)


def _delivered(receipt: str) -> date | None:
    try:
        return exchange.receipt(receipt).at.date()
    except exchange.NoSuchReceipt:
        return None


def _others(
    name: str, chosen: bases.FieldValue, rows: Iterable[bases.FieldValue], *, kind: str = "people"
) -> list[Version]:
    """One line for each department and meaning that is not the chosen one's, newest first."""
    seen: dict[tuple[str, str], Version] = {}
    meant = fusion.meaning(kind, name, chosen.value or "")
    for row in sorted(rows, key=lambda row: str(row.as_of or ""), reverse=True):
        other = fusion.meaning(kind, name, row.value or "")
        if row.chosen or not other or other == meant:
            continue
        shown = words(name, row.value or "")
        shown = look.masked(shown) if name in COVERED else shown
        seen.setdefault((row.department, other), Version(row.department, shown, row.as_of))
    return list(seen.values())


def words(name: str, value: str) -> str:
    """Words for codes, units behind figures."""
    if name == "sex":
        return _(SEXES[value]) if value in SEXES else value
    if name in ("birth_date", "registered_on", "tax_registered_on"):
        return look.day(value)
    if name in SPOKEN:
        return said(value)
    return _measured(name, value)


def _measured(name: str, value: str) -> str:
    units: Mapping[str, str] = {
        "area": _("%(n)s 平方米"), "capital_yuan": _("%(n)s 元"), "members": _("%(n)s 人"),
        "built_year": _("%(n)s 年"),
    }  # fmt: skip
    if name not in units:
        return value
    try:
        figure = float(value)
    except ValueError:
        return value
    shown = str(int(figure)) if name == "built_year" else look.number(figure)
    return units[name] % {"n": shown}
