"""The divisions turned into word lists that a scanner can ask by longest prefix."""

from __future__ import annotations

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
    pairs = []
    for place in all_communities():
        if place.code.startswith(prefix):
            short = COMMUNITY_SUFFIX.sub("", place.name)
            tails = (
                ("社区", "社区居委会")
                if "社区" in place.name or "居委会" in place.name
                else ("村", "村委会", "村民委员会")
            )
            pairs += [(short + tail, place.code) for tail in tails]
    return words(pairs)
