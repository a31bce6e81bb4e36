"""The truth about houses, and what three departments hold about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huicheng.sandbox import dirt
from huicheng.sandbox.chance import Ints, permuted, pick, scramble, texts
from huicheng.sandbox.columns import blank, join, numbered, patch, plain, take
from huicheng.sandbox.firms import Firms
from huicheng.sandbox.households import SPOUSE, TODAY, YEAR
from huicheng.sandbox.layout import LAYOUTS
from huicheng.sandbox.people_extracts import Extract, finish, some, written
from huicheng.sandbox.places import DWELLING, SHOP, SLOT_BITS, city, doors
from huicheng.sandbox.profiles import SPOILING
from huicheng.sandbox.residents import DEAD, Ledger, People

USES = ("住宅", "办公", "商业", "农村宅基地")
VACANT = 0.08


@dataclass
class Houses:
    """One chunk of houses; `owner` is a row of the chunk's people, -1 an outsider or the state."""

    numbers: Ints
    owner: Ints
    former_owner: Ints
    sold_on: Ints
    residents: Ints
    areas: Ints
    uses: Ints
    built: Ints

    @property
    def count(self) -> int:
        return len(self.numbers)

    @property
    def codes(self) -> Ints:
        """The housing bureau's own 16-digit code."""
        return 2101 * 10**12 + permuted(self.numbers, 2**39, 13)


def draw_houses(rng: np.random.Generator, ledger: Ledger, people: People, firms: Firms) -> Houses:
    """Homes of households, homes that stand empty, and where firms sit or sat."""
    starts = people.members.start
    lived, size = people.homes[starts], np.diff(np.r_[starts, people.size])
    empty = ledger.homes.next(ledger.homes.urban.take(rng, max(1, int(len(starts) * VACANT))))
    commercial = np.unique(np.r_[firms.premises, firms.former_premises])
    commercial = commercial[(commercial >> SLOT_BITS) & 3 != DWELLING]
    numbers = np.r_[lived, empty, commercial]
    residents = np.r_[size, np.zeros(len(empty) + len(commercial), np.int64)]
    adults = np.flatnonzero((people.age > 25) & (people.state != DEAD))
    owner = rng.choice(adults, len(numbers))
    coupled = people.members.role[np.minimum(starts + 1, people.size - 1)] == SPOUSE
    own = starts + (coupled & (rng.random(len(starts)) < 0.15))
    owner[: len(starts)] = np.where(rng.random(len(starts)) < 0.8, own, owner[: len(starts)])
    owner[rng.random(len(numbers)) < 0.02] = -1
    sold = rng.random(len(numbers)) < 0.15
    ledger.houses += len(numbers)
    return Houses(
        numbers,
        owner,
        np.where(sold, rng.choice(adults, len(numbers)), owner),
        np.where(sold, TODAY - rng.integers(30, 5000, len(numbers)), 0),
        residents,
        *_make(numbers),
    )


def _make(numbers: Ints) -> tuple[Ints, Ints, Ints]:
    """Area (hundredths of m²), use and year follow from the place: flats one above the other are alike."""
    where = doors(numbers)
    compound = (numbers >> 8) * 64
    column = compound + where.door % 100 + 7 * (where.unit % 3)
    flat = 4200 + pick(column, 21, 9800)
    area = np.where(where.village == 1, 6000 + pick(numbers, 22, 14000), flat)
    area = np.where(where.sort > DWELLING, 3000 + pick(numbers, 23, 27000), area)
    use = np.where(where.village == 1, 3, np.minimum(where.sort, SHOP))
    return area, use, 1978 + pick(compound, 24, 45)


def coordinates(numbers: Ints) -> tuple[np.ndarray, np.ndarray]:
    """Near the community's invented middle; the same for all flats of a compound."""
    community = numbers >> (SLOT_BITS + 2)
    offset = [(pick(numbers >> 8, salt, 1001) - 500) / 500 * 0.004 for salt in (25, 26)]
    return city().lng[community] + offset[0], city().lat[community] + offset[1]


