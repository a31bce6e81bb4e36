"""What five departments hold about residents: truth as of the day a row was last touched, then spoilt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from huicheng.sandbox import dirt
from huicheng.sandbox.addresses import Written
from huicheng.sandbox.chance import Flags, Ints, permuted, pick, texts
from huicheng.sandbox.columns import blank, choose, join, numbered, plain, take
from huicheng.sandbox.households import RELATIONS, TODAY, YEAR
from huicheng.sandbox.identifiers import years
from huicheng.sandbox.layout import LAYOUTS
from huicheng.sandbox.names import ETHNIC_GROUPS
from huicheng.sandbox.places import DISTRICTS, city
from huicheng.sandbox.profiles import SPOILING, Spoiling
from huicheng.sandbox.residents import DEAD, DIVORCED, MARRIED, NORMAL, STATES, People
from huicheng.sandbox.schools import grades, school_of, schools

MARRIAGE, SPLIT, POOR, DISABLED, AGED = range(5)
CIVIL_KINDS = ("结婚登记", "离婚登记", "低保", "残疾", "高龄津贴")


@dataclass
class Extract:
    """Columns of one file in this chunk; entity -1 marks garbage, valid 0 a row without a valid code."""

    resource: str
    columns: list[pa.StringArray]
    entity: Ints
    valid: Ints


@dataclass
class Employers:
    """What an insurance row says of the employer; rows of the firms of this chunk."""

    codes: pa.StringArray
    names: pa.StringArray


class Rows:
    """Rows about to be written: whose, and as of which day."""

    def __init__(
        self, rng: np.random.Generator, people: People, resource: str, about: Ints, day: Ints | None = None
    ) -> None:
        self.rng, self.people, self.how, self.resource = rng, people, SPOILING[resource], resource
        twice = rng.random(len(about)) < self.how.twice
        order = rng.permutation(len(about) + int(twice.sum()))
        self.source = np.r_[np.arange(len(about)), np.flatnonzero(twice)][order]
        self.about = about[self.source]
        drawn = TODAY - np.minimum(rng.exponential(self.how.age * YEAR, len(order)), 22 * YEAR).astype(
            np.int64
        )
        born = people.members.born[self.about]
        drawn = np.maximum(drawn, np.minimum(born + rng.integers(5, 400, len(order)), TODAY - 1))
        self.day = drawn if day is None else day[self.source]
        self.size = len(order)

    def of(self, column: Any) -> Any:
        return column[self.about]

    def ids(self) -> tuple[pa.StringArray, Ints]:
        """Citizen numbers, and the valid ones as integers for the key of truth."""
        people, how = self.people, self.how
        bearer = np.where(
            self.rng.random(self.size) < how.code_relative * 2, relative(people)[self.about], self.about
        )
        grid = people.numbers[bearer]
        short = dirt.old_numbers(
            grid, people.members.born[bearer], self.rng.random(self.size) < how.code_short * 1.3
        )
        column, valid = dirt.codes(self.rng, grid, how, short)
        packed = (grid[:, :17].astype(np.int64) - 48) @ (10 ** np.arange(16, -1, -1))
        return column, np.where(valid, packed, 0)

    def names(self) -> pa.StringArray:
        former = self.day < self.of(self.people.renamed_on)
        names = choose(
            former.astype(np.int64),
            take(self.people.names, self.about),
            take(self.people.former_names, self.about),
        )
        return dirt.names(self.rng, names, self.how)

    def sexes(self, words: tuple[str, str]) -> pa.StringArray:
        return dirt.sexes(self.rng, self.people.members.female[self.about], self.how, words)

    def births(self) -> pa.StringArray:
        return dirt.births(
            self.rng, self.of(self.people.members.born), self.how, LAYOUTS[self.resource].dates
        )

    def homes(self) -> Ints:
        return np.where(
            self.day < self.of(self.people.moved_on),
            self.of(self.people.former_homes),
            self.of(self.people.homes),
        )

    def addresses(self, homes: Ints) -> pa.StringArray:
        return written(self.rng, homes, self.day, self.how)

    def phones(self) -> pa.StringArray:
        former = self.day < self.of(self.people.phone_changed_on)
        numbers = np.where(former, self.of(self.people.former_phone), self.of(self.people.phone))
        return dirt.phones(self.rng, numbers, self.how)

    def dates(self) -> pa.StringArray:
        return dirt.dates(self.rng, self.day, LAYOUTS[self.resource].dates, self.how.other_dates)

    def finish(self, columns: list[pa.StringArray], valid: Ints) -> Extract:
        return finish(self.rng, self.resource, columns, self.people.ids[self.about], valid)


def finish(
    rng: np.random.Generator, resource: str, columns: list[pa.StringArray], entity: Ints, valid: Ints
) -> Extract:
    """Garbage strewn among the rows."""
    trash = dirt.garbage(rng, columns, SPOILING[resource].garbage)
    count = len(trash[0]) if trash else 0
    order = rng.permutation(len(entity) + count)
    mixed = (
        [take(pa.concat_arrays([good, bad]), order) for good, bad in zip(columns, trash, strict=True)]
        if trash
        else columns
    )
    order = order if trash else np.arange(len(entity))
    return Extract(
        resource,
        mixed,
        np.r_[entity, np.full(count, -1)][order],
        np.r_[valid, np.zeros(count, np.int64)][order],
    )


def written(rng: np.random.Generator, houses: Ints, day: Ints, how: Spoiling) -> pa.StringArray:
    """Addresses as of a day: rows older than a district's new name keep the old one; so do some clerks."""
    changed = np.array([district.changed for district in DISTRICTS])[city().district[houses >> 22]]
    old = (years(day) < changed) | ((changed > 2000) & (rng.random(len(houses)) < 0.02))
    column = Written(houses, old_names=old).write(dirt.ways(rng, how, len(houses)))
    return dirt.addresses(rng, column, how)


