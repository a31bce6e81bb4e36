"""Free Chinese address text into its parts, and one normal form for one flat however it was written.

The scanner walks left to right once: divisions by longest known name, street and community by the lists of the
district just found, then the road, then every number with the word behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from huicheng.codes.address_numbers import Flat, flat_of
from huicheng.codes.address_parts import LEVELS, Address, key_of
from huicheng.codes.divisions import division, present_of_street
from huicheng.codes.gazetteer import above_street, communities_of, streets_of
from huicheng.codes.problems import Refused
from huicheng.codes.text import WIDE, chinese_number, traditional_map

HOME = "210100"
HAN = "\u3400-\u9fff"
BLANKS = re.compile(r"[\s\u200b\ufeff]+|(?:邮编|邮政编码)[:：]?[0-9]{6}")
NUMERAL = re.compile(
    r"[零〇○一二两三四五六七八九十百]+(?=号(?!路|街|线|巷|大街)|栋|幢|单元|楼(?!子|台)|层|室|门(?!市))"
)
ROAD_TAIL = re.compile(
    r"[东南西北中新]?[一二三四五六七八九十]?(?:大街|大路|大道|路|街|巷|胡同|公路|站|北?大学)"
)
ROAD_AT_ONCE = re.compile(r"[路街巷](?:$|[0-9(])")
STREET = re.compile(
    f"([{HAN}]{{1,7}}?(?:街道办事处|街道办|街道|地区办事处|满族镇|满族乡|镇|乡)(?![路街巷道乡镇村])(?!大街|大道|中心))"
)
COMMUNITY = re.compile(
    f"([{HAN}0-9]{{1,9}}?(?:社区居委会|社区|村委会|村民委员会|居委会|嘎查|屯(?!村|社区)|(?<!新)(?<!工人)村))"
    "(?![路街巷道镇乡]|大街|大道|中心|[0-9]+号?楼|[0-9]+栋)"
)
GROUP = re.compile(r"([0-9]{1,3}|[一二三四五六七八九十]+)(?:组|社|队)(?!区)")
ROAD = re.compile(
    f"([{HAN}A-Z0-9]{{1,12}}?(?:大街|大道|大路|路|街|巷|胡同|弄(?=[0-9])|公路|里(?=[0-9]+号?)|线(?=[0-9]))(?![路街巷道])"
    r"(?:[东西南北中上下]段|[0-9一二三四五六七八]+段)?)(?!局|桥|灯|口站|面|舞|坊|道办)"
)
NOT_ROAD = re.compile(r"(?:铁路|公路|线路|道路|网路|马路|街|路|电路|一路)$")
ZONE = re.compile(
    f"([{HAN}A-Z0-9]{{0,10}}?(?:"
    "(?:经济|高新|技术|产业|工业|农业|保税|商贸|旅游|出口加工){1,4}(?:开发区|园区|园|区)|开发区|示范区|试验区))"
)
VILLAGE_NEXT = re.compile(f"[{HAN}]{{1,6}}?(?:村|屯)(?!街|路)")
FREE_TRADE = re.compile(r"中国\(辽宁\)自由贸易试验区(沈阳|大连|营口)片区")
FREE_TRADE_AT = {"沈阳": "210112", "大连": "210213", "营口": "210802"}
INVENTED = re.compile(r"^(?:测试.*|.*测试(?:地址|数据)?|无|暂无|不详|未知|同上|地址|[0-9xX*?-]+|(.)\1{2,})$")


class Head(NamedTuple):
    """What the division names at the front of an address say, before anything is decided."""

    province: str = ""
    city: str = ""
    districts: tuple[str, ...] = ()
    former: bool = False
    zone: str = ""
    zone_district: str = ""
    conflict: bool = False


class Front(NamedTuple):
    """Everything before the numbers."""

    head: Head
    district: str
    sure: bool
    low: tuple[str, str, str, str]
    zone: str
    road: str
    skipped: str
    end: int


def parse_address(text: str, *, home: str = HOME) -> Address:
    """`home` is the city an address means when it names none."""
    plain = tidy_address(text)
    digit = DIGIT.search(plain)
    if digit and not NAME_GOES_ON.match(plain, digit.start() - 1):
        # Thousands of doors share one road: read it once, with a digit behind it as it has here.
        front = _shared_front(plain[: digit.start()] + "1", home)
    else:
        front = _front(plain, home)
    flat = flat_of(plain, front.end, road=front.road, village=front.low[2])
    return _assemble(front, flat)


DIGIT = re.compile(r"(?<=.)[0-9]")
# A road, a village or a street whose own name may hold the number: 16号街, 3组, 中央路1段.
NAME_GOES_ON = re.compile(f"[村区屯会]|.[{HAN}0-9A-Z]{{0,20}}?[路街巷道同弄段线里村屯镇乡社区队组会查处园]")


def _front(plain: str, home: str) -> Front:
    head, at = _head(plain)
    district, sure, below = _settle(head, home)
    street, street_code, at = _street(plain, at, below)
    moved = present_of_street(district, STREET_SHORT.sub("", street)) if street and head.former else None
    if moved and not VILLAGE_NEXT.match(plain, at):
        # The built-up part of the street went to its neighbour; the villages behind it stayed.
        district, street_code = moved, _street(street, 0, moved)[1]
    elif street_code and not district:
        district = street_code[:6]
    community, community_code, at = _community(plain, at, street_code or district or below)
    if community_code and not district:
        district = community_code[:6]
    zone, at = (head.zone, at) if head.zone else _zone(plain, at)
    road, skipped, at = _road(plain, at)
    low = (street, street_code, community, community_code)
    return Front(head, district or head.zone_district, sure, low, zone, road, skipped, at)


_shared_front = lru_cache(200_000)(_front)
STREET_SHORT = re.compile(r"(?:街道办事处|街道办|街道|满族镇|满族乡|镇|乡)$")


@cache
def _tidy_map() -> dict[int, str | int]:
    table: dict[int, str | int] = {**traditional_map(), **WIDE}
    table |= {ord(dash): "-" for dash in "—–―－‐‑−~～_ー"}
    table |= {ord(mark): "(" for mark in "（[【〔《<"} | {ord(mark): ")" for mark in "）]】〕》>"}
    table |= {ord(mark): " " for mark in "，,、;；。:：\"'“”‘’|*"} | {ord("＃"): "#", ord("﹟"): "#"}
    return table


def tidy_address(text: str) -> str:
    """One width, one dash, one bracket; digits for the numerals that count houses, floors and rooms."""
    plain = BLANKS.sub("", text).translate(_tidy_map()).upper()
    return NUMERAL.sub(_arabic, plain).strip() if NUMERAL.search(plain) else plain.strip()


def _arabic(found: re.Match[str]) -> str:
    before = found.string[: found.start()]
    if before and found.string[found.end()] == "楼" and before[-1] in "第东西南北":
        return found.group()
    return str(chinese_number(found.group()))


def _head(text: str) -> tuple[Head, int]:
    """Take division names off the front while there are any; repeats are common and harmless."""
    lexicon, at, head = above_street(), 0, Head()
    if text.startswith("中国"):
        if found := FREE_TRADE.match(text):
            district = FREE_TRADE_AT[found.group(1)]
            return Head(city=district[:4] + "00", zone=found.group(), zone_district=district), found.end()
        at = 2
    while word := lexicon.longest(text, at):
        following = text[at + len(word) : at + len(word) + 7]
        taken = None if _names_a_road(word, following) else _take(head, word)
        if taken is None:
            break
        head, at = taken, at + len(word)
        at = _past_marks(text, at) if text[at : at + 1] in MARKS else at
    return head, at


MARKS = ("(", ")", " ", "-")


def _past_marks(text: str, at: int) -> int:
    """Over a bracket, if the name of a division stands in it: 东陵区(浑南新区)."""
    while text[at : at + 1] in MARKS:
        if text[at] == "(" and not above_street().longest(text, at + 1):
            break
        at += 1
    return at


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
    if head.districts:
        return None
    cities = [code[1:] for code in codes if code[0] in "Cc"]
    provinces = [code[1:] for code in codes if code[0] in "Pp"]
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
def _settle(head: Head, home: str) -> tuple[str, bool, str]:
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


def _street(text: str, at: int, prefix: str) -> tuple[str, str, int]:
    lexicon = streets_of(prefix)
    word = lexicon.longest(text, at)
    if word and (not ROAD_TAIL.match(text, at + len(word)) or word.endswith("办事处")):
        code = lexicon.names[word][0] if len(lexicon.names[word]) == 1 else ""
        return (division(code).name if code else word), code, at + len(word)
    if found := STREET.match(text, at):
        return found.group(1), "", found.end()
    return "", "", at


def _community(text: str, at: int, prefix: str) -> tuple[str, str, int]:
    for below in (prefix, prefix[:6]) if len(prefix) > 6 else (prefix,):
        lexicon = communities_of(below)
        if (word := lexicon.longest(text, at)) and not ROAD_TAIL.match(text, at + len(word)):
            codes = lexicon.names[word]
            return word, codes[0] if len(codes) == 1 else "", _after_group(text, at + len(word))
    found = COMMUNITY.match(text, at)
    road = ROAD.match(text, at) if found else None
    if found and not (road and road.end() <= found.end()):
        return found.group(1), "", _after_group(text, found.end())
    return "", "", at


def _after_group(text: str, at: int) -> int:
    found = GROUP.match(text, at)
    return found.end() if found else at


def _zone(text: str, at: int) -> tuple[str, int]:
    if "区" in text or "园" in text:
        found = ZONE.match(text, at)
        if found and len(found.group()) > 3 and not ROAD.match(text[: found.end()], at):
            return found.group(1), found.end()
    return "", at


def _road(text: str, at: int) -> tuple[str, str, int]:
    """The road nearest the number; a road before it, or a village, stays in the remainder."""
    road, skipped = "", ""
    while text[at : at + 1] in (" ", "(", ")", "-") and at < len(text):
        at += 1
    while found := ROAD.match(text, at):
        if NOT_ROAD.fullmatch(found.group(1)):
            break
        skipped += road
        road, at = found.group(1), found.end()
        if at < len(text) and text[at] in "0123456789":
            break
    return road, skipped, at


def _assemble(front: Front, flat: Flat) -> Address:
    head, district, sure, low, zone, road, skipped, _ = front
    names = _upper_names(district or head.city or head.province)
    left = skipped + flat.remainder
    level = _level(names, low, road, flat)
    score = 0.35 * bool(district) + 0.15 * (sure or bool(low[1]))
    score += 0.3 if flat.number or flat.building else 0.15 if road or low[2] else 0.0
    # A count of what was understood, not a probability: text left over costs most.
    score += max(0.0, 0.15 - 0.02 * len(left)) if left else 0.2
    confidence = round(score * (0.6 if head.conflict else 1.0), 2)
    return Address(*names, district, zone, *low, road, *flat[:6], level, confidence, left, head.conflict)


def _level(names: tuple[str, str, str], low: tuple[str, str, str, str], road: str, flat: Flat) -> str:
    reached = (*names, low[0], low[2], road, flat.compound, flat.number, flat.building, flat.unit, flat.room)
    for place in range(len(reached) - 1, -1, -1):
        if reached[place]:
            return LEVELS[place + 1]
    return LEVELS[0]


@cache
def _upper_names(code: str) -> tuple[str, str, str]:
    if not code:
        return "", "", ""
    province = division(code[:2]).name
    city = "" if code[2:] == "0000" else _name_or_blank(code[:4])
    return province, city, "" if code[4:] == "00" else division(code).name


def _name_or_blank(code: str) -> str:
    try:
        return division(code).name
    except Refused:
        return ""


def address_key(address: Address | str) -> str:
    """Equal for one flat however it is written: road and number outrank street, community and compound."""
    found = parse_address(address) if isinstance(address, str) else address
    return key_of(found, found.division)


def standard_address(address: Address | str) -> str:
    """省 市 区 路号 小区 栋 单元 室, each with its one usual word."""
    found = parse_address(address) if isinstance(address, str) else address
    return "".join(_written(found))


def _written(found: Address) -> Iterator[str]:
    yield from (found.province, found.city if found.city != found.province else "", found.district)
    if found.road and found.number:
        yield f"{found.road}{found.number}号"
    else:
        yield from (found.street, found.community, found.road, found.number and f"{found.number}号")
    yield found.compound
    yield found.building and f"{found.building}号楼"
    yield found.unit and f"{found.unit}单元"
    yield found.room and f"{found.room}室"
    yield found.remainder


def judge_address(text: str) -> str | tuple[str, str]:
    """For a delivery: the standard text, and a doubt where the address cannot place anybody."""
    if len(text) < 2 or not re.search(f"[{HAN}]", text):
        raise Refused("address.form")
    if INVENTED.match(text.strip()):
        raise Refused("address.invented")
    found = parse_address(text)
    standard = standard_address(found)
    if found.conflict:
        return standard, "address.conflict"
    if LEVELS.index(found.level) <= LEVELS.index("district"):
        return standard, "address.vague"
    return standard if found.division else (standard, "address.district")
