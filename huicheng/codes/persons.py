"""GB 11643, the citizen number: one at a time, and a column at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from huicheng.codes.checked import Checked
from huicheng.codes.checksums import PERSON_CHECKS, PERSON_WEIGHTS, person_check_digit
from huicheng.codes.divisions import is_issuing_division, issuing_divisions
from huicheng.codes.problems import Refused
from huicheng.codes.text import tidy_code

if TYPE_CHECKING:
    from huicheng.codes.columns import Verdicts

EARLIEST_BIRTH = 1850
SHAPE_18 = re.compile(r"[0-9]{17}[0-9X]")
SHAPE_15 = re.compile(r"[0-9]{15}")


@dataclass(frozen=True)
class PersonId:
    number: str
    upgraded: bool = False

    @property
    def division(self) -> str:
        return self.number[:6]

    @property
    def division_known(self) -> bool:
        return is_issuing_division(self.division)

    @property
    def birth_date(self) -> date:
        return date(int(self.number[6:10]), int(self.number[10:12]), int(self.number[12:14]))

    @property
    def sequence(self) -> str:
        return self.number[14:17]

    @property
    def sex(self) -> Literal["1", "2"]:
        """GB/T 2261.1: 1 male, 2 female."""
        return "1" if int(self.number[16]) % 2 else "2"


def read_person_id(text: str) -> PersonId:
    number = tidy_code(text)
    upgraded = len(number) == 15
    if upgraded:
        number = upgrade_person_id(number)
    if len(number) != 18:
        raise Refused("person_id.length")
    if not SHAPE_18.fullmatch(number):
        raise Refused("person_id.characters")
    _real_birth(number)
    if number[14:17] == "000":
        raise Refused("person_id.sequence")
    if person_check_digit(number[:17]) != number[17]:
        raise Refused("person_id.check")
    return PersonId(number, upgraded)


def _real_birth(number: str) -> None:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Refused("person_id.date") from None
    if not date(EARLIEST_BIRTH, 1, 1) <= born <= date.today():
        raise Refused("person_id.date")


def upgrade_person_id(number15: str) -> str:
    """Old sequences 996–999 were kept for people born in the century before."""
    if not SHAPE_15.fullmatch(number15):
        raise Refused("person_id.characters")
    century = "18" if number15[12:] >= "996" else "19"
    first17 = number15[:6] + century + number15[6:]
    return first17 + person_check_digit(first17)


def repair_person_id(text: str) -> list[str]:
    """Valid numbers one wrong digit or one swap of neighbours away, swaps first: people swap more than they invent."""
    number = tidy_code(text)
    if len(number) != 18:
        return []
    candidates = [number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in range(17)]
    candidates += [number[:i] + digit + number[i + 1 :] for i in range(17) for digit in "0123456789"]
    candidates += [number[:17] + digit for digit in PERSON_CHECKS]
    return [c for c in dict.fromkeys(candidates) if c != number and _stands(c)]


def _stands(number: str) -> bool:
    try:
        return read_person_id(number).division_known
    except Refused:
        return False


CODES = (
    "person_id.length",
    "person_id.characters",
    "person_id.date",
    "person_id.sequence",
    "person_id.check",
    "person_id.division",
    "person_id.upgraded",
)
DOUBTS = CODES[-2:]


def person_ids(column: Any) -> Checked:
    """The same judgement as `read_person_id`, for millions of rows a second."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from huicheng.codes.columns import Verdicts, as_text, matrix, mend

    text = mend(as_text(column), r"^[0-9]{17}[0-9X]$", tidy_code)
    verdicts = Verdicts(len(text), *CODES)
    text, upgraded = _upgrade(text, verdicts)
    odd = pc.not_equal(pc.binary_length(text), 18).fill_null(False).to_numpy(zero_copy_only=False)
    verdicts.accuse("person_id.length", odd)
    _judge_grid(*matrix(text, 18), verdicts)
    verdicts.accuse("person_id.upgraded", upgraded)
    stands = verdicts.standing(DOUBTS)
    if not stands.all():
        text = pc.if_else(pa.array(stands), text, pa.scalar(None, pa.string()))
    return Checked(text, verdicts.column())


