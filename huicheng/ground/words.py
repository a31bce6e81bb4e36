"""Words are declared and kept in Chinese, once; whoever reads them is told in his own language."""

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation.trans_real import translation

from huicheng.ground.declarations import Declaration, Pack, modules

HAN = re.compile(r"[\u4e00-\u9fff]")
WIDE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
HOLE = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
# Parts of a declaration that nobody reads: names of files and codes, and what headers of files may say.
UNREAD = {"code", "codes", "key", "sql", "rows_sql", "synonyms", "file", "url_name"}
Unknown = Callable[[str], str]


def in_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def said(text: object, *, unknown: Unknown = str) -> str:
    """Declared or kept words in the reader's language: titles, meanings, purposes, reasons, labels.

    A sentence that was made from a template (城市一览：%(title)s) is taken apart and said again, its parts too.
    ``unknown`` is asked about a part that no catalogue knows; what nobody knows stays as it is.
    """
    words = str(text)
    return words if in_chinese() or not HAN.search(words) else _said(words, get_language() or "", unknown)


@functools.lru_cache(maxsize=8192)
def _said(text: str, language: str, unknown: Unknown) -> str:
    if (known := gettext(text)) != text:
        return known
    for pattern, template in _templates(language):
        if found := pattern.fullmatch(text):
            return _filled(gettext(template), found.groupdict(), unknown)
    if "、" in text:
        return ", ".join(said(part, unknown=unknown) for part in text.split("、"))
    return unknown(text)


def _filled(template: str, parts: dict[str, str], unknown: Unknown) -> str:
    words = {name: said(part, unknown=unknown) for name, part in parts.items()}
    return HOLE.sub(lambda hole: words[hole[1] or hole[2]], template).replace("%%", "%")


@functools.cache
def _templates(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Sentences with holes, the most telling first. Django has no public way to list a catalogue."""
    catalogue = translation(language)._catalog  # type: ignore[attr-defined]
    known = {key[0] if isinstance(key, tuple) else key for key in list(catalogue.keys())}
    holed = [one for one in known if HOLE.search(one) and WIDE.search(HOLE.sub("", one))]
    return tuple((_pattern(one), one) for one in sorted(holed, key=lambda one: -len(HOLE.sub("", one))))


def _pattern(template: str) -> re.Pattern[str]:
    text, at, names = "", 0, set[str]()
    for hole in HOLE.finditer(template):
        name = hole[1] or hole[2]
        text += re.escape(template[at : hole.start()].replace("%%", "%"))
        text += f"(?P={name})" if name in names else f"(?P<{name}>.*?)"
        names.add(name)
        at = hole.end()
    return re.compile(text + re.escape(template[at:].replace("%%", "%")), re.DOTALL)


def declared_words() -> Iterator[tuple[Pack, str]]:
    """Every Chinese word that the packs declare, for the catalogues and for the test that they are whole."""
    for pack, module in modules():
        yield pack, pack.title
        for value in vars(module).values():
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, Declaration):
                    yield from ((pack, words) for words in _words_in(one))


def _words_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from [value] if HAN.search(value) else []
    elif isinstance(value, dict):
        yield from (words for one in value.values() for words in _words_in(one))
    elif isinstance(value, tuple):
        yield from (words for one in value for words in _words_in(one))
    elif is_dataclass(value):
        shown = [one.name for one in fields(value) if one.name not in UNREAD]
        yield from (words for name in shown for words in _words_in(getattr(value, name)))
