"""Who is this? For the platform's own doors (log-in, verification), never for a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from huicheng.codes import api as codes
from huicheng.lake import api as lake

HERE = Path(__file__).parent


def find_person(*, id_number: str) -> str | None:
    """The base id of whoever holds this citizen number (15 or 18 digits), if anybody."""
    try:
        number = codes.read_person_id(id_number).number
        found = (
            lake.ask(HERE / "by_id_number.sql", {"id_number": number}, everything=True)
            .table["base_id"]
            .to_pylist()
        )
    except (codes.Refused, lake.NoSuchTable):
        return None
    return found[0] if found else None


@dataclass(frozen=True)
class NowHeld:
    """Which record an id of before is now, and the number that it holds."""

    base_id: str
    id_number: str | None


def now_held(base_ids: Sequence[str]) -> dict[str, NowHeld]:
    """By id of before, merged ones followed to where they went; whoever is in no register any more is left out."""
    try:
        found = lake.ask(HERE / "holding.sql", {"ids": list(base_ids)}, everything=True).table.to_pylist()
    except lake.NoSuchTable:
        return {}
    return {one["asked"]: NowHeld(one["base_id"], one["id_number"]) for one in found}


def same_name(base_id: str, name: str) -> bool:
    """Is this the name the register holds, however it is written?"""
    held = lake.ask(HERE / "name_of.sql", {"base_id": base_id}, everything=True).table["name"].to_pylist()
    try:
        return bool(held) and held[0] is not None and held[0] == codes.person_name(name)
    except codes.Refused:
        return False
