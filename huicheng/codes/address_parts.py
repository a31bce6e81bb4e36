"""What an address is once it has been read, and the key two writings of one flat share."""

from __future__ import annotations

from typing import NamedTuple

LEVELS = (
    "none",
    "province",
    "city",
    "district",
    "street",
    "community",
    "road",
    "compound",
    "number",
    "building",
    "unit",
    "room",
)


class Address(NamedTuple):
    """Names as they are written today where a table knows them; codes empty where it does not."""

    province: str = ""
    city: str = ""
    district: str = ""
    division: str = ""
    zone: str = ""
    street: str = ""
    street_code: str = ""
    community: str = ""
    community_code: str = ""
    road: str = ""
    number: str = ""
    compound: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    level: str = "none"
    confidence: float = 0.0
    remainder: str = ""
    conflict: bool = False

    @property
    def key(self) -> str:
        return key_of(self, self.division)

    @property
    def loose_key(self) -> str:
        """Without the district, for joining an address that leaves it out; compare districts apart."""
        return key_of(self, "")


def key_of(found: Address, division_code: str) -> str:
    if found.road and found.number:
        place = f"{found.road}{found.number}"
    elif found.compound:
        place = found.compound + found.number
    elif found.community:
        place = found.community + found.number
    elif found.road:
        place = found.road
    else:
        return ""
    return "|".join((division_code, place, found.building, found.unit, found.room)).rstrip("|")
