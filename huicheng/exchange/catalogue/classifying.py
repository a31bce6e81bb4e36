"""信息资源分类与代码: the class a resource stands in, and the number it is known by across departments."""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from huicheng.ground.api import BadInput

# 类 1 digit, 项 2, 目 3; then "/" and a running number (发改高技〔2017〕1272号). 目 is 000 where nobody divides further.
UNDIVIDED = "000"
SEQUENCE_DIGITS = 6


class UnknownCategory(BadInput):
    """No class of the national or local classification has this name."""


@dataclass(frozen=True)
class Category:
    """One 项 of the classification; ``title`` is ``类/项``, ``note`` says why a local one is there."""

    code: str
    title: str
    english: str
    note: str


@functools.cache
def categories() -> dict[str, Category]:
    """By title, in the order of their codes."""
    with (Path(__file__).parent / "classification.csv").open(encoding="utf-8") as file:
        return {row["title"]: Category(**row) for row in csv.DictReader(file)}


def category(title: str) -> Category:
    found = categories().get(title.strip())
    if found is None:
        raise UnknownCategory(
            _("没有分类“%(title)s”；写成“类/项”，如“基础/人口”，全部分类见 huicheng catalogue categories。")
            % {"title": title}
        )
    return found


def info_code(title: str, number: int) -> str:
    """信息资源代码 of the ``number``-th resource of a class."""
    return f"{category(title).code}{UNDIVIDED}/{number:0{SEQUENCE_DIGITS}}"
