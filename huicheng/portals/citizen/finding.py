"""Search that understands 社保, shebao and "social insurance": over what is held and the pages that exist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from pypinyin import Style, lazy_pinyin

from huicheng.portals.citizen.mine import Section, plan


@dataclass(frozen=True)
class Found:
    title: str
    words: str
    href: str
    icon: str


def find(asked: str, sections: Iterable[Section]) -> list[Found]:
    """The Chinese words and their sound are searched in every language, beside what the page says."""
    words = asked.lower().split()
    if not words:
        return []
    here, chinese = _all(sections := list(sections)), _in_chinese(sections)
    return [one for one in here if all(_says(one, chinese[one.href], word) for word in words)]


def _all(sections: Iterable[Section]) -> list[Found]:
    data = reverse("citizen:data")
    held = [
        Found(one.title, "、".join(field.title for field in one.fields), f"{data}#{one.key}", one.icon)
        for one in sections
    ]
    return held + _pages()


def _pages() -> list[Found]:
    return [
        Found(_("我的数据"), _("城市记录了我的什么，来自哪个部门"), reverse("citizen:data"), "person"),
        Found(_("谁看过我的数据"), _("谁、什么时候、为了什么"), reverse("citizen:reads"), "eye"),
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


def _says(found: Found, chinese: str, word: str) -> bool:
    text = f"{found.title} {found.words} {chinese}"
    sound = "".join(lazy_pinyin(chinese)).lower()
    initials = "".join(lazy_pinyin(chinese, style=Style.FIRST_LETTER)).lower()
    return word in text.lower() or word in sound or (len(word) > 1 and word in initials)
