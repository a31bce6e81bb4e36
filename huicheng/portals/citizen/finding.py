"""Search that understands 社保, shebao and "social insurance": my data, the pages, open data sets, services on file."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from huicheng.codes import api as codes
from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, BadInput, bureau, said
from huicheng.portals.citizen.mine import Section, plan

ITEMS = Path(__file__).parent / "items.sql"
MOST_SETS, MOST_ITEMS = 8, 12


@dataclass(frozen=True)
class Found:
    title: str
    words: str
    href: str
    icon: str


@dataclass(frozen=True)
class Group:
    title: str
    found: Sequence[Found]
    note: str = ""


def search(asked: str, sections: Iterable[Section], actor: Actor) -> list[Group]:
    """Groups that found something, one's own first."""
    groups = [
        Group(_("我的"), find(asked, sections)),
        Group(_("办事"), _items(asked, actor), _("目录里是四川广安区公开的事项，只作参考，不能在这里办理。")),
        Group(_("公开的数据"), _sets(asked)),
    ]
    return [one for one in groups if one.found]


def find(asked: str, sections: Iterable[Section]) -> list[Found]:
    """The Chinese words and their sound are searched in every language, beside what the page says."""
    words = asked.lower().split()
    if not words:
        return []
    here, chinese = _all(sections := list(sections)), _in_chinese(sections)
    return [
        one
        for one in here
        if all(_says(f"{one.title} {one.words}", chinese[one.href], word) for word in words)
    ]


def _all(sections: Iterable[Section]) -> list[Found]:
    data = reverse("citizen:data")
    held = [
        Found(one.title, _("、").join(field.title for field in one.fields), f"{data}#{one.key}", one.icon)
        for one in sections
    ]
    return held + _pages()


def _pages() -> list[Found]:
    data = reverse("citizen:data")
    return [
        Found(_("我的数据"), _("城市记录了我的什么，来自哪个部门"), data, "person"),
        Found(_("同住的人和我的房屋、单位"), _("户口、房屋、工作单位、法定代表人"), f"{data}#ties", "house"),
        Found(_("谁看过我的数据"), _("谁、什么时候、为了什么"), reverse("citizen:reads"), "eye"),
        Found(_("账号与登录"), _("修改密码，看看登录在哪里"), reverse("account"), "shield"),
    ]


def _in_chinese(sections: Iterable[Section]) -> dict[str, str]:
    """By address: a section's own titles came in the reader's language."""
    with override(settings.LANGUAGE_CODE):
        pages = {one.href: f"{one.title} {one.words}" for one in _pages()}
        titles = {key: (title, fields) for key, title, _icon, fields in plan()}
    data = reverse("citizen:data")
    for one in sections:
        title, fields = titles[one.key]
        pages[f"{data}#{one.key}"] = " ".join([title, *(fields[field.name] for field in one.fields)])
    return pages


def _sets(asked: str) -> list[Found]:
    """Open data sets; nothing where the open portal is not installed."""
    words = asked.lower().split()
    found = []
    for one in exchange.resources(listed=True):
        chinese = f"{one.title} {one.summary}"
        if all(_says(f"{said(one.title)} {said(one.summary)}", chinese, word) for word in words):
            found.append((one.code, said(one.title), said(one.summary)))
    try:
        return [
            Found(title, summary, reverse("open:dataset", args=[code]), "data")
            for code, title, summary in found[:MOST_SETS]
        ]
    except NoReverseMatch:
        return []


def _items(asked: str, actor: Actor) -> list[Found]:
    """Services by name, main item or bureau; each opens its row in the open data set."""
    words = asked.lower().split()
    try:
        rows = exchange.ask(ITEMS, actor, purpose="").table.to_pylist()
        place = reverse("open:rows", args=["service_items"])
    except (BadInput, NoReverseMatch):
        return []
    found = [
        row for row in rows if all(_says("", f"{row['name']} {row['department']}", word) for word in words)
    ]
    return [
        Found(
            row["name"],
            bureau(row["department"]),
            f"{place}?{urlencode({'by': 'item_code', 'value': row['item_code']})}",
            "table",
        )
        for row in sorted(found, key=lambda row: len(row["name"]))[:MOST_ITEMS]
    ]


def _says(shown: str, chinese: str, word: str) -> bool:
    if word in shown.lower() or word in chinese.lower():
        return True
    if not word.isascii() or not word.isalpha():
        return False
    sound, initials = _sounds(chinese)
    return word in sound or (len(word) > 1 and word in initials)


@functools.lru_cache(maxsize=4096)
def _sounds(chinese: str) -> tuple[str, str]:
    spelt = [one.lower() for one in codes.syllables(chinese)]
    return "".join(spelt), "".join(one[:1] for one in spelt)
