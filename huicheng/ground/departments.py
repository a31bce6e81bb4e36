"""委办局: the bureaux of a prefecture-level city. The codes are ours and stable; names follow 2024."""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import get_language


class UnknownDepartment(LookupError):
    """No department has this code."""


@dataclass(frozen=True)
class Department:
    code: str
    name: str
    short: str
    english: str
    kind: str


@functools.cache
def _table() -> dict[str, Department]:
    with (Path(__file__).parent / "departments.csv").open(encoding="utf-8") as file:
        return {row["code"]: Department(**row) for row in csv.DictReader(file)}


def departments() -> list[Department]:
    return list(_table().values())


def department(code: str) -> Department:
    try:
        return _table()[code]
    except KeyError:
        raise UnknownDepartment(f"没有代码为 {code} 的部门，可用代码见 huicheng departments") from None


def bureau(code: str) -> str:
    """A department's short name in the reader's language; what is no department stays as it is."""
    found = _table().get(code)
    if found is None:
        return code
    return found.short if (get_language() or "zh").startswith("zh") else found.english
