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
from huicheng.portals.decision import naming
from huicheng.portals.decision.asking import Asked
from huicheng.portals.look.api import Chart, Column

CHILDREN = Path(__file__).with_name("place_children.sql")
# The map that leads down: its cells open a place, its rows are found by the code of a place of any level.
WHERE = "portals.decision.residents_by_district"
BELOW = {6: 9, 9: 12}
FEW = 5


@functools.cache
def districts() -> tuple[Division, ...]:
    return tuple(one for one in codes.children(settings.CITY_CODE) if len(one.code) == 6 and not one.former)


def choices() -> list[tuple[str, str]]:
    return [(one.code, naming.place_name(one.code)) for one in districts()]


def is_ours(code: str | None) -> bool:
    return code in {one.code for one in districts()}


def place(code: str) -> Division | None:
    """A district or street of this city; anything else is not ours to show."""
    if not (code.isascii() and code.isdigit() and len(code) in BELOW and is_ours(code[:6])):
        return None
    try:
        return codes.division(code)
    except codes.Refused:
        return None


def children(here: Division, actor: Actor) -> Answer:
    params = {"place": here.code, "length": BELOW[len(here.code)]}
    return exchange.recall(CHILDREN, actor, purpose=f"城市一览：{here.name}", params=params)


def shown(here: Division, found: Answer) -> dict[str, Any]:
    """Rows by name; below five people a place shows no figure, but the sum is of everybody who lives here."""
    everybody = found.table.to_pylist()
    named = [row for row in everybody if row["code"]]
    rows = [_row(row) for row in named if row["residents"] >= FEW]
    is_district = len(here.code) == 6
    columns = [
        Column(
            name="name", title=_("街道") if is_district else _("社区"), link="down" if is_district else ""
        ),
        Column(name="residents", title=_("居民"), kind="number", link="href"),
        Column(name="households", title=_("户"), kind="number", link="href"),
        Column(name="old_share", title=_("65 岁及以上（%）"), kind="number", link="href"),
    ]
    picture = Chart(
        kind="bar", title=_("居民"), rows=rows[:20], x="name", y="residents", unit=_("人"), link="href",
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
        "behind": rows_of(here.code),
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    code = row["code"]
    down = reverse("decision:place", args=[code]) if len(code) == 9 else ""
    return {**row, "name": naming.place_name(code), "down": down, "href": rows_of(code)}


def rows_of(code: str) -> str:
    return reverse("decision:behind", args=[WHERE]) + Asked(x=code).query


def crumbs(here: Division) -> list[tuple[str, str]]:
    found = [(_("城市一览"), reverse("decision:home"))]
    if len(here.code) == 9:
        above = codes.division(here.code[:6])
        found.append((naming.place_name(above.code), reverse("decision:place", args=[above.code])))
    return [*found, (naming.place_name(here.code), "")]
