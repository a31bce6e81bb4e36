"""What a page asks of a picture: rows and which columns to draw."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from huicheng.portals.look.formats import chinese, number, short

ChartKind = Literal["bar", "line", "area", "heat", "scatter", "tilemap", "points"]
Row = Mapping[str, Any]
STEPS = 6
TILE = 96


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A picture of ``rows``.

    bar, line, area, scatter: ``x`` and one or several ``y``; ``series`` splits one ``y`` into many.
    heat: ``x``, ``y`` are the sides, ``value`` the colour.
    tilemap: ``x`` is the district's code, ``y`` the figure.
    points: ``x`` longitude, ``y`` latitude, ``value`` an optional figure, ``name`` an optional label.
    ``link`` names a column holding an address to open on a click. ``labels`` gives columns their titles.
    ``order`` is that of the series, whichever comes first in the rows.
    """

    kind: ChartKind
    title: str
    rows: Sequence[Row]
    x: str
    y: str | tuple[str, ...]
    series: str = ""
    value: str = ""
    name: str = ""
    link: str = ""
    unit: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    order: Sequence[str] = ()
    note: str = ""
    note_href: str = ""
    height: Literal["small", "medium", "large"] = "medium"
    stacked: bool = False
    sideways: bool = False
    from_zero: bool = True

    @property
    def ys(self) -> tuple[str, ...]:
        return (self.y,) if isinstance(self.y, str) else tuple(self.y)

    @property
    def columns(self) -> list[str]:
        wanted = [self.name, self.x, self.series, *self.ys, self.value]
        return list(dict.fromkeys(column for column in wanted if column))

    @property
    def told(self) -> list[str]:
        """The columns of the table beside the picture: a place by its name alone."""
        hidden = self.x if self.kind == "tilemap" and self.name else ""
        return [column for column in self.columns if column != hidden]

    def cells(self, row: Row) -> list[tuple[Any, str]]:
        """Values as the table tells them; its figures open what the picture's points open."""
        href = str(row.get(self.link) or "") if self.link else ""
        return [(plain(row.get(name)), href if name in (*self.ys, self.value) else "") for name in self.told]

    def label(self, column: str) -> str:
        return str(self.labels.get(column, column))


def plain(value: Any) -> Any:
    """What JSON and a script can hold."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value != value:
        return None
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def spec(chart: Chart) -> dict[str, Any]:
    """The chart as the script in the page reads it."""
    columns = [*chart.columns, *([chart.link] if chart.link else [])]
    return {
        "kind": chart.kind,
        "x": chart.x,
        "ys": list(chart.ys),
        "series": chart.series,
        "order": [str(name) for name in chart.order],
        "value": chart.value,
        "name": chart.name,
        "link": chart.link,
        "unit": str(chart.unit),
        "labels": {column: chart.label(column) for column in chart.columns},
        "stacked": chart.stacked,
        "sideways": chart.sideways,
        "fromZero": chart.from_zero,
        "rows": [[plain(row.get(column)) for column in columns] for row in chart.rows],
        "columns": columns,
    }


@dataclass(frozen=True)
class Tile:
    code: str
    name: str
    figure: str
    full: str
    step: str
    left: int
    top: int
    link: str

    @property
    def middle(self) -> int:
        return self.left + (TILE - 6) // 2


@functools.cache
def _places() -> dict[str, dict[str, str]]:
    with (Path(__file__).parent / "districts.csv").open(encoding="utf-8") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def districts() -> list[str]:
    """The drawn grid's district codes, north to south."""
    return list(_places())


def tiles(chart: Chart) -> list[Tile]:
    """Districts as a labelled grid, roughly where they lie; a city without a drawn grid gets rows of five."""
    figure = chart.ys[0]
    rows = {str(row[chart.x]): row for row in chart.rows if row.get(chart.x)}
    known = _places() if rows.keys() & _places().keys() else {}
    codes = list(known) or sorted(rows)
    values = [
        float(row[figure]) for code, row in rows.items() if code in codes and row.get(figure) is not None
    ]
    return [
        _tile(chart, code, rows.get(code, {}), _spot(code, order), _bounds(values))
        for order, code in enumerate(codes)
    ]


def _spot(code: str, order: int) -> tuple[int, int]:
    place = _places().get(code)
    return (int(place["column"]), int(place["row"])) if place else (order % 5, order // 5)


def _bounds(values: list[float]) -> tuple[float, float]:
    return (min(values), max(values)) if values else (0.0, 0.0)


def _tile(chart: Chart, code: str, row: Row, spot: tuple[int, int], bounds: tuple[float, float]) -> Tile:
    value = row.get(chart.ys[0])
    place = _places().get(code)
    name = str(row.get(chart.name) or code) if not place else place["name" if chinese() else "english"]
    return Tile(
        code, name, short(value), f"{number(value)} {chart.unit}".strip(), _step(value, bounds),
        spot[0] * TILE + 3, spot[1] * TILE + 3, str(row.get(chart.link) or ""),
    )  # fmt: skip


def _step(value: Any, bounds: tuple[float, float]) -> str:
    if value is None:
        return "qn"
    low, high = bounds
    return f"q{min(STEPS - 1, int((float(value) - low) / ((high - low) or 1) * STEPS))}"


def ends(chart: Chart) -> tuple[str, str]:
    """The smallest and the largest figure of a map, for its key."""
    values = [float(row[chart.ys[0]]) for row in chart.rows if row.get(chart.ys[0]) is not None]
    low, high = _bounds(values)
    return short(low), short(high)


def spark_path(values: Sequence[Any], width: int = 120, height: int = 36) -> tuple[str, str]:
    """The line and the area under it, as SVG paths; where a value is missing, both break."""
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return "", ""
    low, spread = min(known), (max(known) - min(known)) or 1.0
    step = width / (len(values) - 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place * step, height - 3 - (float(value) - low) / spread * (height - 6)))
    drawn = [run for run in runs if run]
    return "".join(map(_line, drawn)), "".join(_area(run, height) for run in drawn)


def _line(run: Sequence[tuple[float, float]]) -> str:
    spots = "L".join(f"{x:.1f} {y:.1f}" for x, y in run)
    # A year between two gaps is a dot.
    return f"M{spots}" if len(run) > 1 else f"M{spots}h0.01"


def _area(run: Sequence[tuple[float, float]], height: int) -> str:
    return f"{_line(run)}L{run[-1][0]:.1f} {height}L{run[0][0]:.1f} {height}Z" if len(run) > 1 else ""
