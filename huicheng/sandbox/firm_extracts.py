"""What three departments hold about firms."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huicheng.sandbox import dirt
from huicheng.sandbox.chance import Ints, permuted, pick, texts
from huicheng.sandbox.columns import blank, choose, join, numbered, patch, plain, rewrite, take
from huicheng.sandbox.firms import (
    ACTIVE,
    INDUSTRIES,
    KINDS,
    ONE_CODE_SINCE,
    SCOPES,
    STATES,
    Firms,
    capital,
    taxpayer_numbers,
)
from huicheng.sandbox.households import TODAY, YEAR
from huicheng.sandbox.identifiers import LETTERS, years
from huicheng.sandbox.layout import LAYOUTS
from huicheng.sandbox.people_extracts import Extract, finish, some, written
from huicheng.sandbox.profiles import SPOILING
from huicheng.sandbox.residents import People


class FirmRows:
    """Rows about to be written: which firm, as of which day."""

    def __init__(self, rng: np.random.Generator, firms: Firms, resource: str, about: Ints) -> None:
        self.rng, self.firms, self.resource, self.how = rng, firms, resource, SPOILING[resource]
        twice = rng.random(len(about)) < self.how.twice
        self.about = np.r_[about, about[twice]][rng.permutation(len(about) + int(twice.sum()))]
        self.size = len(self.about)
        ago = np.minimum(rng.exponential(self.how.age * YEAR, self.size), 25 * YEAR).astype(np.int64)
        self.day = np.maximum(TODAY - ago, np.minimum(firms.founded[self.about] + 20, TODAY))

    def of(self, column: Ints) -> Ints:
        return column[self.about]

    def codes(self, *, old: bool = False) -> tuple[pa.StringArray, Ints]:
        grid = self.firms.codes[self.about]
        numbers = None
        if old:
            before = self.of(self.firms.founded) < ONE_CODE_SINCE
            chance = self.rng.random(self.size) < self.how.code_short * 1.35
            numbers = (before & chance, take(taxpayer_numbers(self.firms), self.about))
        column, valid = dirt.codes(self.rng, grid, self.how, numbers)
        return column, np.where(valid, packed(grid), 0)

    def names(self) -> pa.StringArray:
        former = self.day < self.of(self.firms.renamed_on)
        names = choose(
            former.astype(np.int64),
            take(self.firms.names, self.about),
            take(self.firms.former_names, self.about),
        )
        luck = self.rng.integers(0, 1 << 20, self.size)
        varied = self.rng.random(self.size) < self.how.name_variant
        chosen = luck[varied]
        names = rewrite(names, varied, lambda text, n: variant(text, int(chosen[n])))
        return dirt.names(self.rng, names, self.how)

    def addresses(self) -> pa.StringArray:
        former = self.day < self.of(self.firms.moved_on)
        premises = np.where(former, self.of(self.firms.former_premises), self.of(self.firms.premises))
        return written(self.rng, premises, self.day, self.how)

    def leaders(self, people: People) -> pa.StringArray:
        names = dirt.names(self.rng, take(people.names, self.of(self.firms.leader)), SPOILING["tax_payers"])
        return blank(names, self.rng.random(self.size) < self.how.owner_missing)

    def phones(self) -> pa.StringArray:
        numbers = self.of(self.firms.phone)
        line = numbers < 10**9
        column = dirt.phones(self.rng, np.where(line, 13_000_000_000, numbers), self.how)
        ahead = self.rng.random(self.size) < 0.8
        lines = choose(ahead.astype(np.int64), plain(numbers), join("024-", plain(numbers)))
        return patch(column, line, lines.filter(pa.array(line)))

    def dates(self, days: Ints) -> pa.StringArray:
        return dirt.dates(self.rng, days, LAYOUTS[self.resource].dates, self.how.other_dates)

    def finish(self, columns: list[pa.StringArray], valid: Ints) -> Extract:
        return finish(self.rng, self.resource, columns, self.firms.ids[self.about], valid)


def packed(grid: NDArray[np.uint8]) -> Ints:
    """A code as an integer: 14 of its places are enough to tell codes apart."""
    places = np.searchsorted(LETTERS, grid[:, 5:17]).astype(np.int64)
    return places @ (31 ** np.arange(12)) + 1


def variant(name: str, luck: int) -> str:
    """A firm's name as clerks write it: short, other brackets, another legal ending, without its place."""
    ways = (
        lambda: name.replace("有限责任公司", "").replace("有限公司", ""),
        lambda: (
            name.replace("有限责任公司", "有限公司")
            if "责任" in name
            else name.replace("有限公司", "有限责任公司")
        ),
        lambda: name.replace("(", "（").replace(")", "）"),
        lambda: name.removeprefix("沈阳市").removeprefix("沈阳").removeprefix("辽宁"),
        lambda: (
            name.replace("沈阳市", "沈阳", 1)
            if name.startswith("沈阳市")
            else name.replace("沈阳", "沈阳市", 1)
        ),
        lambda: name.replace("(沈阳)", ""),
    )
    changed = ways[luck % len(ways)]()
    return changed if changed != name else ways[luck // 8 % 2]()


def registrations(rng: np.random.Generator, firms: Firms, people: People) -> Extract:
    rows = FirmRows(rng, firms, "firm_registrations", some(rng, np.full(firms.count, 0.97)))
    codes, valid = rows.codes()
    leader = rows.of(firms.leader)
    ids, _ = dirt.codes(rng, people.numbers[leader], SPOILING["police_households"])
    state = np.where(rows.day < rows.of(firms.state_on), ACTIVE, rows.of(firms.state))
    state = np.where(rng.random(rows.size) < 0.8, rows.of(firms.state), state)
    word = take(texts([text for text, _ in INDUSTRIES]), rows.of(firms.industry))
    head, tail = (
        take(texts([text.split("{}")[side] for text in SCOPES]), pick(rows.about, 14, 3)) for side in (0, 1)
    )
    kind = blank(take(texts(list(KINDS)), rows.of(firms.form)), rng.random(rows.size) < 0.3)
    return rows.finish(
        [
            rows.names(),
            codes,
            rows.dates(rows.of(firms.founded)),
            kind,
            take(capital(firms), rows.about),
            join(head, word, tail),
            pa.repeat("辽宁", rows.size),
            pa.repeat("沈阳", rows.size),
            rows.addresses(),
            plain(years(rows.of(firms.founded))),
            rows.leaders(people),
            ids,
            take(texts(list(STATES)), state),
        ],
        valid,
    )


def taxes(rng: np.random.Generator, firms: Firms, people: People) -> Extract:
    """Cancelled firms stay on file as normal more often than not."""
    rows = FirmRows(rng, firms, "tax_payers", some(rng, np.full(firms.count, 0.93)))
    numbers, valid = rows.codes(old=True)
    state = rows.of(firms.state)
    status = np.where(
        state == ACTIVE, 0, np.where(rng.random(rows.size) < 0.55, 0, np.where(state == 2, 2, 1))
    )
    industry = take(texts([about for _, about in INDUSTRIES]), rows.of(firms.industry))
    return rows.finish(
        [
            numbers,
            rows.names(),
            rows.addresses(),
            rows.leaders(people),
            rows.phones(),
            industry,
            rows.dates(rows.of(firms.founded) + rng.integers(5, 90, rows.size)),
            take(texts(["正常", "注销", "非正常户"]), status),
        ],
        valid,
    )


def insured(rng: np.random.Generator, firms: Firms) -> Extract:
    share = np.where(firms.employees > 0, 0.82, 0.05)
    rows = FirmRows(rng, firms, "insured_employers", some(rng, share))
    codes, valid = rows.codes()
    members = np.maximum(0, rows.of(firms.employees) + rng.integers(-2, 3, rows.size))
    number = permuted(np.arange(rows.size) + firms.first * 2, 10**8, 9)
    return rows.finish(
        [
            numbered(number, 8),
            codes,
            rows.names(),
            rows.addresses(),
            rows.phones(),
            plain(members),
            rows.dates(rows.day),
        ],
        valid,
    )
