"""The terminal's mouth: what is printed is said in the reader's language, while all that is kept stays Chinese.

Commands run in the city's own language, so that a reason or a purpose they store reads the same whoever ran them;
only here, on its way out, is a line taken apart and said again.
"""

import os
import re
from typing import Any

from django.conf import settings
from django.utils.translation import override
from rich.console import Console
from rich.table import Table

# ✓ and ✗ and their colours stand before a sentence and are no part of it.
MARK = re.compile(r"^((?:\[\w+\][✓✗]\[/\w+\]\s*)?)(.*)$", re.DOTALL)


def language() -> str:
    """HUICHENG_LANGUAGE, or what the system speaks; Chinese where it says nothing we have."""
    wishes = (os.environ.get(name, "") for name in ("HUICHENG_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    wish = next((one for one in wishes if one), "")
    return "en" if wish.lower().startswith("en") else settings.LANGUAGE_CODE


def spoken(text: str) -> str:
    from huicheng.ground.api import said  # the command line is read before Django is up

    found = MARK.match(text)
    mark, sentence = (found[1], found[2]) if found else ("", text)
    with override(language()):
        return mark + said(sentence, unknown=_word_by_word)


def _word_by_word(text: str) -> str:
    """A department's name, or a cell put together from words: 监测巡查 schedule."""
    from huicheng.ground.api import departments, said

    if " " in text:
        return " ".join(said(word, unknown=_word_by_word) for word in text.split(" "))
    return next((one.english for one in departments() if text in (one.short, one.name)), text)


class Terminal(Console):
    """A console that says strings, and the titles, heads and cells of tables, in the reader's language."""

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*(self._said(one) for one in objects), **options)

    def _said(self, one: Any) -> Any:
        if isinstance(one, str):
            return spoken(one)
        if isinstance(one, Table):
            one.title = spoken(one.title) if isinstance(one.title, str) else one.title
            for column in one.columns:
                column.header = spoken(str(column.header))
                column._cells = [spoken(cell) if isinstance(cell, str) else cell for cell in column._cells]
        return one
