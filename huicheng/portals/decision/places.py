"""Down from the city: district, street, community, each by its code."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.codes.api import Division
from huicheng.exchange import api as exchange
from huicheng.exchange.api import Answer
from huicheng.ground.api import Actor
from huicheng.portals.look.api import Chart, Column

CHILDREN = Path(__file__).with_name("place_children.sql")
BELOW = {6: 9, 9: 12}
FEW = 5


@functools.cache
def districts() -> tuple[Division, ...]:
    return tuple(one for one in codes.children(settings.CITY_CODE) if len(one.code) == 6 and not one.former)


def name_of(code: str) -> str:
    return next((one.name for one in districts() if one.code == code), "")


def place(code: str) -> Division | None:
    """A district or street of this city; anything else is not ours to show."""
    if not (code.isascii() and code.isdigit() and len(code) in BELOW):
        return None
    if code[:6] not in {one.code for one in districts()}:
        return None
    try:
        return codes.division(code)
    except codes.Refused:
        return None


def children(here: Division, actor: Actor) -> Answer:
    params = {"place": here.code, "length": BELOW[len(here.code)]}
    purpose = _("城市一览：%(title)s") % {"title": here.name}
    return exchange.ask(CHILDREN, actor, purpose=purpose, params=params)


def shown(here: Division, found: Answer) -> dict[str, Any]:
    """Rows by name; below five people a place shows no figure, but the sum is of everybody who lives here."""
    everybody = found.table.to_pylist()
    named = [row for row in everybody if row["code"]]
    rows = [_row(row) for row in named if row["residents"] >= FEW]
    link = "href" if len(here.code) == 6 else ""
    columns = [
        Column(name="name", title=_("街道") if link else _("社区"), link=link),
        Column(name="residents", title=_("居民"), kind="number"),
        Column(name="households", title=_("户"), kind="number"),
        Column(name="old_share", title=_("65 岁及以上（%）"), kind="number"),
    ]
    picture = Chart(
        kind="bar", title=_("居民"), rows=rows[:20], x="name", y="residents", unit=_("人"), link=link,
        labels={"name": columns[0].title, "residents": _("居民")}, sideways=True, height="large",
        note=_("只画人数最多的 20 个。") if len(rows) > 20 else "",
    )  # fmt: skip
    return {
        "rows": rows,
        "columns": columns,
        "picture": picture,
        "hidden": len(named) - len(rows),
        "unplaced": sum(row["residents"] for row in everybody if not row["code"]),
        "sum": sum(row["residents"] for row in everybody),
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    try:
        name = codes.division(row["code"]).name
    except codes.Refused:
        name = row["code"]
    href = reverse("decision:place", args=[row["code"]]) if len(row["code"]) == 9 else ""
    return {**row, "name": name, "href": href}


def crumbs(here: Division) -> list[tuple[str, str]]:
    found = [(_("城市一览"), reverse("decision:home"))]
    if len(here.code) == 9:
        above = codes.division(here.code[:6])
        found.append((above.name, reverse("decision:place", args=[above.code])))
    return [*found, (here.name, "")]
