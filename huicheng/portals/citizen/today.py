"""What a resident sees of the city on the way in: the last air that was measured, and the figures of the district.

Everything here is open data; nothing is said of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, BadInput
from huicheng.portals.look import api as look
from huicheng.portals.look.api import Stat

HERE = Path(__file__).parent
GRADES = (50, 100, 150, 200, 300)


@dataclass(frozen=True)
class Air:
    at: datetime
    pm25: float
    grade: str
    weather: str
    old: bool


def air(actor: Actor) -> Air | None:
    """The last hour on record. ``old``: not of today, and to be said so."""
    row = _first(HERE / "air.sql", actor, {})
    if row is None or row["pm25"] is None:
        return None
    at = timezone.make_aware(row["time"]) if timezone.is_naive(row["time"]) else row["time"]
    old = timezone.localdate(at) != timezone.localdate()
    return Air(at, row["pm25"], grade(row["iaqi"]), _weather(row), old)


def grade(iaqi: int | None) -> str:
    """The words of HJ 633-2012."""
    if iaqi is None:
        return ""
    words = (_("优"), _("良"), _("轻度污染"), _("中度污染"), _("重度污染"), _("严重污染"))
    return words[sum(iaqi > edge for edge in GRADES)]


def _weather(row: dict[str, Any]) -> str:
    said = []
    if row["temperature"] is not None:
        said.append(_("%(n)s °C") % {"n": look.number(row["temperature"], 0)})
    if row["humidity"] is not None:
        said.append(_("湿度 %(n)s%%") % {"n": look.number(row["humidity"], 0)})
    return " · ".join(said)


def district_of(address: str) -> codes.Division | None:
    """The district that an address of this city names."""
    try:
        return codes.division(codes.parse_address(address).division)
    except codes.Refused:
        return None


def figures(district: str, actor: Actor) -> list[Stat]:
    """Each opens the data set it comes from."""
    asked = {"district": district}
    people = _first(HERE / "district_people.sql", actor, asked) or {}
    firms = _first(HERE / "district_firms.sql", actor, asked) or {}
    houses = _first(HERE / "district_houses.sql", actor, asked) or {}
    census, published = _("2020 年人口普查"), _("公布的，少于 5 的格子不计")
    found = (
        (_("常住人口"), people.get("residents"), _("人"), census, "census_2020"),
        (_("登记的单位"), firms.get("firms"), _("户"), published, "stat.firms_by_year_district"),
        (_("登记的房屋"), houses.get("houses"), _("套"), published, "stat.houses_by_district"),
    )
    return [
        Stat(title=title, value=value, unit=unit, note=note, href=_opened(code))
        for title, value, unit, note, code in found
        if value
    ]


def _opened(code: str) -> str:
    try:
        return reverse("open:dataset", args=[code])
    except NoReverseMatch:
        return ""  # a city without the open portal


def _first(sql: Path, actor: Actor, params: dict[str, Any]) -> dict[str, Any] | None:
    try:
        rows = exchange.ask(sql, actor, purpose="", params=params).table.to_pylist()
    except BadInput:
        return None
    return rows[0] if rows else None
