"""Who I live with, my homes, my employer and the firms I stand for, as sections like those about myself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from huicheng.bases import api as bases
from huicheng.ground.api import Actor
from huicheng.portals.citizen.mine import Section, Titles, section, words


@dataclass(frozen=True)
class Member:
    name: str
    relation: str
    sex: str
    oneself: bool


@dataclass(frozen=True)
class Ties:
    """``home``: the whole address of the dwelling I live in, empty where none is known."""

    household: Sequence[Member] = ()
    sections: Sequence[Section] = field(default=())
    home: str = ""


def ties(base_id: str, *, actor: Actor, purpose: str) -> Ties:
    found = bases.relations(base_id, actor=actor, purpose=purpose)
    household = [
        Member(one.name, words("relation", one.relation), words("sex", one.sex), one.oneself)
        for one in found.household
    ]
    homes = [_thing(n, one, "houses") for n, one in enumerate(found.homes)]
    firms = [_thing(n, one, "firms") for n, one in enumerate(found.firms)]
    return Ties(household, [one for one in (*homes, *firms) if one.fields], _home(found))


def _home(found: bases.Relations) -> str:
    said = (value for one in found.homes if "home" in one.ties for value in one.fields)
    return next((value.value or "" for value in said if value.field == "address" and value.chosen), "")


def _thing(number: int, one: bases.Tied, kind: str) -> Section:
    titles, icon = (_house(), "house") if kind == "houses" else (_firm(), "firm")
    made = section(kind, f"{kind}-{number + 1}", _title(one.ties), icon, titles, one.fields)
    return replace(made, note=_note(one.ties))


def _title(how: tuple[str, ...]) -> str:
    titles = {
        ("home",): _("我住的房屋"), ("owner",): _("我名下的房屋"), ("home", "owner"): _("我名下、我住的房屋"),
        ("employer",): _("我的工作单位"), ("legal_person",): _("我任法定代表人的单位"),
        ("employer", "legal_person"): _("我任法定代表人、我工作的单位"),
    }  # fmt: skip
    return titles[how]


def _note(how: tuple[str, ...]) -> str:
    """What ties it to me, so that a wrong tie can be seen."""
    notes = {
        "home": _("您的现住址与这套房屋的地址一致。"),
        "owner": _("不动产登记的权利人证件号是您的，或姓名与住处都与您一致。"),
        "employer": _("社会保险登记的参保单位。"),
        "legal_person": _("营业执照登记的法定代表人证件号是您的。"),
    }
    return "".join(notes[one] for one in how)


def _house() -> Titles:
    return {
        "address": _("坐落"), "area": _("建筑面积"), "use": _("房屋用途"), "built_year": _("建成年份"),
        "house_code": _("房屋编码"),
    }  # fmt: skip


def _firm() -> Titles:
    return {
        "name": _("名称"), "credit_code": _("统一社会信用代码"), "status": _("经营状态"), "kind": _("企业类型"),
        "registered_on": _("成立日期"), "tax_registered_on": _("税务登记日期"), "capital_yuan": _("注册资本"),
        "address": _("住所"), "business_address": _("生产经营地址"), "industry": _("行业"),
        "members": _("参保人数"),
    }  # fmt: skip
