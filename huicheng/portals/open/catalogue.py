"""What may be found: only resources declared open, whatever else the lake holds."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from pypinyin import lazy_pinyin
from rapidfuzz import fuzz

from huicheng.exchange import api as exchange
from huicheng.exchange.api import Resource
from huicheng.ground.api import bureau, department, said

CLOSE, NEAR = 60, 3
FORMATS = ("CSV", "JSON", "Parquet")


class NoSuchDataset(Exception):
    """There is no open data set of this code; a resource that is not open is answered the same way."""


@dataclass(frozen=True)
class Facet:
    key: str
    title: str
    values: list[tuple[str, str, int]]


def open_resources() -> list[Resource]:
    return exchange.resources(open_only=True)


def dataset(code: str) -> Resource:
    try:
        found = exchange.resource(code)
    except exchange.UnknownResource:
        raise NoSuchDataset(code) from None
    if not found.open or found.code != code:
        raise NoSuchDataset(code)
    return found


def formats(resource: Resource) -> tuple[str, ...]:
    placed = {"lng", "lat"} <= {field.name for field in resource.fields}
    return (*FORMATS, "GeoJSON") if placed else FORMATS


def _sides() -> Mapping[str, tuple[str, Callable[[Resource], Iterable[str]]]]:
    return {
        "theme": (_("主题"), lambda r: (r.category,)),
        "department": (_("部门"), lambda r: (r.owner,)),
        "format": (_("格式"), formats),
        "licence": (_("许可"), lambda r: (r.licence or _("未注明"),)),
    }


def find(text: str, chosen: Mapping[str, str]) -> list[Resource]:
    """Open data sets that hold every word of ``text`` and wear every chosen facet, the best match first."""
    return _kept(_scored(text), chosen)


def _scored(text: str) -> list[Resource]:
    """Our own city's sets come before the samples of other cities, which say so in brackets."""
    found = [(score(resource, text), resource) for resource in open_resources()]
    ranked = sorted(found, key=lambda pair: (-pair[0], _elsewhere(pair[1]), pair[1].code))
    return [resource for points, resource in ranked if points]


def _elsewhere(resource: Resource) -> bool:
    return "（" in resource.title and settings.CITY_NAME not in resource.title


def _kept(among: Iterable[Resource], chosen: Mapping[str, str]) -> list[Resource]:
    sides = [(chosen[key], values) for key, (_title, values) in _sides().items() if chosen.get(key)]
    return [one for one in among if all(wanted in values(one) for wanted, values in sides)]


def facets(text: str, chosen: Mapping[str, str]) -> list[Facet]:
    """Counts of each value among what the other facets leave, so that no choice leads to nothing."""
    scored, shown = _scored(text), []
    for key, (title, values) in _sides().items():
        others = {name: value for name, value in chosen.items() if name != key}
        counts = Counter(value for resource in _kept(scored, others) for value in values(resource))
        named = [(value, _name(key, value), count) for value, count in counts.most_common()]
        shown.append(Facet(key, title, named))
    return shown


def _name(key: str, value: str) -> str:
    """Departments by their short name; a theme without its class: 主题/交通运输 is 交通运输."""
    return bureau(value) if key == "department" else said(value).rpartition("/")[2]


def score(resource: Resource, text: str) -> int:
    """How well each word is met, in Chinese or English: in the title 8, its pinyin 6, the summary 3, a field 2."""
    total = 1
    for word in text.lower().split():
        points = max((weight for weight, words in _words(resource) if word in words), default=0)
        if not points:
            return 0
        total += points
    return total


def near(text: str) -> list[Resource]:
    """For a search without a hit: the few data sets whose titles come closest, in either language or by sound."""
    asked = text.lower()
    ranked = [
        (max(fuzz.partial_ratio(asked, words) for _w, words in _words(one)[:2]), one)
        for one in open_resources()
    ]
    close = sorted((pair for pair in ranked if pair[0] >= CLOSE), key=lambda pair: -pair[0])
    return [one for _points, one in close[:NEAR]]


@functools.lru_cache(maxsize=1024)
def _words(resource: Resource) -> tuple[tuple[int, str], ...]:
    with override("en"):
        english = {words: said(words) for words in _texts(resource)}
    fields = " ".join(f"{one.title} {english[one.title]} {one.name}" for one in resource.fields)
    owner = department(resource.owner)
    about = f"{resource.summary} {resource.category} {english[resource.summary]} {english[resource.category]}"
    return (
        (8, f"{resource.title} {english[resource.title]} {resource.code}".lower()),
        (6, "".join(lazy_pinyin(resource.title)).lower()),
        (3, f"{about} {owner.name} {owner.short} {owner.english}".lower()),
        (2, fields.lower()),
    )


def _texts(resource: Resource) -> set[str]:
    return {resource.title, resource.summary, resource.category, *(field.title for field in resource.fields)}


def described(resource: Resource) -> dict[str, Any]:
    """The catalogue entry as JSON: the same in every language, with the English beside the Chinese."""
    owner = department(resource.owner)
    with override("en"):
        english = {words: said(words) for words in _texts(resource)}
    return {
        "code": resource.code,
        "title": resource.title,
        "title_en": english[resource.title],
        "summary": resource.summary,
        "summary_en": english[resource.summary],
        "department": {"code": resource.owner, "name": owner.name, "name_en": owner.english},
        "theme": resource.category,
        "licence": resource.licence,
        "source": resource.source,
        "update": resource.update,
        "formats": list(formats(resource)),
        "key": list(resource.key),
        "fields": [
            {
                "name": f.name,
                "title": f.title,
                "title_en": english[f.title],
                "type": f.kind,
                "required": f.required,
                "meaning": f.meaning,
            }
            for f in resource.fields
        ],
    }
