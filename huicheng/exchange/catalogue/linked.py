"""The catalogue as linked data, DCAT-AP 3 with CSVW columns: read into the lines of the bureaux' form.

What the form says and DCAT has no word for stands beside it in terms of our own; a stranger's catalogue has none, and
is read by its words alone. What is missing then is asked for as it is of a form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from huicheng.exchange.catalogue import form
from huicheng.exchange.catalogue.classifying import categories
from huicheng.exchange.catalogue.editing import OPENNESS, SHARE, UPDATE
from huicheng.exchange.catalogue.entries import Entry
from huicheng.ground.api import BadInput

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

TERMS: Final = "urn:huicheng:catalogue:"
SYNTAXES = {".ttl": "turtle", ".jsonld": "json-ld"}
LARGEST = 64 << 20
CYCLES = {"realtime": "UPDATE_CONT", "daily": "DAILY", "weekly": "WEEKLY", "monthly": "MONTHLY",
          "quarterly": "QUARTERLY", "yearly": "ANNUAL"}  # fmt: skip
RIGHTS = {"unconditional": "PUBLIC", "conditional": "RESTRICTED", "none": "NON_PUBLIC"}
TYPES = {"integer": "integer", "number": "double", "money": "decimal", "date": "date", "datetime": "dateTime",
         "boolean": "boolean"}  # fmt: skip
LETTERS = {"integer": "I", "int": "I", "long": "I", "double": "N", "float": "N", "number": "N", "decimal": "Y",
           "date": "D", "dateTime": "T", "boolean": "L"}  # fmt: skip
# Columns of the form by the term that says them.
OF_ENTRY = {
    "code": form.CODE, "category": form.CATEGORY, "summary": form.SUMMARY, "share": form.SHARED, "condition": form.CONDITION,
    "way": form.WAY, "openCondition": form.OPEN_CONDITION, "formatClass": form.FORM_CLASS, "formatType": form.FORM_TYPE,
    "related": form.RELATED, "contact": form.CONTACT,
}  # fmt: skip
OF_COLUMN = {
    "letter": form.LETTER, "length": form.LENGTH, "required": form.REQUIRED, "key": form.KEY,
    "sensitivity": form.SECRET, "codes": form.CODES,
}  # fmt: skip
DCAT, DCT, CSVW = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/", "http://www.w3.org/ns/csvw#"
TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
FOAF, SKOS = "http://xmlns.com/foaf/0.1/", "http://www.w3.org/2004/02/skos/core#"
VCARD, LABEL = "http://www.w3.org/2006/vcard/ns#", "http://www.w3.org/2000/01/rdf-schema#label"


class NotACatalogue(BadInput):
    """The file is no Turtle or JSON-LD, holds no data set, or would have us fetch something."""


def terms_of(entry: Entry) -> tuple[dict[str, str], list[dict[str, str]]]:
    """What is said beside DCAT of an entry, and of each of its items in their order."""
    lines = list(form.lines_of(entry))
    said = {term: lines[0].get(column, "") for term, column in OF_ENTRY.items()} if lines else {}
    items = [{term: line.get(column, "") for term, column in OF_COLUMN.items()} for line in lines]
    return said, [{**item, "place": str(place)} for place, item in enumerate(items, 1)]


def read_linked(path: Path) -> Iterator[form.Filled]:
    """Every data set of the file as a resource of the form; nothing is stopped by one that is wrong."""
    reader = _Reader(_parsed(path))
    first = 1
    for lines in reader.datasets():
        yield form.filled_of(first, lines)
        first += len(lines)


def _parsed(path: Path) -> Graph:
    from rdflib import Graph  # slow to load, and only this needs it

    if path.stat().st_size > LARGEST:
        raise NotACatalogue(_("%(file)s 超过 64 MB。") % {"file": path.name})
    data = path.read_bytes()
    if path.suffix.lower() == ".jsonld":
        _refuse_addresses(data, path.name)
    try:
        return Graph().parse(data=data, format=SYNTAXES[path.suffix.lower()])
    except Exception as problem:  # the parsers raise whatever they meet
        raise NotACatalogue(
            _("%(file)s 读不懂：%(why)s。") % {"file": path.name, "why": str(problem)[:200]}
        ) from None


def _refuse_addresses(data: bytes, name: str) -> None:
    """A context that is an address would be fetched from there: nothing is asked of the network for a file."""
    try:
        waiting = [json.loads(data)]
    except (ValueError, RecursionError):
        raise NotACatalogue(_("%(file)s 不是 JSON 文件。") % {"file": name}) from None
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if any(_leads_away(one.get(word)) for word in ("@context", "@import")):
                raise NotACatalogue(
                    _("%(file)s 的 @context 是一个网址；请把内容写在文件里。") % {"file": name}
                )
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _leads_away(context: Any) -> bool:
    return isinstance(context, str) or (isinstance(context, list) and any(map(_leads_away, context)))


class _Reader:
    def __init__(self, made: Graph) -> None:
        from rdflib import URIRef

        self.made, self.name = made, URIRef

    def datasets(self) -> Iterator[list[dict[str, str]]]:
        found = sorted(self.made.subjects(self.name(TYPE), self.name(f"{DCAT}Dataset")), key=str)
        if not found:
            raise NotACatalogue(_("文件里没有一个数据集（dcat:Dataset）。"))
        for about in found:
            head, items = self._head(about), self._items(about)
            yield [head | items[0], *items[1:]] if items else [head]

    def _all(self, about: Node | None, what: str) -> list[Node]:
        return list(self.made.objects(about, self.name(what))) if about is not None else []

    def _one(self, about: Node | None, what: str) -> Node | None:
        return min(self._all(about, what), key=str, default=None)

    def _text(self, about: Node | None, what: str) -> str:
        """Chinese before what has no language, and that before any other."""
        order = {"zh": 0, "zh-hans": 0, "zh-cn": 0, "": 1}
        found = self._all(about, what)
        rank = sorted(
            found, key=lambda one: (order.get(str(getattr(one, "language", "") or "").lower(), 2), str(one))
        )
        return str(rank[0]).strip() if rank else ""

    def _last(self, about: Node | None, what: str) -> str:
        return str(self._one(about, what) or "").rstrip("/").rpartition("/")[2]

    def _head(self, about: Node) -> dict[str, str]:
        told = {column: self._text(about, TERMS + term) for term, column in OF_ENTRY.items()}
        publisher, rights = self._one(about, f"{DCT}publisher"), self._last(about, f"{DCT}accessRights")
        openness = _word(rights, RIGHTS, OPENNESS) or OPENNESS["none"][1]
        said = {
            form.TITLE: self._text(about, f"{DCT}title"), form.SUMMARY: self._text(about, f"{DCT}description"),
            form.OWNER: self._text(publisher, f"{FOAF}name"), form.OWNER_CODE: str(publisher or "").rpartition("/")[2],
            form.CATEGORY: self._category(about), form.OPEN: openness, form.SHARED: _word(rights, RIGHTS, SHARE),
            form.CYCLE: _word(self._last(about, f"{DCT}accrualPeriodicity"), CYCLES, UPDATE),
            form.CONTACT: self._text(self._one(about, f"{DCAT}contactPoint"), f"{VCARD}note"),
            form.OPEN_CONDITION: self._condition(about),
        }  # fmt: skip
        ours = bool(told[form.CODE])  # where we wrote it, an empty word says that there is none
        return said | {column: text for column, text in told.items() if ours or text}

    def _category(self, about: Node) -> str:
        """By our code of it, or by the name of a class of ours."""
        by_code = {one.code: one.title for one in categories().values()}
        by_name = {title.rpartition("/")[2]: title for title in categories()}
        for theme in sorted(self._all(about, f"{DCAT}theme"), key=str):
            code, named = str(theme).rpartition("/")[2], self._text(theme, f"{SKOS}prefLabel")
            if found := by_code.get(code) or by_name.get(named):
                return found
        return ""

    def _condition(self, about: Node) -> str:
        rights = [self._one(one, f"{DCT}rights") for one in self._all(about, f"{DCAT}distribution")]
        return next((text for one in rights if (text := self._text(one, LABEL))), "")

    def _items(self, about: Node) -> list[dict[str, str]]:
        places = [about, *sorted(self._all(about, f"{DCAT}distribution"), key=str)]
        for place in places:
            columns = [
                one for schema in self._all(place, f"{CSVW}tableSchema") for one in self._columns(schema)
            ]
            if columns:
                return [self._item(one) for one in columns]
        return []

    def _columns(self, schema: Node) -> list[Node]:
        """A list keeps its order; else by the place that is said, else by name."""
        from rdflib.collection import Collection

        found = self._all(schema, f"{CSVW}column")
        first = self.name("http://www.w3.org/1999/02/22-rdf-syntax-ns#first")
        if len(found) == 1 and (found[0], first, None) in self.made:
            return list(Collection(self.made, found[0]))
        return sorted(found, key=lambda one: (self._place(one), self._text(one, f"{CSVW}name")))

    def _place(self, column: Node) -> int:
        text = self._text(column, f"{TERMS}place")
        return int(text) if text.isascii() and text.isdigit() else 0

    def _item(self, column: Node) -> dict[str, str]:
        name, kind = (
            self._text(column, f"{CSVW}name"),
            self._text(column, f"{CSVW}datatype").rpartition("#")[2],
        )
        said = {
            form.ITEM: self._text(column, f"{CSVW}title") or self._text(column, f"{CSVW}titles") or name,
            form.ITEM_NAME: name, form.MEANING: self._text(column, f"{DCT}description"),
            form.LETTER: LETTERS.get(kind, "C"), form.REQUIRED: "1" if self._is(column, "required") else "0",
        }  # fmt: skip
        told = {word: self._text(column, TERMS + term) for term, word in OF_COLUMN.items()}
        return said | {word: text for word, text in told.items() if text}

    def _is(self, column: Node, what: str) -> bool:
        return self._text(column, CSVW + what).lower() in ("true", "1")


def _word(code: str, names: Mapping[str, str], words: Mapping[Any, tuple[str, str]]) -> str:
    """The form's word for one of the vocabularies' names; nothing where it is none of them."""
    return next((words[key][1] for key, name in names.items() if name == code), "")
