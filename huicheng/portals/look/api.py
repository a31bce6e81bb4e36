"""The door of look 样貌: what portals put on a page. Tags and classes are in README.md beside this file."""

from huicheng.portals.look.charts import Chart
from huicheng.portals.look.formats import (
    ago,
    city,
    day,
    masked,
    moment,
    money,
    number,
    percent,
    place,
    said,
    short,
    size,
    span,
    zh,
)
from huicheng.portals.look.parts import Column, Stat

__all__ = [
    "Chart",
    "Column",
    "Stat",
    "ago",
    "city",
    "day",
    "masked",
    "moment",
    "money",
    "number",
    "percent",
    "place",
    "said",
    "short",
    "size",
    "span",
    "zh",
]
