"""Which picture is right for a table, from what its fields say; a wrong picture is worse than none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from huicheng.exchange.api import Field, Resource
from huicheng.ground.api import said

Kind = Literal["map", "tilemap", "line", "bar", "plan", "none"]
NUMBERS = ("number", "integer", "money")
TIMES = ("date", "datetime")
# What may be added up over time or place; a share, a price or a concentration may only be averaged.
FLOWS = ("次", "m³", "人")
NOT_AMOUNTS = ("year", "decade", "lng", "lat")
CODE_LIKE = re.compile(r"(_id|_code|^code|^id|^seq|^level|^x$|^y$|_x$|_y$)$")


@dataclass(frozen=True)
class Plan:
    """What to draw: fields by name; ``adds`` says whether values are summed or averaged."""

    kind: Kind
    x: str = ""
    y: tuple[str, ...] = ()
    label: str = ""
    splits: tuple[str, ...] = ()
    adds: bool = False
    datum: Literal["wgs84", "gcj02"] = "wgs84"
    city: str = ""


def unit_of(field: Field) -> str:
    """The unit written in brackets at the end of a title."""
    found = re.search(r"（([^（）]+)）$", field.title)
    return found[1] if found else ""


def unit_said(field: Field) -> str:
    """The unit as the reader's title has it: 合计（次） is Total (hires)."""
    found = re.search(r"[（(]([^（）()]+)[）)]$", said(field.title))
    return found[1] if found else ""


def is_amount(field: Field) -> bool:
    """A number one may group with commas; a year, a code and a coordinate are not."""
    return field.kind in NUMBERS and field.name not in NOT_AMOUNTS and not CODE_LIKE.search(field.name)


def _adds(field: Field) -> bool:
    """A whole number without a unit is a count."""
    return unit_of(field) in FLOWS or (field.kind == "integer" and not unit_of(field))


def plan(resource: Resource, *, show: str = "", city: str = "") -> Plan:
    """The right picture; ``show`` is another figure to draw in it, ``city`` another city than ours."""
    found = replace(_plan(resource), city=city)
    chosen = next((field for field in choices(resource) if field.name == show), None)
    return replace(found, y=(show,), adds=_adds(chosen)) if chosen else found


def choices(resource: Resource) -> list[Field]:
    """Figures that the picture can show instead of its own."""
    found = _plan(resource)
    if found.kind not in ("line", "tilemap") or not found.y:
        return []
    figures = [one for one in resource.fields if is_amount(one) and one.name != found.x]
    return figures if len(figures) > 1 else []


def _plan(resource: Resource) -> Plan:
    fields = {field.name: field for field in resource.fields}
    measures = [f for f in resource.fields if f.kind in NUMBERS and not CODE_LIKE.search(f.name)]
    for choose in (_map, _tilemap, _ground_plan, _line, _bar):
        found = choose(resource, fields, measures)
        if found is not None:
            return found
    return Plan("none")


def _map(resource: Resource, fields: dict[str, Field], measures: list[Field]) -> Plan | None:
    if not {"lng", "lat"} <= set(fields):
        return None
    texts = [f for f in resource.fields if f.kind == "text" and not CODE_LIKE.search(f.name)]
    named = [f for f in texts if f.name in ("station", "stop", "name", "address")] or texts
    label = named[0].name if named else (resource.key or ("",))[0]
    datum: Literal["wgs84", "gcj02"] = "gcj02" if "GCJ" in fields["lng"].meaning else "wgs84"
    cities = ("city",) if "city" in fields else ()
    return Plan("map", x="lng", y=("lat",), label=label, splits=cities, datum=datum)


def _tilemap(resource: Resource, fields: dict[str, Field], measures: list[Field]) -> Plan | None:
    places = [f.name for f in resource.fields if f.kind == "division" or f.name == "district"]
    if not places or not measures:
        return None
    measure = next((f for f in measures if f.name not in ("year", "decade")), measures[0])
    return Plan("tilemap", x=places[0], y=(measure.name,), adds=_adds(measure))


def _ground_plan(resource: Resource, fields: dict[str, Field], measures: list[Field]) -> Plan | None:
    for x, y in (("x", "y"), ("from_x", "from_y")):
        if {x, y} <= set(fields) and measures:
            return Plan("plan", x=x, y=(y,), label=measures[-1].name, adds=_adds(measures[-1]))
    return None


def _line(resource: Resource, fields: dict[str, Field], measures: list[Field]) -> Plan | None:
    times = [n for n in resource.key if fields[n].kind in TIMES or n in ("year", "month")]
    if not times:
        return None
    splits = tuple(n for n in resource.key if n != times[0] and fields[n].kind == "text")
    if not measures:
        return Plan("line", x=times[0], adds=True)
    measures = [f for f in measures if f.name != times[0]]
    main = next((f for f in measures if f.name in ("total", "occupied")), measures[0])
    alike = [f for f in measures if unit_of(f) == unit_of(main) and unit_of(f)]
    y = [main.name] if splits or main.name == "total" else [f.name for f in alike[:3]] or [main.name]
    return Plan("line", x=times[0], y=tuple(y), splits=splits, adds=_adds(main))


def _bar(resource: Resource, fields: dict[str, Field], measures: list[Field]) -> Plan | None:
    flows = [f for f in measures if unit_of(f) in FLOWS]
    texts = [f for f in resource.fields if f.kind == "text" and not CODE_LIKE.search(f.name)]
    if flows and resource.key and fields[resource.key[0]].kind == "text":
        return Plan("bar", x=resource.key[0], y=(flows[-1].name,), adds=True)
    if _group(texts):
        return Plan("bar", x=_group(texts), adds=True)
    counts = [f for f in measures if f.kind == "integer" and _adds(f)]
    # Without a key every row is a group that was counted: 企业按行业.
    summed = counts and texts and not resource.key and resource.fields[0] == texts[0]
    return Plan("bar", x=texts[0].name, y=(counts[0].name,), adds=True) if summed else None


def _group(texts: Iterable[Field]) -> str:
    """A field to count by: one whose values repeat, which its name tells before the data does."""
    names = [f.name for f in texts]
    return next((n for n in ("department", "province", "kind", "line") if n in names), "")