class HouseRows:
    """Rows about to be written: which house, as of which day."""

    def __init__(
        self, rng: np.random.Generator, houses: Houses, people: People, resource: str, about: Ints
    ) -> None:
        self.rng, self.houses, self.people, self.resource = rng, houses, people, resource
        self.how = SPOILING[resource]
        again = rng.random(len(about)) < self.how.twice
        order = rng.permutation(len(about) + int(again.sum()))
        self.about = np.r_[about, about[again]][order]
        self.again = (order >= len(about)).astype(np.int64)
        self.size = len(order)
        ago = np.minimum(rng.exponential(self.how.age * YEAR, self.size), 27 * YEAR).astype(np.int64)
        self.day = TODAY - 5 - ago

    def of(self, column: Ints) -> Ints:
        return column[self.about]

    def addresses(self) -> pa.StringArray:
        return written(self.rng, self.of(self.houses.numbers), self.day, self.how)

    def areas(self) -> pa.StringArray:
        """Exact, to a tenth, or to a whole metre."""
        exact = self.of(self.houses.areas)
        step = np.array([1, 1, 1, 1, 1, 1, 10, 100])[self.rng.integers(0, 8, self.size)]
        area = exact // step * step
        return join(plain(area // 100), ".", numbered(area % 100, 2))

    def owners(self) -> tuple[pa.StringArray, pa.StringArray]:
        former = self.day < self.of(self.houses.sold_on)
        owner = np.where(former, self.of(self.houses.former_owner), self.of(self.houses.owner))
        names = dirt.names(self.rng, take(self.people.names, np.maximum(owner, 0)), self.how)
        names = patch(names, owner < 0, "沈阳市房产管理局")
        grid = self.people.numbers[np.maximum(owner, 0)]
        born = self.people.members.born[np.maximum(owner, 0)]
        short = dirt.old_numbers(grid, born, self.rng.random(self.size) < self.how.code_short)
        ids, _ = dirt.codes(self.rng, grid, self.how, short)
        missing = self.rng.random(self.size) < self.how.owner_missing
        return blank(names, missing), blank(ids, missing | (owner < 0))

    def dates(self) -> pa.StringArray:
        return dirt.dates(self.rng, self.day, LAYOUTS[self.resource].dates, self.how.other_dates)

    def finish(self, columns: list[pa.StringArray], valid: Ints) -> Extract:
        return finish(self.rng, self.resource, columns, self.of(self.houses.numbers), valid)


def titles(rng: np.random.Generator, houses: Houses, people: People) -> Extract:
    village = houses.uses == 3
    rows = HouseRows(rng, houses, people, "property_titles", some(rng, np.where(village, 0.6, 0.9)))
    finished = ((rows.of(houses.built) - 1970) * YEAR).astype(np.int64) + 200
    rows.day = np.maximum(rows.day, finished)
    day = rows.day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    unique = numbered(permuted(rows.of(houses.numbers) * 2 + rows.again, 2**39, 271_828), 12)
    numbers = pc.if_else(
        pa.array(day >= 2016),
        join("辽(", plain(day), ")沈阳市不动产权第", unique, "号"),
        join("沈房权证字第N", unique, "号"),
    )
    codes = rows.of(houses.codes)
    missing = rng.random(rows.size) < np.where(day < 2008, 0.55, 0.12)
    wrong = ~missing & (rng.random(rows.size) < 0.006)
    text = numbered(np.where(wrong, codes + 10 ** rng.integers(0, 9, rows.size), codes), 16)
    owner, owner_id = rows.owners()
    year = blank(plain(rows.of(houses.built)), rng.random(rows.size) < 0.08)
    return rows.finish(
        [
            numbers,
            blank(text, missing),
            rows.addresses(),
            rows.areas(),
            take(texts(list(USES)), rows.of(houses.uses)),
            year,
            owner,
            owner_id,
            rows.dates(),
        ],
        np.where(missing | wrong, 0, codes),
    )


def addresses(rng: np.random.Generator, houses: Houses, people: People) -> Extract:
    rows = HouseRows(rng, houses, people, "police_addresses", some(rng, np.full(houses.count, 0.975)))
    number = rows.of(houses.numbers)
    community = number >> (SLOT_BITS + 2)
    codes = city().codes[community]
    lng, lat = (_degrees(values) for values in coordinates(number))
    nowhere = rng.random(rows.size) < 0.10
    people_there = np.maximum(0, rows.of(houses.residents) + rng.choice([0, 0, 0, 0, 0, 1, -1], rows.size))
    inside = number & ((1 << (SLOT_BITS + 2)) - 1)
    return rows.finish(
        [
            join(plain(codes), numbered(inside * 2 + rows.again, 8)),
            rows.addresses(),
            blank(take(city().names, community), rng.random(rows.size) < 0.01),
            plain(codes),
            plain(codes // 10**6),
            blank(lng, nowhere),
            blank(lat, nowhere),
            plain(people_there),
        ],
        np.zeros(rows.size, np.int64),
    )


def _degrees(values: np.ndarray) -> pa.StringArray:
    whole = np.round(values * 1e6).astype(np.int64)
    return join(plain(whole // 10**6), ".", numbered(whole % 10**6, 6))


def taxes(rng: np.random.Generator, houses: Houses, people: People) -> Extract:
    share = np.where(houses.uses == 0, 0.26, np.where(houses.uses == 3, 0.05, 0.8))
    rows = HouseRows(rng, houses, people, "property_taxes", some(rng, share))
    owner, owner_id = rows.owners()
    number = join(
        "FC",
        numbered((scramble(rows.of(houses.numbers), 32) % np.uint64(10**15)).astype(np.int64), 15),
        plain(rows.again),
    )
    return rows.finish(
        [number, rows.addresses(), rows.areas(), owner, owner_id, rows.dates()], np.zeros(rows.size, np.int64)
    )
