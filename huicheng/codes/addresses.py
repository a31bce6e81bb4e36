"""Free Chinese address text into its parts, and one normal form for one flat however it was written.

The scanner walks left to right once: divisions by longest known name, street and community by the lists of the
district just found, then the road, then every number with the word behind it.
"""

from __future__ import annotations

import re
from functools import cache

from huicheng.codes.address_fronts import Front, front_of
from huicheng.codes.address_heads import HAN
from huicheng.codes.address_numbers import Flat, flat_of
from huicheng.codes.address_parts import LEVELS, Address, key_of
from huicheng.codes.address_text import tidy_address
from huicheng.codes.divisions import division
from huicheng.codes.problems import Refused

HOME = "210100"
INVENTED = re.compile(r"^(?:测试.*|.*测试(?:地址|数据)?|无|暂无|不详|未知|同上|地址|[0-9xX*?-]+|(.)\1{2,})$")


def parse_address(text: str, *, home: str = HOME) -> Address:
    """`home` is the city an address means when it names none."""
    plain = tidy_address(text)
    front = front_of(plain, home)
    return assemble(front, flat_of(plain, front.end, road=bool(front.road), village=bool(front.low[2])))


def assemble(front: Front, flat: Flat) -> Address:
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
    return place_text(found) + door_text(found) + found.remainder


def place_text(found: Address) -> str:
    """Up to the road; street and community only where no number of a road says it better."""
    names = (found.province, found.city if found.city != found.province else "", found.district)
    between = ("", "") if found.road and found.number else (found.street, found.community)
    return "".join((*names, *between, found.road))


def door_text(found: Address) -> str:
    counted = (
        (found.number, "号"),
        (found.compound, ""),
        (found.building, "号楼"),
        (found.unit, "单元"),
        (found.room, "室"),
    )
    return "".join(part + word for part, word in counted if part)


def judge_address(text: str) -> str | tuple[str, str]:
    """For a delivery: the standard text, and a doubt where the address cannot place anybody."""
    if refusal := form_of(text):
        raise Refused(refusal)
    found = parse_address(text)
    doubt = doubt_of(found)
    return (standard_address(found), doubt) if doubt else standard_address(found)


CHINESE = re.compile(f"[{HAN}]")


def form_of(text: str) -> str:
    """Why a text is no address at all, or nothing."""
    if len(text) < 2 or not CHINESE.search(text):
        return "address.form"
    return "address.invented" if INVENTED.match(text.strip()) else ""


def doubt_of(found: Address) -> str:
    if found.conflict:
        return "address.conflict"
    if LEVELS.index(found.level) <= LEVELS.index("district"):
        return "address.vague"
    return "" if found.division else "address.district"
