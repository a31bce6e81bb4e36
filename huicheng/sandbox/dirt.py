"""Kernels of dirt: each spoils a column the way a clerk, a form or an old system does."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huicheng.sandbox.addresses import FORMATS
from huicheng.sandbox.chance import Draw, Flags, Ints, texts
from huicheng.sandbox.columns import blank, choose, join, numbered, patch, plain, rewrite, take, text_of
from huicheng.sandbox.identifiers import DAYS, FIRST_DAY, ymd
from huicheng.sandbox.names import pools
from huicheng.sandbox.profiles import Spoiling

DATES = ("compact", "dash", "slash", "dots", "chinese", "time")
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
TEST_WORDS = ("测试", "test", "测试数据", "111", "无", "待补录", "XXX")


@cache
def _calendar(way: str) -> pa.StringArray:
    days = ymd(FIRST_DAY + np.arange(DAYS))
    year, month, day = days // 10000, days // 100 % 100, days % 100
    if way == "compact":
        return numbered(days, 8)
    if way in ("slash", "chinese"):
        marks = ("/", "/", "") if way == "slash" else ("年", "月", "日")
        return join(plain(year), marks[0], plain(month), marks[1], plain(day), marks[2])
    mark = "." if way == "dots" else "-"
    tail = " 00:00:00" if way == "time" else ""
    return join(plain(year), mark, numbered(month, 2), mark, numbered(day, 2), tail)


def dates(rng: np.random.Generator, days: Ints, usual: str, other: float) -> pa.StringArray:
    """Days written the department's way, some in another."""
    odd = rng.random(len(days)) < other
    places = np.clip(days - FIRST_DAY, 0, DAYS - 1)
    column = take(_calendar(usual), places)
    strange = rng.integers(0, len(DATES), int(odd.sum()))
    pieces = choose(strange, *(take(_calendar(way), places[odd]) for way in DATES))
    return patch(column, odd, pieces)


def births(rng: np.random.Generator, born: Ints, how: Spoiling, usual: str) -> pa.StringArray:
    wrong = rng.random(len(born)) < how.birth_wrong
    slip = rng.choice([1, -1, 10, -10, 30, -31, 365, -366, 3652], len(born))
    first_of_year = (born.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]")).astype(
        np.int64
    )
    slipped = np.where(rng.random(len(born)) < 0.25, first_of_year, born + slip)
    column = dates(rng, np.where(wrong, slipped, born), usual, how.other_dates)
    return blank(column, rng.random(len(born)) < how.birth_missing)


def _mistype(rng: np.random.Generator, grid: NDArray[np.uint8], last: int) -> NDArray[np.uint8]:
    """One wrong digit, or two neighbours swapped."""
    size = len(grid)
    spoilt, rows = grid.copy(), np.arange(size)
    place = rng.integers(0, last - 1, size)
    here, there = grid[rows, place], grid[rows, place + 1]
    swap = (rng.random(size) < 0.4) & (here != there)
    other = 48 + (here.astype(np.int64) - 48 + rng.integers(1, 10, size)) % 10
    spoilt[rows, place] = np.where(swap, there, other)
    spoilt[rows, place + 1] = np.where(swap, here, there)
    return spoilt


def codes(
    rng: np.random.Generator, grid: NDArray[np.uint8], how: Spoiling, short: Any = None
) -> tuple[pa.StringArray, Flags]:
    """18-place codes: missing, mistyped, or in the old `short` form; and which rows hold a valid one."""
    size = len(grid)
    chance = rng.random(size)
    missing, wrong = chance < how.code_missing, chance > 1 - how.code_mistyped
    grid = grid.copy()
    grid[wrong] = _mistype(rng, grid[wrong], 17)
    column = text_of(grid)
    if short is not None:
        column = patch(column, short[0] & ~wrong, short[1].filter(pa.array(short[0] & ~wrong)))
    column = rewrite(
        column,
        rng.random(size) < 0.003,
        lambda text, n: (text.lower(), text + " ", text.translate(WIDE))[n % 3],
    )
    column = blank(column, missing)
    empty_words = missing & (rng.random(size) < 0.08)
    return patch(
        column, empty_words, [("无", "0", "000000000000000000")[n % 3] for n in range(empty_words.sum())]
    ), ~(missing | wrong)


def old_numbers(grid: NDArray[np.uint8], born: Ints, chance: Flags) -> tuple[Flags, pa.StringArray]:
    """15-digit citizen numbers of those born before 1999: no century, no check digit."""
    old = chance & (born < np.datetime64("1999-01-01", "D").astype(np.int64))
    return old, text_of(np.delete(grid, [6, 7, 17], axis=1))


def names(rng: np.random.Generator, column: pa.StringArray, how: Spoiling) -> pa.StringArray:
    """Written by ear, in another form of the character, with blanks or full-width letters."""
    size, chance = len(column), rng.random(len(column))
    edges = np.cumsum([how.name_sound, how.name_look, how.name_space, how.name_wide])
    which = np.searchsorted(edges, chance, side="right")
    spoil = (_by_ear, _by_eye, _spaced, _wide)
    seeds = rng.integers(0, 1 << 30, size)
    rows = np.flatnonzero(which < len(spoil))
    kinds, luck = which[rows], seeds[rows]
    return rewrite(column, which < len(spoil), lambda text, n: spoil[kinds[n]](text, int(luck[n])))