def relative(people: People) -> Ints:
    """Whose number stands on a form by mistake: the guardian's, the partner's, a housemate's."""
    members = people.members
    other = np.where(people.guardian != np.arange(people.size), people.guardian, people.partner)
    nearby = np.minimum(np.arange(people.size) + 1, people.size - 1)
    nearby = np.where(members.household[nearby] == members.household, nearby, members.head)
    return np.where(other >= 0, other, nearby)


def some(rng: np.random.Generator, shares: np.ndarray | Flags) -> Ints:
    return np.flatnonzero(rng.random(len(shares)) < shares)


def police(rng: np.random.Generator, people: People) -> Extract:
    rows = Rows(rng, people, "police_households", some(rng, np.full(people.size, 0.985)))
    ids, valid = rows.ids()
    homes = rows.homes()
    number = people.first_household + rows.of(people.members.household)
    state = np.where(rows.day < rows.of(people.state_on), NORMAL, rows.of(people.state))
    state = np.where(rng.random(rows.size) < 0.7, rows.of(people.state), state)
    district = city().codes[homes >> 22] // 10**6
    return rows.finish(
        [
            ids,
            rows.names(),
            rows.sexes(("男", "女")),
            rows.births(),
            take(texts([name for name, *_ in ETHNIC_GROUPS]), rows.of(people.ethnicity)),
            numbered(210_000_000 + permuted(number, 10**8, 77), 9),
            take(texts(list(RELATIONS)), rows.of(people.members.role)),
            rows.addresses(homes),
            plain(district),
            rows.phones(),
            rows.dates(),
            take(texts(list(STATES)), state),
        ],
        valid,
    )


def civil(rng: np.random.Generator, people: People) -> Extract:
    """Marriages with a row for each, divorces, and those who receive help."""
    about, kinds, days = _civil_events(rng, people)
    rows = Rows(rng, people, "civil_records", about, days)
    kind = kinds[rows.source]
    ids, valid = rows.ids()
    partner = rows.of(people.partner)
    spouse = blank(take(people.names, np.maximum(partner, 0)), (partner < 0) | (kind > SPLIT))
    return rows.finish(
        [
            ids,
            rows.names(),
            rows.sexes(("1", "2")),
            rows.births(),
            take(texts(list(CIVIL_KINDS)), kind),
            dirt.names(rng, spouse, rows.how),
            rows.addresses(rows.homes()),
            rows.phones(),
            rows.dates(),
        ],
        valid,
    )


