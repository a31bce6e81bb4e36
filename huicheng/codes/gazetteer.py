"""The divisions turned into word lists that a scanner can ask by longest prefix."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import NamedTuple

from huicheng.codes.divisions import (
    COMMUNITY_SUFFIX,
    STREET_SUFFIX,
    Division,
    all_communities,
    all_streets,
    development_zones,
    former_places,
    upper_places,
)


class Words(NamedTuple):
    """Names by text, and for each opening pair of characters the lengths worth trying, longest first."""

    names: dict[str, tuple[str, ...]]
    lengths: dict[str, tuple[int, ...]]

    def longest(self, text: str, start: int) -> str:
        for length in self.lengths.get(text[start : start + 2], ()):
            word = text[start : start + length]
            if word in self.names:
                return word
        return ""


def words(pairs: list[tuple[str, str]]) -> Words:
    found: dict[str, list[str]] = defaultdict(list)
    for name, code in pairs:
        if len(name) > 1 and code not in found[name]:
            found[name].append(code)
    found.pop("", None)
    kept = {name: tuple(codes) for name, codes in found.items() if codes}
    lengths: dict[str, set[int]] = defaultdict(set)
    for name in kept:
        lengths[name[:2]].add(len(name))
    return Words(kept, {pair: tuple(sorted(sizes, reverse=True)) for pair, sizes in lengths.items()})


@cache
def above_street() -> Words:
    """Province, city, county and development zone in one list: `P21`, `C210100`, `D210112`, `F210112`, `Z210106`."""
    pairs = [(zone, "Z" + district) for zone, district in development_zones().items()]
    marks = {"province": "P", "city": "C", "district": "D"}
    for place in upper_places():
        pairs.append((place.name, marks[place.level] + place.code))
        if place.short != place.name and (place.level != "district" or place.name[-1] in "市县"):
            pairs.append((place.short, marks[place.level].lower() + place.code))
    for place in former_places():
        mark = "F" if place.level == "district" else marks[place.level]
        pairs.append((place.name, mark + place.present))
    return words(pairs)


@cache
def short_districts(city: str) -> dict[str, tuple[str, bool]]:
    """Districts of a city by the name without 区 or 县, former ones too; `city` is four digits."""
    names: dict[str, tuple[str, bool]] = {}
    for place in (*former_places(), *upper_places()):
        code = place.present or place.code
        if place.level == "district" and code.startswith(city):
            names[DISTRICT_SUFFIX.sub("", place.name)] = (code, place.former)
    return {name: found for name, found in names.items() if len(name) > 1}


DISTRICT_SUFFIX = re.compile("(?:新区|区|县|市)$")


def province_names() -> list[str]:
    return [place.name for place in upper_places() if place.level == "province" and place.name[-1] in "省区"]


@cache
def streets_of(prefix: str) -> Words:
    """Streets and towns below a city or a district, by full name and by the names people use."""
    return words(
        [
            (name, street.code)
            for street in all_streets()
            if street.code.startswith(prefix) and not street.name.endswith(NOT_STREETS)
            for name in _street_names(street)
        ]
    )


# Units the statisticians count as streets and nobody writes as one.
NOT_STREETS = ("区", "园", "场", "公司", "中心", "基地", "管委会", "委员会")


def _street_names(street: Division) -> list[str]:
    short = STREET_SUFFIX.sub("", street.name)
    plain = [] if street.name[-1] in "镇乡" else [short + "街道", short + "街道办事处", short + "街道办"]
    rural = [short + "镇", short + "乡", short + "满族乡", short + "镇政府"] if short != street.name else []
    return [street.name, *plain, *rural]


@cache
def communities_of(prefix: str) -> Words:
    """Only full names with 社区 or 村: a bare community name is also a road, a school and a shop."""
    return words(
        [
            (name, place.code)
            for place in all_communities()
            if place.code.startswith(prefix)
            for name in _community_names(place.name)
        ]
    )


def _community_names(name: str) -> tuple[str, ...]:
    short = COMMUNITY_SUFFIX.sub("", name)
    if name.endswith(VIRTUAL):
        # The statisticians' word for a farm or a zone without a committee; nobody writes 虚拟.
        return (name, name.replace("虚拟", ""))
    if "社区" in name or "居委会" in name:
        return (short + "社区", short + "社区居委会")
    return (short + "村", short + "村委会", short + "村民委员会")


VIRTUAL = ("虚拟社区", "生活区", "园区", "小区")
