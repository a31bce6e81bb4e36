"""The door of look 样貌: what portals put on a page. Tags and classes are in README.md beside this file."""

from huicheng.portals.look.charts import Chart
from huicheng.portals.look.formats import ago, day, masked, moment, money, number, percent, short, size, span
from huicheng.portals.look.parts import Column, Stat

__all__ = [
    "Chart",
    "Column",
    "Stat",
    "ago",
    "day",
    "masked",
    "moment",
    "money",
    "number",
    "percent",
    "short",
    "size",
    "span",
]
