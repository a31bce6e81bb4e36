"""Sums of money as registers write them: 50(万元人民币), 16.4万人民币, 2,000(万美元), 伍拾万元整."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from huicheng.codes.files import TABLES, rows
from huicheng.codes.problems import Refused
from huicheng.codes.text import chinese_number, half_width, without_blanks

SUM = re.compile(
    r"(?P<lead>[^0-9.+\-]*?)(?P<sign>[-+]?)(?P<number>[0-9][0-9,，]*(?:\.[0-9]+)?|\.[0-9]+)"
    r"(?P<unit>[十百千]?[万亿]?)(?P<tail>[^0-9]*)"
)
WRITTEN = re.compile(
    r"(?P<lead>\D*?)(?P<number>[零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖十百千拾佰仟万亿萬億]+)(?P<tail>\D*)"
)
UNITS = {
    "": 1,
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
    "十亿": 10**9,
    "百亿": 10**10,
    "千亿": 10**11,
    "万亿": 10**12,
}
NOISE = re.compile(r"[()（）\[\]整正约计:：,，]|注册资[本金]|金额|合计|共")


@dataclass(frozen=True)
class Money:
    yuan: Decimal
    currency: str

    @property
    def fen(self) -> int:
        return int((self.yuan * 100).to_integral_value())


def read_money(text: str) -> Money:
    plain = without_blanks(half_width(text)).replace("，", ",")
    found = SUM.fullmatch(plain)
    if found:
        amount = Decimal(found["sign"] + found["number"].replace(",", ""))
        scale, words = _scale(found["unit"], found["lead"] + found["tail"])
    elif found := WRITTEN.fullmatch(plain):
        amount, scale, words = _written(found["number"]), 1, found["lead"] + found["tail"]
    else:
        raise Refused("money.form")
    currency = _currency(words)
    return Money((amount * scale * _rates()[currency]).quantize(Decimal("0.01")), currency)


def _scale(unit: str, words: str) -> tuple[int, str]:
    """50万 and 50(万元人民币) carry their unit in different places; 50万(万元) is nonsense."""
    words = NOISE.sub("", words)
    inner = re.match(r"([十百千]?[万亿]+)", words)
    if inner and unit:
        raise Refused("money.form")
    if inner:
        unit, words = inner.group(1), words[inner.end() :]
    if unit not in UNITS:
        raise Refused("money.form")
    return UNITS[unit], words


def _written(number: str) -> Decimal:
    value = chinese_number(number.replace("萬", "万").replace("億", "亿"))
    if value is None:
        raise Refused("money.form")
    return Decimal(value)


def _currency(words: str) -> str:
    words = (
        NOISE.sub("", words).removesuffix("元")
        if words not in ("元", "美元", "欧元", "港元", "日元")
        else words
    )
    if not words or words in _words():
        return _words().get(words, "CNY")
    for word in sorted(_words(), key=len, reverse=True):
        if word in words and word != "元":
            return _words()[word]
    if words.strip("元圆") == "":
        return "CNY"
    raise Refused("money.currency")


@cache
def _words() -> dict[str, str]:
    return {
        word: row["code"]
        for row in rows(TABLES / "currencies.csv")
        for word in (row["code"], row["name"], *row["aliases"].split())
    }


@cache
def _rates() -> dict[str, Decimal]:
    return {row["code"]: Decimal(row["yuan"]) for row in rows(TABLES / "currencies.csv")}
