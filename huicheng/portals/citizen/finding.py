"""Search that understands 社保 and shebao: over what is held and the pages that exist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from pypinyin import Style, lazy_pinyin

from huicheng.portals.citizen.mine import Section


@dataclass(frozen=True)
class Found:
    title: str
    words: str
    href: str
    icon: str


def find(asked: str, sections: Iterable[Section]) -> list[Found]:
    words = asked.lower().split()
    return [one for one in _all(sections) if words and all(_says(one, word) for word in words)]


def _all(sections: Iterable[Section]) -> list[Found]:
    data = reverse("citizen:data")
    pages = [
        Found(_("我的数据"), _("城市记录了我的什么，来自哪个部门"), data, "person"),
        Found(_("谁看过我的数据"), _("谁、什么时候、为了什么"), reverse("citizen:reads"), "eye"),
    ]
    held = [
        Found(one.title, "、".join(field.title for field in one.fields), f"{data}#{one.key}", one.icon)
        for one in sections
    ]
    return held + pages


def _says(found: Found, word: str) -> bool:
    text = f"{found.title} {found.words}"
    sound = "".join(lazy_pinyin(text)).lower()
    initials = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()
    return word in text.lower() or word in sound or (len(word) > 1 and word in initials)
