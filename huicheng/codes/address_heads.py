"""The division names at the front of an address: province, city, district, development zone."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from huicheng.codes.gazetteer import above_street, province_names, short_districts, streets_of

HAN = "\u3400-\u9fff"
ROAD_TAIL = re.compile(
    r"[东南西北中新]?[一二三四五六七八九十]?(?:大街|大路|大道|路|街|巷|胡同|公路|站|北?大学)"
)
ROAD_AT_ONCE = re.compile(r"[路街巷](?:$|[0-9(])")
FREE_TRADE = re.compile(r"中国\(辽宁\)自由贸易试验区(沈阳|大连|营口)片区")
FREE_TRADE_AT = {"沈阳": "210112", "大连": "210213", "营口": "210802"}


class Head(NamedTuple):
    """What the division names at the front of an address say, before anything is decided."""

    province: str = ""
    city: str = ""
    districts: tuple[str, ...] = ()
    former: bool = False
    zone: str = ""
    zone_district: str = ""
    conflict: bool = False


def read_head(text: str, home: str, at: int = 0) -> tuple[Head, int]:
    """Take division names off the front while there are any; repeats are common and harmless."""
    lexicon, head = above_street(), Head()
    if text.startswith("中国", at):
        if found := FREE_TRADE.match(text, at):
            district = FREE_TRADE_AT[found.group(1)]
            return Head(city=district[:4] + "00", zone=found.group(), zone_district=district), found.end()
        at += 2
    while True:
        word = lexicon.longest(text, at)
        following = text[at + len(word) : at + len(word) + 7]
        taken = _take(head, word) if word and not _names_a_road(word, following) else None
        if (len(word) < 3 or taken is None) and (short := _short_district(head, text, at, home)):
            taken, word = short
        if taken is None:
            return head, at
        head, at = taken, at + len(word)
        at = _past_marks(text, at) if text[at : at + 1] in MARKS else at


# What may follow a district that is written without 区: a road of two characters and more, or a named settlement.
BELOW = f"[{HAN}]{{2,7}}?(?:大街|大道|路|街|巷)(?!道)"
SETTLED = f"[{HAN}]{{2,9}}?(?:小区|花园|家园|公馆|新城|嘉园|名苑|苑|公寓|大厦|广场|街道|社区)"
BELOW_DISTRICT = re.compile(BELOW)
BELOW_CITY_DISTRICT = re.compile(f"{BELOW}|{SETTLED}")


def _short_district(head: Head, text: str, at: int, home: str) -> tuple[Head, str] | None:
    """和平胜景一街: the district's name without 区, known by the city it is in and by what follows it."""
    if head.districts or head.zone:
        return None
    prefix = head.city[:4] or (home[:4] if head.province[:2] in ("", home[:2]) else "")
    names = short_districts(prefix) if prefix else {}
    behind = BELOW_CITY_DISTRICT if head.city else BELOW_DISTRICT
    for length in (4, 3, 2):
        word = text[at : at + length]
        if (found := names.get(word)) and not _names_a_road(word, text[at + length : at + length + 7]):
            code, former = found
            if behind.match(text, at + length) or streets_of(code).longest(text, at + length):
                return head._replace(districts=(code,), former=former), word
    return None


MARKS = ("(", ")", " ", "-")


def _past_marks(text: str, at: int) -> int:
    """Over a bracket, if the name of a division stands in it: 东陵区(浑南新区)."""
    while text[at : at + 1] in MARKS:
        if text[at] == "(" and not above_street().longest(text, at + 1):
            break
        at += 1
    return at


# A province's whole name in the middle, with no number before it.
AGAIN = re.compile(f"[{HAN}]{{2,16}}?[道镇乡村区县市-]_*(?P<place>(?:{'|'.join(province_names())}))")


def _names_a_road(word: str, following: str) -> bool:
    """沈阳路, 辽宁东路, 大连北街: a place's short name in front of a road word is the road's."""
    if not following:
        return False
    if word[-1] in "省市区县旗州盟":
        return bool(ROAD_AT_ONCE.match(following))
    if following[0] in "路街巷屯镇乡村庄":
        return True
    return bool(ROAD_TAIL.match(following))


@lru_cache(100_000)
def _take(head: Head, word: str) -> Head | None:
    codes = above_street().names[word]
    if zone := next((code[1:] for code in codes if code[0] == "Z"), ""):
        return head._replace(zone=word, zone_district=zone)
    lower = tuple(code[1:] for code in codes if code[0] in "DF") or _short_counties(head, codes)
    above = [code for code in codes if code[0] in "PCpc"]
    if above and not (lower and head.city):
        return _take_above(head, above)
    return _take_district(head, word, lower, all(code[0] == "F" for code in codes)) if lower else None


def _short_counties(head: Head, codes: tuple[str, ...]) -> tuple[str, ...]:
    """法库, 义乌 without 县 or 市: believed below their own city or province, or when the name is unique."""
    prefix = head.city[:4] or head.province[:2]
    fitting = tuple(code[1:] for code in codes if code[0] == "d" and code[1:].startswith(prefix))
    return fitting if len(fitting) == 1 and (prefix or not any(code[0] in "PCpc" for code in codes)) else ()


def _take_above(head: Head, codes: list[str]) -> Head | None:
    cities = [code[1:] for code in codes if code[0] in "Cc"]
    provinces = [code[1:] for code in codes if code[0] in "Pp"]
    if head.districts:
        return head if {head.city, head.province} & {*cities, *provinces} else None
    if provinces and not head.province:
        # 北京市 is both; the city goes with it.
        city = next((code for code in cities if code[:2] == provinces[0][:2]), "")
        return head._replace(province=provinces[0], city=city)
    fitting = [code for code in cities if not head.province or code[:2] == head.province[:2]]
    if not fitting:
        return head if provinces else None
    return head._replace(city=head.city or fitting[0])


def _take_district(head: Head, word: str, places: tuple[str, ...], former: bool) -> Head | None:
    known = head.districts[0][:4] if head.districts else head.city[:4]
    if known and not any(code.startswith(known) for code in places):
        # 新民市城区: a word that is a district elsewhere. Behind a city, only a county-level city may disagree.
        return head._replace(districts=places) if not head.districts and word[-1] in "县市" else None
    if head.districts:
        return head._replace(conflict=head.conflict or not set(places) & set(head.districts))
    return head._replace(districts=places, former=former)


@lru_cache(100_000)
def settle(head: Head, home: str) -> tuple[str, bool, str]:
    """The one district meant, whether it is certain, and the code below which streets are looked for."""
    district, sure = _district_meant(head, home)
    return (
        district,
        sure,
        district or head.city[:4] or (home[:4] if head.province[:2] in ("", home[:2]) else ""),
    )


def _district_meant(head: Head, home: str) -> tuple[str, bool]:
    if not head.districts:
        return "", False
    city, province = head.city[:4], head.province[:2]
    for prefix in (
        city,
        home[:4] if province in ("", home[:2]) and not city else "",
        "" if city else province,
    ):
        fitting = [code for code in head.districts if prefix and code.startswith(prefix)]
        if fitting:
            return fitting[0], len(fitting) == 1
    # A county-level city may be written behind a prefecture that no longer holds it.
    return head.districts[0], len(head.districts) == 1 and not city
