"""Numbers the invented city hands out: citizen numbers, credit codes, telephones; each valid, each once."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from huicheng.sandbox.chance import Counters, Draw, Flags, Ints, digits, permuted, pick
from huicheng.sandbox.places import DISTRICTS, _rows

FIRST_DAY = np.datetime64("1915-01-01", "D").astype(np.int64)
DAYS = 41_000
PERSON_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
PERSON_CHECKS = np.frombuffer(b"10X98765432", np.uint8)
LETTERS = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", np.uint8)
CREDIT_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
PREFIXES = np.array(
    [
        int(p)
        for p in [
            "130",
            "131",
            "132",
            "133",
            "134",
            "135",
            "136",
            "137",
            "138",
            "139",
            "150",
            "151",
            "152",
            "155",
            "156",
            "157",
            "158",
            "159",
            "166",
            "170",
            "173",
            "175",
            "176",
            "177",
            "178",
            "180",
            "181",
            "182",
            "183",
            "185",
            "186",
            "187",
            "188",
            "189",
            "191",
            "198",
            "199",
            "147",
            "172",
            "195",
        ]
    ]
)
# Where those who came from elsewhere were born: province or prefecture, relative weight.
ORIGINS = {
    "2112": 14,
    "2104": 9,
    "2109": 8,
    "2113": 8,
    "2107": 6,
    "2111": 4,
    "2108": 4,
    "2105": 4,
    "2106": 3,
    "2102": 3,
    "2110": 4,
    "2114": 3,
    "22": 9,
    "23": 12,
    "1505": 5,
    "1504": 3,
    "13": 3,
    "37": 4,
    "41": 3,
    "34": 2,
    "32": 1,
    "33": 1,
    "51": 1,
    "42": 1,
    "14": 1,
    "65": 0.3,
}


@cache
def origins() -> tuple[Ints, Draw]:
    """Counties outside the city; not urban districts, since few of those have kept a code since 1984."""
    rows = list(_rows("china_areas.csv", ""))
    county = [int(r["code"]) for r in rows if int(r["code"]) % 100 > 20 and r["name"][-1] in "县旗"]
    codes, weights = [], []
    for start, weight in ORIGINS.items():
        inside = [code for code in county if str(code).startswith(start)][:24]
        codes += inside
        weights += [weight / max(1, len(inside))] * len(inside)
    return np.array(codes), Draw(weights)


def native_codes(district: Ints, year: Ints) -> Ints:
    """The division code the district had when a number was given: none before 1984."""
    now = np.array([d.code for d in DISTRICTS])[district]
    old = np.array([d.old_code for d in DISTRICTS])[district]
    changed = np.array([d.changed for d in DISTRICTS])[district]
    return np.where(np.maximum(year, 1984) < changed, old, now)


class CitizenNumbers:
    """Sequence numbers run on through the day and place of birth, so neighbours and twins are close."""

    def __init__(self) -> None:
        locals_ = {d.code for d in DISTRICTS} | {d.old_code for d in DISTRICTS if d.old_code}
        self.divisions = np.array(sorted(locals_ | set(origins()[0].tolist())))
        self.used = Counters(len(self.divisions) * DAYS * 2, np.uint16)

    def next(self, division: Ints, born: Ints, female: Flags) -> NDArray[np.uint8]:
        place = np.searchsorted(self.divisions, division) * DAYS + (born - FIRST_DAY)
        nth = self.used.next(place * 2 + female)
        sequence = (nth + pick(place, 7, 60)) % 499 * 2 + np.where(female, 2, 3)  # 000 is never given
        grid = np.empty((len(born), 18), np.uint8)
        grid[:, :6], grid[:, 6:14] = digits(division, 6), digits(ymd(born), 8)
        grid[:, 14:17] = digits(sequence, 3)
        grid[:, 17] = person_checks(grid)
        return grid


def ymd(days: Ints) -> Ints:
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    month = months.astype(np.int64)
    return (month // 12 + 1970) * 10000 + (month % 12 + 1) * 100 + (dates - months).astype(np.int64) + 1


def years(days: Ints) -> Ints:
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def person_checks(grid: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """GB 11643 for a whole matrix at once."""
    return PERSON_CHECKS[(grid[:, :17].astype(np.int64) - 48) @ PERSON_WEIGHTS % 11]


def phones(numbers: Ints) -> Ints:
    """The n-th mobile number of the city; never the same twice."""
    prefix, rest = np.divmod(permuted(numbers, len(PREFIXES) * 10**8, 24_601), 10**8)
    return PREFIXES[prefix] * 10**8 + rest


def credit_codes(nth: Ints, division: Ints, newer: Flags) -> NDArray[np.uint8]:
    """91 + division + organisation code + check. New organisations are numbered MA…, old ones in digits."""
    grid = np.empty((len(nth), 18), np.uint8)
    grid[:, 0], grid[:, 1] = ord("9"), ord("1")
    grid[:, 2:8] = digits(division, 6)
    scattered = permuted(nth, 29**3 * 1000, 11)
    grid[:, 8:16] = digits(10**7 + permuted(nth, 69_999_989, 3), 8)
    rows = np.flatnonzero(newer)
    grid[rows, 8:10] = np.frombuffer(b"MA", np.uint8)
    rest = scattered[rows]
    for place in range(10, 13):
        rest, letter = np.divmod(rest, 29)
        grid[rows, place] = LETTERS[letter]
    grid[rows, 13:16] = digits(rest, 3)
    grid[:, 16] = _organisation_checks(grid[:, 8:16])
    grid[:, 17] = credit_checks(grid)
    return grid


def _organisation_checks(grid: NDArray[np.uint8]) -> NDArray[np.uint8]:
    values = np.where(grid >= 65, grid.astype(np.int64) - 55, grid.astype(np.int64) - 48)
    return np.frombuffer(b"0123456789X", np.uint8)[-(values @ ORGANISATION_WEIGHTS) % 11]


def credit_checks(grid: NDArray[np.uint8]) -> NDArray[np.uint8]:
    places = np.searchsorted(LETTERS, grid[:, :17])
    return LETTERS[-(places @ CREDIT_WEIGHTS) % 31]
