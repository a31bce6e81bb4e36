"""Chinese first, English by switch: every sentence that a page or an error can say has its English."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from huicheng.city import messages

PACKAGE = Path(__file__).resolve().parent.parent / "huicheng"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "pgettext": ((1, "c"), 2),
    "ngettext": (1, 2),
}
HAN = re.compile(r"[\u4e00-\u9fff]")


def said_in(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        # Made for xgettext, which does not mind indentation; Babel reads it as Python.
        text = "\n".join(line.strip() for line in templatize(text).splitlines())
    found = extract("python", io.BytesIO(text.encode()), KEYWORDS)
    words = (m[1] for m in found)
    flat = (w for one in words for w in (one if isinstance(one, tuple) else (one,)) if w)
    return {w for w in flat if HAN.search(w)}


def in_english() -> dict[str, str]:
    known: dict[str, str] = {}
    for path in PACKAGE.rglob("locale/en/LC_MESSAGES/django.po"):
        for message in read_po(path.open("rb")):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            known |= {i: strings[0] for i in ids if i and strings[0]}
    return known


def sources() -> list[Path]:
    return [p for p in sorted([*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.py")]) if "tests" not in p.parts]


def test_every_sentence_has_its_english():
    english = in_english()
    missing = {f"{p.relative_to(PACKAGE)}: {w}" for p in sources() for w in said_in(p) if w not in english}
    assert not missing, "\n".join(sorted(missing))


@pytest.mark.parametrize(
    ("path", "words"),
    messages.declared().items(),
    ids=lambda one: one.parts[-5] if isinstance(one, Path) else "",
)
def test_every_declared_word_has_its_english(path, words):
    """Titles stand in no call to gettext; each pack's own catalogue has them, so that its folder is the whole pack."""
    with path.open("rb") as file:
        english = {message.id: message.string for message in read_po(file)}
    missing = [one for one in words if not english.get(one)]
    assert not missing, f"python -m huicheng.city.messages collect, then translate: {missing}"


def test_one_word_has_one_english_in_all_rooms():
    """gettext keeps one catalogue: of two translations one would win everywhere, and nobody could say which."""
    said: dict[tuple[str | None, object], set[object]] = {}
    for path in PACKAGE.rglob("locale/en/LC_MESSAGES/django.po"):
        for one in read_po(path.open("rb")):
            if one.id and one.string:
                said.setdefault((one.context, one.id), set()).add(one.string)
    assert not {key: texts for key, texts in said.items() if len(texts) > 1}


def test_every_english_keeps_the_placeholders():
    holes = re.compile(r"%\((\w+)\)|\{(\w+)\}")
    wrong = [i for i, s in in_english().items() if set(holes.findall(i)) != set(holes.findall(s))]
    assert not wrong


# The style guide shows components filled with invented Chinese, to officials who build pages.
UNTRANSLATED = {"guide.html"}
PAGES = [p for p in sources() if p.suffix == ".html" and p.name not in UNTRANSLATED]


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_no_sentence_stands_in_a_page_untranslated(path):
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}|<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"\{%\s*blocktrans(late)?.*?endblocktrans(late)?\s*%\}", "", text, flags=re.S)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.S)
    text = text.replace("中文", "")  # the switch names each language in its own words
    bare = [line.strip() for line in text.splitlines() if HAN.search(line)]
    assert not bare, f"wrap in translate: {bare[:3]}"
