"""The tail of an address: every number, and the word behind it that says what it counts."""

from __future__ import annotations

import re
from typing import NamedTuple

# The second door of a number; but 甲子中心 and 丁香花园 are names.
STEM = r"[甲乙丙丁](?!子|天下|秀|级|骨|板|烯|醇|香|字|家)"
TOKEN = re.compile(
    rf"(?P<n>-?[0-9]+(?=F(?![A-Z0-9]*座))|负[0-9]|地下[0-9]?|[0-9A-Z]+(?:{STEM})?(?:[-之][0-9A-Z]+)*(?:{STEM})?|{STEM}(?=座|栋|幢|号楼))"
    rf"(?P<s>号院|号楼|号栋|号房间|号房|号门|号工位|号(?:之[0-9]+|{STEM}(?![座栋楼区号]))?|弄|栋|幢|座|#楼|#|单元|梯|层|楼(?!下|上)|F|室|房间|房|户|铺位|商铺|铺|工位|门(?!市|诊))?"
)
BUILDING = frozenset(("号楼", "号栋", "栋", "幢", "座", "#楼", "#"))
ROOM = frozenset(("室", "房间", "房", "户", "铺位", "商铺", "铺", "门", "号门", "号房间", "号房"))
PUNCTUATION = str.maketrans("", "", "() -")


class Flat(NamedTuple):
    number: str = ""
    compound: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    remainder: str = ""


class Parts:
    """Slots filled while the tail is read; the first claim on a slot stands."""

    __slots__ = ("building", "compound", "floor", "left", "number", "room", "unit")

    def __init__(self) -> None:
        self.number = self.compound = self.building = self.unit = self.floor = self.room = self.left = ""

    def flat(self) -> Flat:
        floor = self.floor or _floor_of(self.room)
        return Flat(self.number, self.compound, self.building, self.unit, floor, self.room, self.left)


def flat_of(text: str, at: int, *, road: bool, village: bool) -> Flat:
    parts, last, end = Parts(), at, len(text)
    for token in TOKEN.finditer(text, at):
        if not token["s"] and last != token.start() and _is_word(text, token):
            continue
        words = text[last : token.start()].translate(PUNCTUATION)
        last = token.end()
        if words:
            _name(parts, words)
        _claim(
            parts,
            token["n"],
            token["s"] or "",
            road=(road or village) and token.start() <= at + 1,
            rest=last < end,
        )
    if last < end and (words := text[last:].translate(PUNCTUATION)):
        _name(parts, words)
    return parts.flat()


def _is_word(text: str, token: re.Match[str]) -> bool:
    """A bare number or letter with a character right behind it belongs to a name: T3航站楼, 2期, 518创意园."""
    return "-" not in token["n"] and text[token.end() : token.end() + 1] > "\u3400"


def _name(parts: Parts, words: str) -> None:
    if not parts.compound and len(words) > 1 and not (parts.building or parts.unit or parts.room):
        parts.compound = words
    else:
        parts.left += words


def _claim(parts: Parts, n: str, s: str, *, road: bool, rest: bool) -> None:
    if s in BUILDING:
        _building(parts, n)
    elif s == "号" and parts.number.endswith("弄") and not (parts.building or parts.room):
        parts.building = n.lstrip("0-")
    elif s.startswith("号") and s not in ROOM and not parts.number and not (parts.building or parts.unit):
        parts.number = _number(n + s[1:].replace("院", ""))
    elif s == "弄":
        parts.number = n + "弄"
    elif s in ("单元", "梯"):
        _unit(parts, n)
    elif s in ("层", "F", "楼"):
        _floor(parts, n)
    elif s in ROOM or s.startswith("号"):
        _room(parts, n)
    elif road and not parts.number and n.count("-") <= 1 and n[0] in "0123456789":
        parts.number = _number(n)
    else:
        _bare(parts, n)


def _number(n: str) -> str:
    return n.replace("之", "-").lstrip("0-") or n


def _building(parts: Parts, n: str) -> None:
    parts.building = parts.building or n.lstrip("0-")


def _unit(parts: Parts, n: str) -> None:
    """3-2单元 says building 3, unit 2."""
    building, _, unit = n.lstrip("-").rpartition("-")
    if building and not parts.building:
        parts.building = building
    parts.unit = parts.unit or unit.lstrip("0")


def _floor(parts: Parts, n: str) -> None:
    if n.startswith(("负", "地下")):
        n = "-" + (n.lstrip("负地下") or "1")
    parts.floor = parts.floor or n


def _room(parts: Parts, n: str) -> None:
    if "-" in n.strip("-"):
        _bare(parts, n)
    elif not parts.room:
        parts.room = _with_floor(n.strip("-"), parts.floor)
    else:
        parts.left += n


def _with_floor(room: str, floor: str) -> str:
    """14楼1号 is room 1401."""
    short = len(room) <= 2 and room.isdigit() and floor.isdigit()
    return f"{floor}{int(room):02d}" if short else room.lstrip("0") or room


def _bare(parts: Parts, n: str) -> None:
    """3-2-501 is building, unit, room; 1-19-8, whose end is too short for a room, is unit, floor, door."""
    pieces = [piece.lstrip("0") or piece for piece in n.replace("之", "-").split("-") if piece]
    if parts.room or len(pieces) > 4:
        parts.left += n
        return
    if len(pieces) == 4:
        parts.building, pieces = parts.building or pieces[0], pieces[1:]
        if len(pieces[2]) > 2:
            pieces = pieces[1:] if parts.building else pieces
    if len(pieces) == 3:
        pieces = _triple(parts, pieces)
    if len(pieces) == 2:
        _pair(parts, pieces)
    elif pieces:
        parts.room = _with_floor(pieces[0], parts.floor)


def _triple(parts: Parts, pieces: list[str]) -> list[str]:
    first, second, third = pieces
    if len(third) <= 2 and second.isdigit() and third.isdigit():
        return [first, f"{second}{int(third):02d}"]
    parts.building = parts.building or first
    return [second, third]


def _pair(parts: Parts, pieces: list[str]) -> None:
    first, second = pieces
    if len(first) > 2:
        parts.room = f"{first}-{second}"
    elif len(second) <= 2 and first.isdigit() and second.isdigit():
        parts.room = _with_floor(second, first)
    elif parts.unit:
        parts.floor = parts.floor or first
        parts.room = _with_floor(second, first)
    elif not (parts.building or parts.number):
        parts.building, parts.room = first, second
    else:
        parts.unit, parts.room = first, second


def _floor_of(room: str) -> str:
    if len(room) in (3, 4) and room.isdigit():
        return room[:-2]
    return ""
