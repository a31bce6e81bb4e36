"""Characters before meaning: widths, blanks, Chinese numerals, traditional forms."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

# The 2013 table of standard characters gives these back to people's names.
KEPT = frozenset("昇堃喆淼邨甦犇龢迺乾藉麽仝菉椀祇")
BLANKS = re.compile(r"[\s\u200b-\u200f\ufeff\u00ad]+")
NOT_CODE = re.compile(r"[\s'’‘`\"“”\-—–_.·,，。:：]+")
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
DIGITS = {
    "零": 0,
    "〇": 0,
    "○": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
UNITS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
GROUPS = {"万": 10_000, "亿": 100_000_000}
WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Full-width letters, digits and marks as ASCII; Chinese characters as they are."""
    return text.translate(WIDE)


def tidy_code(text: str) -> str:
    """Capitals and digits only; a foreign character becomes one `?` so that lengths still count."""
    plain = NOT_CODE.sub("", half_width(text)).upper()
    plain = unicodedata.normalize("NFKC", plain) if not plain.isascii() else plain
    return NOT_ASCII.sub("?", BLANKS.sub("", plain))


def without_blanks(text: str) -> str:
    return BLANKS.sub("", text)


def chinese_number(text: str) -> int | None:
    """二〇三 → 203, 二十三 → 23, 一百零五 → 105, 三万二千 → 32000; None for anything else."""
    if not any(character in DIGITS or character in UNITS for character in text):
        return None
    if all(character in DIGITS for character in text):
        return int("".join(str(DIGITS[character]) for character in text))
    total = section = digit = 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS[character]
        elif character in UNITS:
            section += (digit or (0 if section else 1)) * UNITS[character]
            digit = 0
        elif character in GROUPS:
            total = (total + section + digit) * GROUPS[character]
            section = digit = 0
        else:
            return None
    return total + section + digit


@cache
def _simplifier() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


@cache
def traditional_map() -> dict[int, str]:
    """Single characters only: a name has no context for phrases to help with."""
    block = "".join(map(chr, range(0x4E00, 0x9FA6)))
    simple = _simplifier().convert(" ".join(block)).split(" ")
    return {
        ord(old): new
        for old, new in zip(block, simple, strict=True)
        if old != new and len(new) == 1 and old not in KEPT
    }


def simplified(text: str) -> str:
    return text if text.isascii() else text.translate(traditional_map())
