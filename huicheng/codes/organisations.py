"""GB 32100 credit codes, GB 11714 organisation codes and the numbers they replaced."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from huicheng.codes.checked import Checked
from huicheng.codes.checksums import (
    CREDIT_ALPHABET,
    CREDIT_WEIGHTS,
    ORGANISATION_ALPHABET,
    ORGANISATION_CHECKS,
    ORGANISATION_WEIGHTS,
    credit_check_character,
    licence_check_digit,
    organisation_check_character,
)
from huicheng.codes.problems import Refused
from huicheng.codes.text import tidy_code

if TYPE_CHECKING:
    from huicheng.codes.columns import Verdicts

AUTHORITIES: dict[str, tuple[str, dict[str, str]]] = {
    "1": ("机构编制", {"1": "机关", "2": "事业单位", "3": "群众团体", "9": "其他"}),
    "2": ("外交", {"1": "外国常驻新闻机构", "9": "其他"}),
    "3": (
        "司法行政",
        {
            "1": "律师事务所",
            "2": "公证处",
            "3": "基层法律服务所",
            "4": "司法鉴定机构",
            "5": "仲裁委员会",
            "9": "其他",
        },
    ),
    "4": ("文化", {"1": "外国在华文化中心", "9": "其他"}),
    "5": ("民政", {"1": "社会团体", "2": "民办非企业单位", "3": "基金会", "9": "其他"}),
    "6": ("旅游", {"1": "外国旅游部门常驻代表机构", "2": "港澳台旅游部门常驻代表机构", "9": "其他"}),
    "7": ("宗教", {"1": "宗教活动场所", "2": "宗教院校", "9": "其他"}),
    "8": ("工会", {"1": "基层工会", "9": "其他"}),
    "9": ("工商", {"1": "企业", "2": "个体工商户", "3": "农民专业合作社"}),
    "A": ("中央军委改革和编制办公室", {"1": "军队事业单位", "9": "其他"}),
    "N": ("农业", {"1": "组级集体经济组织", "2": "村级集体经济组织", "3": "乡镇级集体经济组织", "9": "其他"}),
    "Y": ("其他", {"1": "其他"}),
}
PAIRS = frozenset(first + second for first, pair in AUTHORITIES.items() for second in pair[1])
CREDIT_SHAPE = re.compile(f"[{CREDIT_ALPHABET}]{{18}}")
ORGANISATION_SHAPE = re.compile(r"[0-9A-Z]{8}[0-9X]")
CODES = (
    "credit_code.length",
    "credit_code.characters",
    "credit_code.division",
    "credit_code.check",
    "credit_code.authority",
    "credit_code.organisation",
)
DOUBTS = CODES[-2:]
# Letters the code never uses, and what the eye or the scanner took for them.
MISREAD = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U"}


@dataclass(frozen=True)
class CreditCode:
    number: str

    @property
    def authority(self) -> str:
        return AUTHORITIES.get(self.number[0], ("", {}))[0]

    @property
    def kind(self) -> str:
        return AUTHORITIES.get(self.number[0], ("", {}))[1].get(self.number[1], "")

    @property
    def division(self) -> str:
        return self.number[2:8]

    @property
    def organisation(self) -> str:
        return self.number[8:17]

    @property
    def organisation_stands(self) -> bool:
        """Some codes given out before 2016 carry an organisation part whose own check digit is wrong."""
        return organisation_check_character(self.number[8:16]) == self.number[16]


def read_credit_code(text: str) -> CreditCode:
    number = tidy_code(text)
    if len(number) != 18:
        raise Refused("credit_code.length")
    if not CREDIT_SHAPE.fullmatch(number):
        raise Refused("credit_code.characters")
    if not number[2:8].isdigit():
        raise Refused("credit_code.division")
    if credit_check_character(number[:17]) != number[17]:
        raise Refused("credit_code.check")
    return CreditCode(number)


def repair_credit_code(text: str) -> list[str]:
    """Valid codes one misread letter, one swap or one wrong character away."""
    number = "".join(MISREAD.get(character, character) for character in tidy_code(text))
    if len(number) != 18:
        return []
    candidates = [number]
    candidates += [number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in range(17)]
    candidates += [number[:i] + other + number[i + 1 :] for i in range(18) for other in CREDIT_ALPHABET]
    return [c for c in dict.fromkeys(candidates) if c != tidy_code(text) and _fully_stands(c)]


def _fully_stands(number: str) -> bool:
    try:
        code = read_credit_code(number)
    except Refused:
        return False
    return code.organisation_stands and number[:2] in PAIRS


def read_organisation_code(text: str) -> str:
    code = tidy_code(text)
    if not ORGANISATION_SHAPE.fullmatch(code):
        raise Refused("organisation_code.form")
    if organisation_check_character(code[:8]) != code[8]:
        raise Refused("organisation_code.check")
    return code


def read_licence_number(text: str) -> str:
    """The fifteen-digit business licence number used before the credit code (MOD 11,10)."""
    number = tidy_code(text)
    if len(number) != 15 or not number.isdigit() or licence_check_digit(number[:14]) != number[14]:
        raise Refused("taxpayer.form")
    return number


@dataclass(frozen=True)
class Taxpayer:
    number: str
    organisation: str | None
    credit_code: str | None = None
    person_id: str | None = None


def read_taxpayer(text: str) -> Taxpayer:
    """18 characters: a credit code; 15: division + organisation code; 18/20 digits of a person: a small trader."""
    number = tidy_code(text)
    if len(number) == 15 and number[:6].isdigit():
        return Taxpayer(number, read_organisation_code(number[6:]))
    if len(number) == 20 and number[:17].isdigit():
        return Taxpayer(number, None, person_id=_person(number[:18]))
    if len(number) == 18:
        try:
            code = read_credit_code(number)
        except Refused:
            return Taxpayer(number, None, person_id=_person(number))
        return Taxpayer(number, code.organisation, credit_code=number)
    raise Refused("taxpayer.form")


def _person(number: str) -> str:
    from huicheng.codes.persons import read_person_id

    try:
        return read_person_id(number).number
    except Refused:
        raise Refused("taxpayer.form") from None


def organisation_of(text: str) -> str | None:
    """The nine characters that join a credit code, an old taxpayer number and an organisation code, if any."""
    code = tidy_code(text)
    try:
        return read_organisation_code(code) if len(code) == 9 else read_taxpayer(code).organisation
    except Refused:
        return None


def credit_codes(column: Any) -> Checked:
    """The same judgement as `read_credit_code`, plus the two doubts, for millions of rows a second."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from huicheng.codes.columns import Verdicts, as_text, matrix, mend

    text = mend(as_text(column), r"^[0-9A-Z]{18}$", tidy_code)
    verdicts = Verdicts(len(text), *CODES)
    odd = pc.not_equal(pc.binary_length(text), 18).fill_null(False).to_numpy(zero_copy_only=False)
    verdicts.accuse("credit_code.length", odd)
    _judge_grid(*matrix(text, 18), verdicts)
    stands = verdicts.standing(DOUBTS)
    if not stands.all():
        text = pc.if_else(pa.array(stands), text, pa.scalar(None, pa.string()))
    return Checked(text, verdicts.column())


