"""Entries that a bureau of the sample city wrote by itself, one at each place of the road."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_noop

from huicheng.exchange import api as exchange
from huicheng.exchange.api import Field, Resource
from huicheng.ground.api import Actor
from huicheng.identity import api as identity

FOOD = Resource(
    code="food_permits",
    title=gettext_noop("食品经营许可"),
    owner="shichang",
    category="主题/食品药品安全",
    summary=gettext_noop("本市食品经营者的许可，每张许可证一行，含经营场所和有效期。"),
    share="conditional",
    share_condition=gettext_noop("食品安全监管和执法需要，按许可证编号核验"),
    update="weekly",
    format_type="csv",
    format_class="sheet",
    mode="upsert",
    fields=(
        Field("permit_no", gettext_noop("许可证编号"), "text", required=True, length=20),
        Field("credit_code", gettext_noop("统一社会信用代码"), "credit_code", required=True),
        Field("firm", gettext_noop("经营者名称"), "firm_name", sensitivity="internal"),
        Field("premises", gettext_noop("经营场所"), "address", sensitivity="internal"),
        Field("valid_until", gettext_noop("有效期至"), "date"),
    ),
    key=("permit_no",),
)
EQUIPMENT = Resource(
    code="special_equipment",
    title=gettext_noop("特种设备使用登记"),
    owner="shichang",
    category="主题/安全生产",
    summary=gettext_noop("本市在用的电梯、锅炉等特种设备，每台一行，含使用单位和下次检验日期。"),
    share="unconditional",
    update="monthly",
    fields=(
        Field("registration_no", gettext_noop("使用登记证编号"), "text", required=True, length=20),
        Field("kind", gettext_noop("设备种类"), "text", meaning=gettext_noop("电梯、锅炉、起重机械等")),
        Field("district", gettext_noop("所在区县"), "division"),
        Field("next_inspection", gettext_noop("下次检验日期"), "date"),
    ),
    key=("registration_no",),
)
SCALES = replace(
    EQUIPMENT,
    code="measuring_instruments",
    title=gettext_noop("计量器具强制检定"),
    summary=gettext_noop("集贸市场和加油站计量器具的强制检定结果，每次检定一行。"),
)
BRANDS = replace(
    EQUIPMENT,
    code="old_brands",
    title=gettext_noop("老字号企业名录"),
    summary=gettext_noop("经认定的老字号企业，每家一行，含认定年份和批次。"),
)
UNCLEAR = gettext_noop("请写明检定结果有哪几种，再补上检定机构。")
MERGED = gettext_noop("并入企业登记信息，不再单独更新。")


def write() -> None:
    """Twice is once: what is there already stays as it is."""
    author, reviewer = _official("shichang"), _official("shuju")
    for spec in (FOOD, BRANDS):
        _published(spec, author, reviewer)
    if exchange.entry(BRANDS.code).state == "published":
        exchange.retire(BRANDS.code, author, why=MERGED)
    for spec in (EQUIPMENT, SCALES):
        if not _known(spec.code):
            exchange.draft(spec, author)
            exchange.submit(spec.code, author)
    if _state(SCALES.code) == "review":
        exchange.return_entry(SCALES.code, reviewer, note=UNCLEAR)
    if exchange.draft_of(FOOD.code) is None and exchange.entry(FOOD.code).version == 1:
        exchange.draft(_second(FOOD), author)


def _second(spec: Resource) -> Resource:
    """Renewed each day, and with what a permit allows."""
    scope = Field(
        "scope", gettext_noop("经营项目"), "text", meaning=gettext_noop("许可证上写明的项目"), length=200
    )
    return replace(spec, update="daily", fields=(*spec.fields, scope))


def _official(username: str) -> Actor:
    return identity.actor_of(get_user_model().objects.get(username=username))


def _published(spec: Resource, author: Actor, reviewer: Actor) -> None:
    if _known(spec.code):
        return
    exchange.draft(spec, author)
    exchange.submit(spec.code, author)
    exchange.approve(spec.code, reviewer)


def _known(code: str) -> bool:
    if exchange.draft_of(code):
        return True
    try:
        exchange.entry(code)
    except exchange.UnknownResource:
        return False
    return True


def _state(code: str) -> str:
    found = exchange.draft_of(code)
    return found.state if found else ""
