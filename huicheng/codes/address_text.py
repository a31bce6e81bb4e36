"""An address text before anything is read: one width, one dash, digits for the numerals that count."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from huicheng.codes.text import WIDE, chinese_number, traditional_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLANKS = re.compile(r"[\s\u200b\ufeff]+|(?:邮编|邮政编码)[:：]?[0-9]{6}")
HANZI_NUMBER = "零〇○一二两三四五六七八九十百"
NUMERAL = re.compile(
    # what it counts stands behind it, or behind the dash behind it: 三十二—五号
    f"[{HANZI_NUMBER}]+(?=号(?!路|街|线|巷|大街)|栋|幢|单元|楼(?!子|台)|层|室|门(?!市)|[-之][0-9{HANZI_NUMBER}])"
    # the end of a row of numbers: 1-二〇一, 3单元五〇一
    f"|(?<=[0-9{HANZI_NUMBER}][-之])[{HANZI_NUMBER}]+(?=$|[-()])"
    f"|(?<=[元层楼座栋幢号])[〇零一二三四五六七八九]{{3,4}}(?=$|[-()])"
)
# 94一7号: the dash of one who wrote by hand
HAND_DASH = re.compile(r"(?<=[0-9])一(?=[0-9])")


@cache
def _tidy_map() -> dict[int, str | int]:
    table: dict[int, str | int] = {**traditional_map(), **WIDE}
    table |= {ord(dash): "-" for dash in "—–―－‐‑−~～_ー"}
    table |= {ord(mark): "(" for mark in "（[【〔《<"} | {ord(mark): ")" for mark in "）]】〕》>"}
    table |= {ord(mark): " " for mark in "，,、;；。:：\"'“”‘’|*"} | {ord("＃"): "#", ord("﹟"): "#"}
    return table


def tidy_address(text: str) -> str:
    """One width, one dash, one bracket; digits for the numerals that count houses, floors and rooms."""
    plain = BLANKS.sub("", text).translate(_tidy_map()).upper().strip()
    if not ANY_NUMERAL.search(plain):
        return plain
    # From the right, so that 一 in 一-二〇一 sees the number that 二〇一 has become.
    return HAND_DASH.sub("-", NUMERAL.sub(_arabic, NUMERAL.sub(_arabic, plain)))


ANY_NUMERAL = re.compile(f"[{HANZI_NUMBER}]")


def _arabic(found: re.Match[str]) -> str:
    before = found.string[: found.start()]
    if before and found.string[found.end() : found.end() + 1] == "楼" and before[-1] in "第东西南北":
        return found.group()
    return str(chinese_number(found.group()))


def tidy_addresses(texts: Sequence[str]) -> list[str]:
    """The same for many, none of them empty: what is tidy already, most of it, is seen at once and left alone."""
    import numpy as np

    if not texts:
        return []
    letters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, texts), np.intp, len(texts))
    starts = np.cumsum(lengths) - lengths
    kinds = _kinds()[np.minimum(letters, 0xFFFF)]
    # Beside a numeral at the end of its text there is nothing; beside the text there is another text.
    behind = np.r_[kinds[1:], np.uint8(COUNTED)]
    behind[starts[1:] - 1] = COUNTED
    odd = (kinds == UNTIDY) | ((kinds == NUMERALS) & (behind >= COUNTED))
    touched = np.logical_or.reduceat(odd, starts).tolist()
    return [tidy_address(text) if touch else text for text, touch in zip(texts, touched, strict=True)]


# Any character · one that tidying changes or drops · a numeral · what makes digits of a numeral in front of it.
LETTER, UNTIDY, NUMERALS, COUNTED = range(4)


@cache
def _kinds() -> NDArray[Any]:
    import numpy as np

    kinds = np.zeros(0x10000, np.uint8)
    table = _tidy_map()
    for code in range(0x10000):
        letter = chr(code)
        if code in table or letter.upper() != letter or BLANKS.fullmatch(letter):
            kinds[code] = UNTIDY
    kinds[[ord("邮"), 0xFFFF]] = UNTIDY
    kinds[[ord(letter) for letter in HANZI_NUMBER]] = NUMERALS
    kinds[[ord(letter) for letter in "号栋幢单楼层室门之-()0123456789"]] = COUNTED
    return kinds