@cache
def _lookups() -> tuple[Any, Any, Any, Any]:
    import numpy as np

    credit, organisation = np.full(256, 255, np.uint8), np.zeros(256, np.uint8)
    credit[list(CREDIT_ALPHABET.encode())] = range(31)
    organisation[list(ORGANISATION_ALPHABET.encode())] = range(36)
    pairs = np.zeros((256, 256), bool)
    for pair in PAIRS:
        pairs[ord(pair[0]), ord(pair[1])] = True
    return credit, organisation, pairs, np.array(CREDIT_WEIGHTS, np.float32)


def _judge_grid(rows: Any, grid: Any, verdicts: Verdicts) -> None:
    import numpy as np

    credit, _, pairs, weights = _lookups()
    places = credit[grid]
    allowed = (places != 255).all(axis=1)
    if not allowed.all():
        verdicts.accuse("credit_code.characters", ~allowed, rows)
        rows, grid, places = rows[allowed], grid[allowed], places[allowed]
    verdicts.accuse("credit_code.division", (grid[:, 2:8] > 57).any(axis=1), rows)
    sums = (places[:, :17].astype(np.float32) @ weights).astype(np.int32)
    verdicts.accuse("credit_code.check", (-sums) % 31 != places[:, 17], rows)
    verdicts.accuse("credit_code.authority", ~pairs[grid[:, 0], grid[:, 1]], rows)
    verdicts.accuse("credit_code.organisation", ~organisations_stand(grid[:, 8:17]), rows)


def organisations_stand(grid: Any) -> Any:
    import numpy as np

    _, organisation, _, _ = _lookups()
    weights = np.array(ORGANISATION_WEIGHTS, np.float32)
    sums = (organisation[grid[:, :8]].astype(np.float32) @ weights).astype(np.int32)
    return np.frombuffer(ORGANISATION_CHECKS.encode(), np.uint8)[(-sums) % 11] == grid[:, 8]
