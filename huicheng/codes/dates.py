"""Days however they were written: 2020年1月5日, 二〇二〇年一月五日, 民国八十年一月五日, 43835."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from huicheng.codes.checked import Checked
from huicheng.codes.problems import Refused
from huicheng.codes.text import chinese_number, half_width

CHINESE = "零〇○一二三四五六七八九十廿百"
YMD = re.compile(r"([0-9]{4})[-/.年\s]{1,2}([0-9]{1,2})[-/.月\s]{1,2}([0-9]{1,2})(?:日|号)?")
COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
WRITTEN = re.compile(f"([{CHINESE}]{{4}})年([{CHINESE}]{{1,3}})月([{CHINESE}]{{1,3}})[日号]?")
REPUBLIC = re.compile(
    f"民国([0-9]{{1,3}}|[{CHINESE}元]{{1,5}})年([0-9]{{1,2}}|[{CHINESE}]{{1,3}})月"
    f"([0-9]{{1,2}}|[{CHINESE}]{{1,3}})[日号]?"
)
DAY_FIRST = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})")
SERIAL = re.compile(r"([0-9]{4,5})(?:\.([0-9]+))?")
CLOCK = re.compile(
    r"[T\s]*([0-9]{1,2})[:时点]([0-9]{1,2})(?:[:分]([0-9]{1,2})(?:\.[0-9]+)?秒?|分)?\s*(?:Z|[+-][0-9:]{4,6})?$"
)
EXCEL_EPOCH = datetime(1899, 12, 30)
SERIALS = range(3653, 73415)  # 1910-01-01 to 2100: smaller numbers are counts, not days
YEARS = range(1850, 2101)


def read_date(text: str) -> date:
    """A day; a clock time behind it is dropped. A day that is not in the calendar is refused, never mended."""
    plain = half_width(text).strip().strip("'")
    for shape, reader in ((YMD, _digits), (COMPACT, _digits), (WRITTEN, _chinese), (REPUBLIC, _republic)):
        if found := shape.match(plain):
            rest = plain[found.end() :].strip()
            if not rest or CLOCK.fullmatch(rest) or re.fullmatch(r"[0-9]{6}", rest):
                return _day(*reader(*found.groups()))
    if found := DAY_FIRST.fullmatch(plain):
        return _day_first(*map(int, found.groups()))
    if found := SERIAL.fullmatch(plain):
        return _serial(found).date()
    raise Refused("date.form")


def read_datetime(text: str) -> datetime:
    """Naive local time; midnight when only a day is given."""
    plain = half_width(text).strip()
    if found := SERIAL.fullmatch(plain):
        return _serial(found)
    if found := re.fullmatch(r"([0-9]{8})([0-9]{2})([0-9]{2})([0-9]{2})", plain):
        day, *clock = found.groups()
        return _at(read_date(day), clock)
    try:
        day = read_date(plain)
    except Refused as refusal:
        raise Refused("datetime.form" if refusal.code == "date.form" else refusal.code) from None
    found = CLOCK.search(plain)
    return _at(day, found.groups("0") if found else ("0", "0", "0"))


def _at(day: date, clock: Any) -> datetime:
    hour, minute, second = map(int, clock)
    try:
        return datetime(day.year, day.month, day.day, hour, minute, second)
    except ValueError:
        raise Refused("datetime.form") from None


def _digits(year: str, month: str, day: str) -> tuple[int, int, int]:
    return int(year), int(month), int(day)


def _chinese(*parts: str) -> tuple[int, int, int]:
    year, month, day = (chinese_number(part.replace("廿", "二十")) for part in parts)
    return year or 0, month or 0, day or 0


def _republic(year: str, month: str, day: str) -> tuple[int, int, int]:
    numbers = [
        int(part) if part.isdigit() else chinese_number(part.replace("元", "一").replace("廿", "二十")) or 0
        for part in (year, month, day)
    ]
    return numbers[0] + 1911, numbers[1], numbers[2]


def _day_first(first: int, second: int, year: int) -> date:
    """5/1/2020 could be two days; only 25/1/2020 and 1/25/2020 say which they are."""
    if first > 12:
        return _day(year, second, first)
    if second > 12 or first == second:
        return _day(year, first, second)
    raise Refused("date.form")


def _serial(found: re.Match[str]) -> datetime:
    whole, part = found.groups()
    if int(whole) not in SERIALS or (len(whole) == 4 and int(whole) in YEARS):
        raise Refused("date.form")
    seconds = round(float(f"0.{part or 0}") * 86400)
    return EXCEL_EPOCH + timedelta(days=int(whole), seconds=seconds)


def _day(year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise Refused("date.impossible") from None
    if year not in YEARS:
        raise Refused("date.range")
    return found


def dates(column: Any) -> Checked:
    """2020-01-05 and 20200105 by arithmetic on bytes; every other form once per distinct text."""
    import numpy as np
    import pyarrow as pa

    from huicheng.codes.columns import as_text, matrix, one_by_one

    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return _ready(column.cast(pa.date32()))
    text = as_text(column)
    days = np.zeros(len(text), np.int32)
    done = ~text.is_valid().to_numpy(zero_copy_only=False)
    for width, places in ((10, (0, 1, 2, 3, 5, 6, 8, 9)), (8, tuple(range(8)))):
        rows, grid = matrix(text, width)
        good, numbers = _plain_days(grid, places, width)
        days[rows[good]], done[rows[good]] = numbers, True
    rest = np.flatnonzero(~done)
    read = one_by_one(text.take(pa.array(rest)), read_date, pa.date32())
    days[rest] = read.values.cast(pa.int32()).fill_null(0).to_numpy()
    empty = text.is_null().to_numpy(zero_copy_only=False).copy()
    empty[rest] = read.values.is_null().to_numpy(zero_copy_only=False)
    values = pa.array(days, mask=empty).cast(pa.date32())
    marks = np.full(len(text), -1, np.int32)
    marks[rest] = read.problems.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    indices = pa.array(marks, mask=marks < 0)
    return Checked(values, pa.DictionaryArray.from_arrays(indices, read.problems.dictionary))


def _ready(values: Any) -> Checked:
    from huicheng.codes.columns import no_problems

    return Checked(values, no_problems(len(values)))


def _plain_days(grid: Any, places: tuple[int, ...], width: int) -> tuple[Any, Any]:
    """Which rows are plain written days that exist, and their day numbers since 1970."""
    import numpy as np

    from huicheng.codes.columns import real_dates

    digits = grid[:, list(places)] - np.uint8(48)
    good = (digits <= 9).all(axis=1)
    if width == 10:
        good &= (grid[:, 4] == grid[:, 7]) & np.isin(grid[:, 4], list(b"-/."))
    digits = digits[good].astype(np.float32)
    years = (digits[:, :4] @ np.array([1000, 100, 10, 1], np.float32)).astype(np.int32)
    month_days = (digits[:, 4:] @ np.array([1000, 100, 10, 1], np.float32)).astype(np.int32)
    real = real_dates(years, month_days) & (years >= YEARS.start) & (years < YEARS.stop)
    good[np.flatnonzero(good)[~real]] = False
    years, month_days = years[real], month_days[real]
    months = ((years - 1970) * 12 + month_days // 100 - 1).astype("datetime64[M]")
    return good, months.astype("datetime64[D]").astype(np.int64) + month_days % 100 - 1