def _upgrade(text: Any, verdicts: Verdicts) -> tuple[Any, Any]:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from huicheng.codes.columns import matrix, text_of

    rows, old = matrix(text, 15)
    if not len(rows):
        return text, rows
    digits = ((old - np.uint8(48)) <= 9).all(axis=1)
    verdicts.accuse("person_id.characters", ~digits, rows)
    rows, old = rows[digits], old[digits]
    grid = np.empty((len(rows), 18), np.uint8)
    grid[:, :6], grid[:, 8:17] = old[:, :6], old[:, 6:]
    centenarians = (old[:, 12] == 57) & (old[:, 13] == 57) & (old[:, 14] >= 54)
    grid[:, 6], grid[:, 7] = 49, np.where(centenarians, 56, 57)
    grid[:, 17] = _check_bytes(grid.astype(np.float32))
    mask = np.zeros(len(text), bool)
    mask[rows] = True
    return pc.replace_with_mask(text, pa.array(mask), text_of(grid)), rows


@cache
def _numbers_in() -> tuple[Any, Any]:
    """Division, year, month-day and sequence as one matrix product; float32 holds six digits exactly."""
    import numpy as np

    weights = np.zeros((18, 5), np.float32)
    for part, (start, end) in enumerate(((0, 6), (6, 10), (10, 14), (14, 17))):
        weights[start:end, part] = [10 ** (end - place - 1) for place in range(start, end)]
    weights[:17, 4] = PERSON_WEIGHTS
    return weights, (48 * weights.sum(axis=0)).astype(np.int32)


def _numbers(places: Any) -> Any:
    weights, zero = _numbers_in()
    return ((places @ weights).astype("int32") - zero).T


def _check_bytes(places: Any) -> Any:
    import numpy as np

    return np.frombuffer(PERSON_CHECKS.encode(), np.uint8)[_numbers(places)[4] % 11]


def _judge_grid(rows: Any, grid: Any, verdicts: Verdicts) -> None:
    import numpy as np

    from huicheng.codes.columns import real_dates

    digits = ((grid[:, :17] - np.uint8(48)) <= 9).all(axis=1)
    digits &= ((grid[:, 17] - np.uint8(48)) <= 9) | (grid[:, 17] == 88)
    if not digits.all():
        verdicts.accuse("person_id.characters", ~digits, rows)
        rows, grid = rows[digits], grid[digits]
    divisions, years, month_days, sequences, sums = _numbers(grid.astype(np.float32))
    alive = real_dates(years, month_days) & (years >= EARLIEST_BIRTH)
    alive &= years * 10000 + month_days <= int(date.today().strftime("%Y%m%d"))
    checks = np.frombuffer(PERSON_CHECKS.encode(), np.uint8)[sums % 11]
    verdicts.accuse("person_id.date", ~alive, rows)
    verdicts.accuse("person_id.sequence", sequences == 0, rows)
    verdicts.accuse("person_id.check", np.not_equal(checks, grid[:, 17]), rows)
    verdicts.accuse("person_id.division", ~issuing_divisions()[divisions], rows)


def person_facts(numbers: Any) -> Any:
    """A table of birth_date, sex and division for standard numbers; null where the number is."""
    import numpy as np
    import pyarrow as pa

    from huicheng.codes.columns import as_text, matrix, text_of

    numbers = as_text(numbers)
    rows, grid = matrix(numbers, 18)
    _, years, month_days, _, _ = _numbers(grid.astype(np.float32))
    months = ((years - 1970) * 12 + month_days // 100 - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int64) + month_days % 100 - 1
    place = np.full(len(numbers), -1)
    place[rows] = np.arange(len(rows))
    take = pa.array(place, mask=place < 0)
    sexes = np.where(grid[:, 16] % 2, ord("1"), ord("2")).astype(np.uint8)
    return pa.table(
        {
            "birth_date": pa.array(days.astype(np.int32), pa.int32()).cast(pa.date32()).take(take),
            "sex": text_of(sexes[:, None]).take(take),
            "division": text_of(grid[:, :6]).take(take),
        }
    )
