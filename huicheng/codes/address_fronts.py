"""Everything of an address before its numbers: divisions, street, community, zone and road."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from huicheng.codes.address_heads import AGAIN, HAN, ROAD_TAIL, Head, read_head, settle
from huicheng.codes.divisions import division, present_of_street
from huicheng.codes.gazetteer import communities_of, streets_of

STREET = re.compile(
    f"([{HAN}]{{1,7}}?(?:街道办事处|街道办|街道|地区办事处|满族镇|满族乡|镇|乡)(?![路街巷道乡镇村])(?!大街|大道|中心))"
)
COMMUNITY = re.compile(
    f"([{HAN}0-9]{{1,9}}?(?:社区居委会|社区|村委会|村民委员会|居委会|嘎查|屯(?!村|社区)|(?<!新)(?<!工人)村))"
    "(?![路街巷道镇乡]|大街|大道|中心|[0-9]+号?楼|[0-9]+栋)"
)
GROUP = re.compile(r"([0-9]{1,3}|[一二三四五六七八九十]+)(?:组|社|队)(?!区)")
ROAD = re.compile(
    f"([{HAN}A-Z0-9]{{1,12}}?(?:大街|大道|大路|路|街|巷|胡同|弄(?=[0-9])|公路|里(?=[0-9]+号?)|线(?=[0-9]))(?![路街巷道屯]|村(?!镇))"
    r"(?:[东西南北中上下]段|[0-9一二三四五六七八]+段)?)(?!局|桥|灯|口站|面|舞|坊|道办)"
)
NOT_ROAD = re.compile(r"(?:铁路|公路|线路|道路|网路|马路|街|路|电路|一路)$")
ZONE = re.compile(
    f"([{HAN}A-Z0-9]{{0,10}}?(?:"
    "(?:经济|高新|技术|产业|工业|农业|保税|商贸|旅游|出口加工){1,4}(?:开发区|园区|园|区)|开发区|示范区|试验区))"
)
VILLAGE_NEXT = re.compile(f"[{HAN}]{{1,6}}?(?:村|屯)(?!街|路)")
DIGIT = re.compile(r"(?<=.)[0-9]")
# A road, a village or a street whose own name may hold the number: 16号街, 3组, 中央路1段.
NAME_GOES_ON = re.compile(f"[村区屯会]|.[{HAN}0-9A-Z]{{0,20}}?[路街巷道同弄段线里村屯镇乡社区队组会查处园]")
# Nothing but numbers and what they count: no name can begin before them and end in them.
NUMBERS_ONLY = re.compile("([0-9]+(?:号?楼|栋)?)[0-9A-Z号楼栋幢座单元室层门户房间铺位之甲乙丙丁()#-]*")
SECTION = re.compile("[0-9一二三四五六七八]+段")


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


def read_front(plain: str, home: str) -> Front:
    head, at = read_head(plain, home)
    if again := AGAIN.match(plain, at):
        # 龙华店乡河北省沧州市河间市龙华店乡…: pasted together; the whole address is the second one.
        head, at = read_head(plain, home, again.start("place"))
    district, sure, below = settle(head, home)
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


def front_of(plain: str, home: str) -> Front:
    return shared_front(plain, home) or read_front(plain, home)


def shared_front(plain: str, home: str) -> Front | None:
    """Thousands of doors share one road: it is read once, with a digit behind it as it has here. None: its name may hold digits."""
    digit = DIGIT.search(plain)
    if digit is None:
        return _remembered(plain, home)
    at = digit.start()
    if counted := NUMBERS_ONLY.fullmatch(plain, at):
        return _remembered(plain[:at] + ONE.sub("1", counted.group(1), count=1), home)
    if not NAME_GOES_ON.match(plain, at - 1):
        return _remembered(plain[:at] + "1", home)
    if not SECTION.match(plain, at):
        short = _remembered(plain[:at] + "1", home)
        if short.road and short.end == at:
            # The road ends at its number, and no name that began before the road can end behind it.
            return short
    return None


ONE = re.compile("[0-9]+")
_remembered = lru_cache(200_000)(read_front)
STREET_SHORT = re.compile(r"(?:街道办事处|街道办|街道|满族镇|满族乡|镇|乡)$")


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
