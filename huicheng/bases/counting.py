"""How many people, firms and houses the registers hold: public figures, no record is opened."""

from dataclasses import dataclass

from huicheng.lake import api as lake


@dataclass(frozen=True)
class Figures:
    people: int
    firms: int
    houses: int


def figures() -> Figures:
    return Figures(**{kind: _count(f"base.{kind}") for kind in ("people", "firms", "houses")})


def _count(table: str) -> int:
    return lake.rows(table) if lake.exists(table) else 0
