"""What the city holds about one resident, in sections: each value with who supplied it and who says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from huicheng.bases import api as bases
from huicheng.codes import api as codes
from huicheng.ground.api import Actor, department
from huicheng.portals.look import api as look

COVERED = {"id_number", "phone"}
SEXES = {"1": "男", "2": "女"}


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


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    icon: str
    fields: list[Held] = field(default_factory=list)

    @property
    def summary(self) -> str:
        who = "、".join(dict.fromkeys(department(one.department).short for one in self.fields))
        return _("%(count)s 项 · %(who)s") % {"count": len(self.fields), "who": who}


Titles = dict[str, str]


def plan() -> list[tuple[str, str, str, Titles]]:
    """By what happens in a life, not by department."""
    return [
        ("identity", _("身份"), "person", _identity()),
        (
            "home",
            _("居住"),
            "house",
            {"address": _("现住址"), "phone": _("联系电话"), "household_no": _("户号")},
        ),
        ("family", _("婚姻家庭"), "people", {"marital": _("婚姻状况"), "partner_name": _("配偶")}),
        ("school", _("上学"), "table", {"school": _("就读学校"), "grade": _("年级")}),
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


def sections(base_id: str, *, actor: Actor, purpose: str) -> list[Section]:
    """Only what is held: a section without a field is not there."""
    rows = bases.person_fields(base_id, actor=actor, purpose=purpose)
    made = [_section(key, title, icon, titles, rows) for key, title, icon, titles in plan()]
    return [one for one in made if one.fields]


def _section(key: str, title: str, icon: str, titles: Titles, rows: Sequence[bases.FieldValue]) -> Section:
    held = (_held(name, words, [row for row in rows if row.field == name]) for name, words in titles.items())
    return Section(key, title, icon, [one for one in held if one])


def _held(name: str, title: str, rows: Sequence[bases.FieldValue]) -> Held | None:
    chosen = next((row for row in rows if row.chosen), None)
    if chosen is None or not chosen.value:
        return None
    value = _words(name, chosen.value)
    covered = look.masked(value) if name in COVERED else ""
    others = _others(name, chosen, rows)
    return Held(name, title, value, chosen.department, chosen.as_of, chosen.rule or "", covered, others)


def _others(name: str, chosen: bases.FieldValue, rows: Iterable[bases.FieldValue]) -> list[Version]:
    """One line for each department and value that is not the chosen one, newest first."""
    seen: dict[tuple[str, str], Version] = {}
    meant = _meant(name, chosen.value)
    for row in sorted(rows, key=lambda row: str(row.as_of or ""), reverse=True):
        if row.value and not row.chosen and _meant(name, row.value) != meant:
            shown = _words(name, row.value)
            shown = look.masked(shown) if name in COVERED else shown
            seen.setdefault((row.department, shown), Version(row.department, shown, row.as_of))
    return list(seen.values())


def _meant(name: str, value: str | None) -> str:
    """Two ways of writing one place or one name are no difference; what cannot be read is compared as it is."""
    text = value or ""
    if name == "address":
        return codes.address_key(text) or text
    if name in ("name", "partner_name"):
        try:
            return codes.person_name(text)
        except codes.Refused:
            return text
    return text


def _words(name: str, value: str) -> str:
    if name == "sex":
        return SEXES.get(value, value)
    if name == "birth_date":
        return look.day(value)
    return value