def _swap(name: str, luck: int, table: dict[str, str], among: int | None) -> str:
    places = [place for place, character in enumerate(name) if character in table]
    if not places:
        return name
    place = places[-1 - luck % 5 // 3 % len(places)]
    options = table[name[place]][:among]
    return name[:place] + options[luck // 7 % len(options)] + name[place + 1 :]


def _by_ear(name: str, luck: int) -> str:
    if "·" in name:
        return name.replace("·", ("", ".", "•", " ")[luck % 4])
    return _swap(name, luck, pools().sounds, None)


def _by_eye(name: str, luck: int) -> str:
    if luck % 3:
        return _swap(name, luck, pools().looks, 1)
    return "".join(pools().looks.get(character, character) for character in name)


def _spaced(name: str, luck: int) -> str:
    blank_ = (" ", "　", "  ")[luck % 3]
    return (name[0] + blank_ + name[1:], blank_.join(name), name + blank_)[luck // 3 % 3]


def _wide(name: str, luck: int) -> str:
    return (name.replace("·", "．") + "　", name + "（先生）", name + "*", name + "1".translate(WIDE))[
        luck % 4
    ]


def phones(rng: np.random.Generator, numbers: Ints, how: Spoiling) -> pa.StringArray:
    """Mobile numbers as written: cut by dashes, with a country code, one digit off, or a landline instead."""
    size, chance = len(numbers), rng.random(len(numbers))
    wrong = rng.random(size) < how.phone_wrong
    slip = numbers + rng.integers(1, 10, size) * 10 ** rng.integers(0, 8, size)
    column = numbered(np.where(wrong, slip, numbers), 11)
    styled = chance < 0.06
    column = rewrite(
        column,
        styled,
        lambda t, n: (
            f"{t[:3]}-{t[3:7]}-{t[7:]}",
            f"+86 {t}",
            f"{t[:3]} {t[3:7]} {t[7:]}",
            "86" + t,
            t.translate(WIDE),
        )[n % 5],
    )
    line = chance > 0.985
    column = patch(column, line, join("024-", numbered(22_000_000 + numbers[line] % 66_000_000, 8)))
    column = patch(
        column, chance > 0.998, ["无", "00000000000", "12345678"][:1] * int((chance > 0.998).sum())
    )
    return blank(column, rng.random(size) < how.phone_missing)


@cache
def _ways(spec: str) -> tuple[Ints, Draw]:
    pairs = [part.split("=") for part in spec.split()]
    return np.array([FORMATS.index(way) for way, _ in pairs]), Draw([float(weight) for _, weight in pairs])


def ways(rng: np.random.Generator, how: Spoiling, size: int) -> Ints:
    """In which way each row writes its address."""
    places, draw = _ways(how.ways)
    chosen = places[draw.take(rng, size)]
    return np.where(rng.random(size) < how.unit_missing, FORMATS.index("no_unit"), chosen)


def addresses(rng: np.random.Generator, column: pa.StringArray, how: Spoiling) -> pa.StringArray:
    """Full-width figures, blanks, a short district name, a typed slip."""
    seeds = rng.integers(0, 1 << 20, len(column))
    odd = rng.random(len(column)) < how.address_wide * 2
    luck = seeds[odd]
    column = rewrite(
        column,
        odd,
        lambda text, n: (
            text.translate(WIDE),
            text.translate(WIDE),
            text.replace("沈阳市", "沈阳市 "),
            text.replace("区", "", 1),
            text.replace("号", "号 ", 1),
            "".join("〇一二三四五六七八九"[int(c)] if c in "0123456789" else c for c in text),
        )[luck[n] % 6],
    )
    return blank(column, rng.random(len(column)) < how.address_missing)


def sexes(rng: np.random.Generator, female: Flags, how: Spoiling, words: tuple[str, str]) -> pa.StringArray:
    chance = rng.random(len(female))
    column = take(texts(list(words)), (female ^ (chance > 1 - how.sex_wrong)).astype(np.int64))
    return blank(column, chance < how.sex_missing)


def garbage(rng: np.random.Generator, columns: list[pa.StringArray], share: float) -> list[pa.StringArray]:
    """Rows that are nobody: empty, tests, shifted by a column, impossible dates."""
    rows = len(columns[0]) if columns else 0
    count = rng.binomial(rows, share / (1 + share)) if rows else 0
    kind = rng.integers(0, 4, count)
    source = [take(column, rng.integers(0, rows, count)) for column in columns] if count else columns
    words = take(texts(list(TEST_WORDS)), rng.integers(0, len(TEST_WORDS), count))
    result = []
    for place, column in enumerate(source[:] if count else []):
        shifted = source[place - 1]
        impossible = _impossible(rng, column, place)
        test = words if place < 4 else blank(words, rng.random(count) < 0.7)
        result.append(choose(kind, pa.nulls(count, pa.string()), test, shifted, impossible))
    return result


def _impossible(rng: np.random.Generator, column: pa.StringArray, place: int) -> pa.StringArray:
    """Only odd columns keep a value; what looks like a date becomes one that never was."""
    if place % 2 == 0:
        return pa.nulls(len(column), pa.string())
    never = take(
        texts(["1900-00-00", "20251345", "9999/99/99", "0001-01-01"]), rng.integers(0, 4, len(column))
    )
    return pc.if_else(pc.match_substring_regex(column, r"^(19|20)\d\d.?\d").fill_null(False), never, column)