def _civil_events(rng: np.random.Generator, people: People) -> tuple[Ints, Ints, Ints]:
    since = np.datetime64("1996-01-01", "D").astype(np.int64)
    married = (people.marital == MARRIED) & (people.married_on > since)
    both = np.maximum(np.arange(people.size), people.partner)
    kept = (rng.random(people.size) < 0.58)[both]
    shares = (
        married & kept,
        (people.marital == DIVORCED) & (rng.random(people.size) < 0.8),
        rng.random(people.size) < 0.022,
        rng.random(people.size) < 0.03,
        (people.age >= 80) & (rng.random(people.size) < 0.85),
    )
    late = TODAY - rng.integers(10, 4000, people.size)
    when = (people.married_on, late, late, late, np.minimum(people.members.born + int(80 * YEAR) + 40, TODAY))
    about = [np.flatnonzero(share) for share in shares]
    kinds = [np.full(len(rows), kind) for kind, rows in enumerate(about)]
    days = [np.maximum(day[rows], people.members.born[rows]) for day, rows in zip(when, about, strict=True)]
    return np.concatenate(about), np.concatenate(kinds), np.concatenate(days)


def insurance(rng: np.random.Generator, people: People, employers: Employers) -> Extract:
    age = people.age
    share = np.where(people.working, 0.985, np.where(age > 55, 0.93, np.where(age > 18, 0.86, 0.74)))
    rows = Rows(rng, people, "insurance_members", some(rng, share))
    ids, valid = rows.ids()
    employer = np.where(rows.of(people.working), rows.of(people.employer), -1)
    code = blank(
        take(employers.codes, np.maximum(employer, 0)), (employer < 0) | (rng.random(rows.size) < 0.05)
    )
    name = blank(take(employers.names, np.maximum(employer, 0)), employer < 0)
    number = permuted(np.arange(rows.size) + people.first * 2, 10**10, 5)
    gone = (rows.of(people.state) == DEAD) & (rng.random(rows.size) < 0.8)
    status = np.where(gone, 2, np.where(rng.random(rows.size) < 0.05, 1, 0))
    return rows.finish(
        [
            numbered(number, 10),
            ids,
            rows.names(),
            rows.births(),
            code,
            name,
            rows.addresses(rows.homes()),
            rows.phones(),
            take(texts(["正常参保", "暂停参保", "终止参保"]), status),
            rows.dates(),
        ],
        valid,
    )


def health(rng: np.random.Generator, people: People) -> Extract:
    rows = Rows(rng, people, "health_files", some(rng, np.where(people.age < 7, 0.985, 0.92)))
    ids, valid = rows.ids()
    homes = rows.homes()
    blood = np.searchsorted([0.29, 0.60, 0.90], pick(people.ids, 9, 1000) / 1000)[rows.about]
    types = blank(take(texts(["A型", "B型", "O型", "AB型"]), blood), rng.random(rows.size) < 0.4)
    number = join(plain(city().codes[homes >> 22]), numbered(np.arange(rows.size) + people.first * 2, 9))
    return rows.finish(
        [
            number,
            ids,
            rows.names(),
            rows.sexes(("男性", "女性")),
            rows.births(),
            rows.addresses(homes),
            rows.phones(),
            types,
            rows.dates(),
        ],
        valid,
    )


def school(rng: np.random.Generator, people: People) -> Extract:
    share = np.where(
        (people.age >= 6.2) & (people.age < 18.2),
        0.975,
        np.where((people.age >= 3.5) & (people.age < 6.2), 0.75, 0),
    )
    rows = Rows(rng, people, "school_rolls", some(rng, share))
    ids, valid = rows.ids()
    guardian = rows.of(people.guardian)
    age = people.age[rows.about]
    parents = take(people.names, guardian)
    phone = dirt.phones(rng, people.phone[guardian], rows.how)
    return rows.finish(
        [
            join("G", numbered(permuted(np.arange(rows.size) + people.first * 2, 2**39, 3), 14)),
            ids,
            rows.names(),
            rows.sexes(("男", "女")),
            rows.births(),
            take(schools(), school_of(people.homes[rows.about], age)),
            grades(age),
            dirt.names(rng, parents, rows.how),
            phone,
            rows.addresses(rows.homes()),
            rows.dates(),
        ],
        valid,
    )
