"""One house, many ways to write where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa

from huicheng.sandbox.chance import Flags, Ints, texts
from huicheng.sandbox.columns import choose, join, plain, take
from huicheng.sandbox.places import DISTRICTS, OFFICE, SHOP, Doors, city, compound_names, doors, tower_names

FORMATS = (
    "full",
    "standard",
    "dashes",
    "compound",
    "community",
    "hash",
    "no_district",
    "road_only",
    "no_unit",
    "coarse",
)
# What each way of writing puts before the road and between building, unit and room.
_AHEAD = {
    "full": "pcd",
    "standard": "pcd",
    "dashes": "cd",
    "compound": "cd",
    "community": "cds",
    "hash": "d",
    "no_district": "c",
    "road_only": "",
    "no_unit": "cd",
    "coarse": "cds",
}
_INSIDE: dict[str, tuple[str, str, str]] = {
    "full": ("号楼", "单元", "室"),
    "standard": ("栋", "单元", "室"),
    "dashes": ("-", "-", ""),
    "compound": ("号楼", "单元", ""),
    "community": ("栋", "-", ""),
    "hash": ("#", "-", ""),
    "no_district": ("号楼", "单元", "室"),
    "road_only": ("-", "-", ""),
    "no_unit": ("号楼", "", "室"),
}


class Written:
    """Addresses of a set of houses, the parts read once."""

    def __init__(self, houses: Ints, *, old_names: Flags | None = None) -> None:
        self.where: Doors = doors(houses)
        self.old_names = np.zeros(len(houses), bool) if old_names is None else old_names

    def some(self, rows: Ints) -> Written:
        part = object.__new__(Written)
        part.where = Doors(**{f.name: getattr(self.where, f.name)[rows] for f in fields(Doors)})
        part.old_names = self.old_names[rows]
        return part

    def district(self) -> pa.StringArray:
        names = texts([d.name for d in DISTRICTS] + [d.old or d.name for d in DISTRICTS])
        return take(names, city().district[self.where.community] + len(DISTRICTS) * self.old_names)

    def street(self) -> pa.StringArray:
        return take(city().street_names, city().street[self.where.community])

    def community(self) -> pa.StringArray:
        return take(city().names, self.where.community)

    def road_and_number(self) -> pa.StringArray:
        return join(take(city().road_names, self.where.road), plain(self.where.number), "号")

    def compound(self) -> pa.StringArray:
        office = self.where.sort == OFFICE
        return choose(
            office.astype(np.int64),
            take(compound_names(), self.where.compound_name),
            take(tower_names(), np.where(office, self.where.compound_name, 0)),
        )

    def ahead(self, way: str) -> list[Any]:
        parts: dict[str, Callable[[], Any]] = {
            "p": lambda: "辽宁省",
            "c": lambda: "沈阳市",
            "d": self.district,
            "s": self.street,
        }
        return [parts[letter]() for letter in _AHEAD[way]]

    def home(self, way: str) -> pa.StringArray:
        """A flat in a compound."""
        if way == "coarse":
            return join(*self.ahead(way), self.community())
        building, unit, room = _INSIDE[way]
        middle = [self.compound()] if way in ("compound", "hash", "full") else []
        middle = [self.community(), self.compound()] if way == "community" else middle
        road = [] if way in ("compound", "community") else [self.road_and_number()]
        flat = [plain(self.where.unit), unit] if unit else []
        return join(
            *self.ahead(way),
            *road,
            *middle,
            plain(self.where.building),
            building,
            *flat,
            plain(self.where.door),
            room,
        )

    def cottage(self, way: str) -> pa.StringArray:
        """A house in a village: no road, a number."""
        number = plain(self.where.number)
        if way == "coarse":
            return join(*self.ahead(way), self.community())
        street = [self.street()] if way in ("full", "standard", "hash", "road_only") else []
        tail = ["-", number] if way == "dashes" else [number, "号"]
        return join(*self.ahead(way), *street, self.community(), *tail)

    def office(self, way: str) -> pa.StringArray:
        door = [plain(self.where.door)] + ([] if way in ("dashes", "hash") else ["室"])
        tower = [] if way in ("standard", "road_only") else [self.compound()]
        floor = [plain(self.where.floor), "层"] if way == "full" else []
        road = [] if way in ("compound", "community") else [self.road_and_number()]
        return join(*self.ahead(way), *road, *tower, *floor, *door)

    def shop(self, way: str) -> pa.StringArray:
        tail = ["-", plain(self.where.door)] if way in ("dashes", "hash") else [plain(self.where.door), "门"]
        return join(*self.ahead(way), self.road_and_number(), *tail)

    def write(self, ways: Ints) -> pa.StringArray:
        """Every house in its own way: `ways` are places in FORMATS."""
        sort = np.where(self.where.village == 1, 3, self.where.sort)
        kinds = {0: Written.home, OFFICE: Written.office, SHOP: Written.shop, 3: Written.cottage}
        groups = np.asarray(ways) * 4 + sort
        pieces, order = [], []
        for group in np.unique(groups):
            rows = np.flatnonzero(groups == group)
            way = FORMATS[group // 4]
            if way == "coarse" and group % 4 in (OFFICE, SHOP):
                way = "standard"
            pieces.append(kinds[group % 4](self.some(rows), way))
            order.append(rows)
        if not pieces:
            return texts([])
        back = np.argsort(np.concatenate(order), kind="stable")
        return take(pa.concat_arrays(pieces), back)
