"""委办局: the bureaux of a prefecture-level city. The codes are ours and stable; names follow 2024."""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path


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
