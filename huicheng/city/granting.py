"""What the sample city's bureaux have asked of each other, and its residents of them: made through the doors, once."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor
from huicheng.identity import api as identity

WHO = ("minzheng", "weijian", "gongan", "shichang")
ALLOWANCE = "核对高龄津贴发放对象"


def make_grants() -> int:
    """Returns how many applications there are; nothing where the sample officials are missing or may not answer."""
    people = _people()
    if len(people) < len(WHO):
        return 0
    civil, health, police, market = (people[name] for name in WHO)
    if asked := _ask("health_files", civil, _allowance()):
        terms = exchange.Terms(columns=("file_no", "id_number", "name", "birth_date", "updated_on"), rows_per_day=5000,
                               reason="电话与血型与津贴无关，不予提供。")  # fmt: skip
        exchange.approve_application(asked.id, health, terms)
        look = "SELECT name, birth_date FROM raw.health_files WHERE birth_date < DATE '1946-01-01'"
        exchange.ask(look, civil, purpose=ALLOWANCE, limit=50)
    if asked := _ask("police_households", health, _structure()):
        exchange.approve_application(asked.id, police)
        by_sex = "SELECT sex, count(*) AS n FROM raw.police_households GROUP BY sex"
        exchange.ask(by_sex, health, purpose=asked.wanted.purpose)
    _ask("police_households", civil, _vanished())
    if asked := _ask("civil_records", police, _registered()):
        exchange.return_application(
            asked.id, civil, reason="请写明依据的法律条文，并说明为什么需要配偶姓名。"
        )
    _ask("insurance_members", market, _employers())
    if (asked := _ask("base.people", health, _checkups())) and (bureau := _accounts(("shuju",)).get("shuju")):
        exchange.approve_application(asked.id, bureau)
        look = "SELECT name, street FROM base.people WHERE birth_date < DATE '1946-01-01'"
        exchange.ask(look, health, purpose=asked.wanted.purpose, limit=50)
    return sum(len(exchange.applications_of(name)) for name in WHO) + _open_to_residents(civil, market)


def _open_to_residents(civil: Actor, market: Actor) -> int:
    """Of what is open on a condition the first resident has two grants; the second waits, and has something to mend."""
    found = _accounts(("resident1", "resident2"))
    first, second = found.get("resident1"), found.get("resident2")
    if first and (asked := _ask("firm_registrations", first, _industries())):
        exchange.approve_application(asked.id, market, exchange.Terms(rows_per_day=50_000))
    if first and (asked := _ask("civil_records", first, _benefits())):
        exchange.approve_application(asked.id, civil)
        by_kind = "SELECT kind, count(*) AS n FROM raw.civil_records GROUP BY kind"
        exchange.ask(by_kind, first, purpose=asked.wanted.purpose)
    if second:
        _ask("firm_registrations", second, _suppliers())
    if second and (asked := _ask("civil_records", second, _ages())):
        exchange.return_application(asked.id, civil, reason="请写明研究的题目，以及成果发布在哪里。")
    return sum(len(exchange.own_applications(one)) for one in found.values())


def _people() -> dict[str, Actor]:
    return {name: actor for name, actor in _accounts(WHO).items() if actor.may("grant")}


def _accounts(names: tuple[str, ...]) -> dict[str, Actor]:
    accounts = get_user_model().objects.filter(username__in=names, is_sample=True)
    return {one.username: identity.actor_of(one) for one in accounts}


def _ask(code: str, actor: Actor, wanted: exchange.Wanted) -> exchange.Application | None:
    """None where it was asked before: a build that was killed goes on where it stood."""
    before = (
        exchange.applications_of(actor.department) if actor.department else exchange.own_applications(actor)
    )
    if any(one.resource == code and one.wanted.purpose == wanted.purpose for one in before):
        return None
    return exchange.request_access(code, actor, wanted)


def _in(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def _allowance() -> exchange.Wanted:
    columns = ("file_no", "id_number", "name", "birth_date", "phone", "blood_type", "updated_on")
    return exchange.Wanted(
        columns=columns, plain=("id_number", "name"), purpose=ALLOWANCE, until=_in(180),
        basis="《中华人民共和国老年人权益保障法》第三十三条",
    )  # fmt: skip


def _structure() -> exchange.Wanted:
    return exchange.Wanted(
        columns=("sex", "birth_date", "district"), purpose="统计各区人口结构，安排体检", until=_in(365),
        aggregate_only=True, basis="《中华人民共和国基本医疗卫生与健康促进法》第二十四条",
    )  # fmt: skip


def _vanished() -> exchange.Wanted:
    return exchange.Wanted(
        columns=("id_number", "name", "status", "registered_on"), plain=("id_number",),
        purpose="停发死亡人员的社会救助", until=_in(365), case_required=True,
        basis="《社会救助暂行办法》第五十九条",
        filter=(exchange.Condition("status", "in", ("死亡", "迁出")),),
    )  # fmt: skip


def _registered() -> exchange.Wanted:
    return exchange.Wanted(
        columns=("name", "partner_name", "happened_on"), purpose="核对户口簿上的婚姻状况", until=_in(90)
    )


def _employers() -> exchange.Wanted:
    return exchange.Wanted(
        columns=("employer_code", "employer_name", "status"), purpose="核对企业年报的从业人数", until=_in(120)
    )


def _industries() -> exchange.Wanted:
    return exchange.Wanted(
        columns=("name", "registered_on", "kind", "scope", "address", "legal_person", "status"),
        purpose="研究全市企业的类型和地区分布", until=_in(365), agreed=_condition("firm_registrations"),
    )  # fmt: skip


def _benefits() -> exchange.Wanted:
    return exchange.Wanted(
        columns=("sex", "kind", "happened_on"), purpose="研究救助和津贴发放的变化", until=_in(365),
        agreed=_condition("civil_records"),
    )  # fmt: skip


def _suppliers() -> exchange.Wanted:
    return exchange.Wanted(
        columns=("credit_code", "name", "status"), purpose="核验供应商是否在营", until=_in(90),
        agreed=_condition("firm_registrations"),
    )  # fmt: skip


def _ages() -> exchange.Wanted:
    return exchange.Wanted(
        columns=("kind", "happened_on"), purpose="研究婚姻登记的季节变化", until=_in(90),
        agreed=_condition("civil_records"),
    )  # fmt: skip


def _condition(code: str) -> str:
    return exchange.resource(code).open_condition


def _checkups() -> exchange.Wanted:
    """The register itself is shared on a condition, as what it is made of is."""
    return exchange.Wanted(
        columns=("name", "birth_date", "district", "street", "phone"), plain=("name", "phone"),
        purpose="通知老年人免费体检", until=_in(180), basis="《中华人民共和国老年人权益保障法》第五十条",
    )  # fmt: skip
