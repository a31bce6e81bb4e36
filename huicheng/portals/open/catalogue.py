"""What may be found: resources that are open, or open on a condition, whatever else the lake holds; the rows of the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from huicheng.exchange import api as exchange
from huicheng.exchange.api import Resource
from huicheng.ground.api import bureau, department, said

FORMATS = ("CSV", "JSON", "Parquet")


class NoSuchDataset(Exception):
    """There is no open data set of this code; a resource that is not open is answered the same way."""


class ForApplicants(Exception):
    """Its entry is everybody's, its rows are for who applied and was granted them."""

    def __init__(self, resource: Resource) -> None:
        super().__init__(
            _("“%(title)s”有条件开放：实名登录后申请，得到授权才能读取。") % {"title": said(resource.title)}
        )


@dataclass(frozen=True)
class Facet:
    key: str
    title: str
    values: list[tuple[str, str, int]]


def listed(code: str) -> Resource:
    """Its entry: what it is, what its columns mean, who may have it."""
    try:
        found = exchange.resource(code)
    except exchange.UnknownResource:
        raise NoSuchDataset(code) from None
    if not found.listed or found.code != code:
        raise NoSuchDataset(code)
    return found


def dataset(code: str) -> Resource:
    """One whose rows anybody may read."""
    found = listed(code)
    if not found.open:
        raise ForApplicants(found)
    return found


def formats(resource: Resource) -> tuple[str, ...]:
    if not resource.open:
        return ()
    placed = {"lng", "lat"} <= {field.name for field in resource.fields}
    return (*FORMATS, "GeoJSON") if placed else FORMATS


# What a visitor may narrow by, and the side of an entry that it is.
SIDES = {
    "openness": "openness", "theme": "category", "department": "owner", "format": "located", "licence": "licence",
}  # fmt: skip


def find(text: str, chosen: Mapping[str, str], *, limit: int, offset: int = 0) -> exchange.Found:
    """Listed data sets that hold every word of ``text`` and wear every chosen facet, the best match first."""
    sides = {side: _value(key, chosen.get(key, "")) for key, side in SIDES.items()}
    if chosen.get("format"):  # what is applied for is no file that anybody takes away
        sides["openness"] = sides["openness"] or "unconditional"
    return exchange.search(text, listed=True, limit=limit, offset=offset, **sides)


def _value(key: str, chosen: str) -> str:
    """Every set comes as CSV, JSON and Parquet: only GeoJSON narrows."""
    return ("True" if chosen == "GeoJSON" else "") if key == "format" else chosen


def facets(found: exchange.Found, chosen: Mapping[str, str]) -> list[Facet]:
    """Counts of each value among what the other facets leave, so that no choice leads to nothing."""
    counts = {key: found.facets[side] for key, side in SIDES.items()}
    free = counts["openness"].get("unconditional", 0) if chosen["openness"] != "conditional" else 0
    counts["format"] = {**counts["format"], "": free}
    titles = {
        "openness": _("开放方式"), "theme": _("主题"), "department": _("部门"), "format": _("格式"), "licence": _("许可"),
    }  # fmt: skip
    return [Facet(key, title, _values(key, counts[key])) for key, title in titles.items()]


def _values(key: str, counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    if key == "format":
        free, placed = counts[""], min(counts[""], counts.get("True", 0))
        every = [(form, form, free) for form in FORMATS if free]
        return [*every, ("GeoJSON", "GeoJSON", placed)] if placed else every
    return [(value, _name(key, value), count) for value, count in counts.items() if value]


def _name(key: str, value: str) -> str:
    """Departments by their short name; a theme without its class: 主题/交通运输 is 交通运输."""
    if key == "openness":
        return openness(value)
    return bureau(value) if key == "department" else said(value).rpartition("/")[2]


def openness(value: str) -> str:
    return _(exchange.CHOICES["openness"][value][1])


def near(text: str) -> list[Resource]:
    """For a search without a hit: the few data sets whose titles come closest."""
    return [one.spec for one in exchange.near(text, listed=True)]


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
        "openness": resource.openness,
        "condition": resource.open_condition,
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
