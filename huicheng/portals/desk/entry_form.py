"""The form of a catalogue entry: what was typed stays as it was typed, whatever is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange import api as exchange
from huicheng.exchange.api import Field, Resource
from huicheng.ground.api import departments, in_chinese
from huicheng.portals.desk.differing import category_words, choice, kinds, modes, sensitivities
from huicheng.portals.desk.forms import text

TEXTS = (
    "title", "code", "owner", "category", "summary", "format_class", "format_type", "share", "share_condition",
    "share_basis", "share_method", "openness", "open_condition", "update", "related", "contact", "mode",
    "retention_days", "retention_by", "erasure", "licence", "source",
)  # fmt: skip
OF_ITEM = ("was", "title", "name", "kind", "length", "sensitivity", "codes", "meaning", "required", "key")
MOST_ITEMS = 400
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
# Where the national form's headings stand on the page.
PLACES = {
    "信息资源分类": "category", "信息资源名称": "title", "信息资源提供方代码": "owner", "信息资源摘要": "summary",
    "信息资源格式": "format_type", "共享方式": "share_method", "开放属性": "openness", "开放条件": "open_condition", "信息项": "items",
    "删除约定": "erasure",
}  # fmt: skip
# A row's own errors and what is wrong with the entry as a whole.
Errors = dict[str, str]


@dataclass
class Typed:
    """What stands in the form's boxes, and what is wrong beside each."""

    texts: dict[str, str]
    items: list[dict[str, str]]
    errors: Errors = field(default_factory=dict)

    def accuse(self, place: str, message: str) -> None:
        """The first thing wrong in a box is the one said."""
        self.errors.setdefault(place, message)


def blank(owner: str) -> Typed:
    texts = dict.fromkeys(TEXTS, "") | {
        "owner": owner, "format_class": "database", "share": "conditional", "share_method": "database", "openness": "none",
        "update": "monthly", "mode": "replace", "retention_days": "3650",
    }  # fmt: skip
    return Typed(texts, [empty_item()])


def empty_item() -> dict[str, str]:
    return dict.fromkeys(OF_ITEM, "") | {"kind": "text", "sensitivity": "internal"}


def filled(spec: Resource) -> Typed:
    """The form of an entry as it stands."""
    texts = {name: str(getattr(spec, name)) for name in TEXTS}
    texts["related"] = "、".join(spec.related)
    return Typed(texts, [_item_texts(spec, one) for one in spec.fields] or [empty_item()])


def _item_texts(spec: Resource, one: Field) -> dict[str, str]:
    return {
        "was": one.name, "title": one.title, "name": one.name, "kind": one.kind, "length": str(one.length or ""),
        "sensitivity": one.sensitivity, "codes": one.codes or "", "meaning": one.meaning,
        "required": "1" if one.required else "", "key": "1" if one.name in spec.key else "",
    }  # fmt: skip


def typed_in(posted: QueryDict) -> Typed:
    """Everything as it came, in the order of its rows."""
    texts = {name: text(posted, name, most=2000) for name in TEXTS}
    places = [one for one in posted.getlist("row") if one.isascii() and one.isdigit()][:MOST_ITEMS]
    items = [{name: text(posted, f"{name}-{at}", most=500) for name in OF_ITEM} for at in places]
    return Typed(texts, items)


def moved(typed: Typed, step: str) -> int:
    """Take a step with the rows (``add``, ``up-3``, ``down-3``, ``remove-3``); which row to stand in afterwards."""
    verb, _dash, number = step.partition("-")
    at = int(number) if number.isascii() and number.isdigit() else len(typed.items)
    if verb == "add" and len(typed.items) < MOST_ITEMS:
        typed.items.append(empty_item())
        return len(typed.items) - 1
    if verb == "remove" and at < len(typed.items):
        typed.items.pop(at)
        return min(at, len(typed.items) - 1)
    other = at + {"up": -1, "down": 1}.get(verb, 0)
    if at < len(typed.items) and 0 <= other < len(typed.items):
        typed.items[at], typed.items[other] = typed.items[other], typed.items[at]
        return other
    return min(at, len(typed.items) - 1)


def read(typed: Typed, base: Resource | None) -> Resource | None:
    """The entry that was typed, on what ``base`` says beyond the form; None where a box cannot be read."""
    items = [_item(typed, at, one, base) for at, one in enumerate(typed.items) if _said(one)]
    texts = typed.texts
    for name, allowed in _choices_of(base).items():
        if texts[name] not in allowed:
            typed.accuse(name, _("请从列表里选一项。"))
    days = _whole(typed, "retention_days", texts["retention_days"])
    if not texts["title"]:
        typed.accuse("title", _("请写名称。"))
    if typed.errors:
        return None
    code = base.code if base else texts["code"] or exchange.suggested_code(texts["owner"], texts["title"])
    named: dict[str, Any] = {name: texts[name] for name in TEXTS if name not in NOT_TEXT}
    spec = Resource(code=code, fields=(), **named)
    kept = base or spec
    return replace(
        kept, **named, code=code, retention_days=days or kept.retention_days,
        related=tuple(one for one in re.split(r"[、,，;；\s]+", texts["related"]) if one),
        fields=tuple(one for one, _key in items), key=tuple(one.name for one, key in items if key),
    )  # fmt: skip


NOT_TEXT = ("code", "related", "retention_days")


def _choices_of(base: Resource | None) -> dict[str, Any]:
    known = {name: set(values) for name, values in exchange.CHOICES.items()}
    owners = {one.code for one in departments()}
    return {**known, "owner": owners, "mode": set(modes())}


def _said(one: Mapping[str, str]) -> bool:
    """A row in which nothing was written is no item."""
    return any(one[name] for name in ("title", "name", "meaning", "length"))


def _whole(typed: Typed, place: str, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 6:
        typed.accuse(place, _("“%(text)s”不是数字：单位不要写进来。") % {"text": text[:40]})
        return None
    return int(text)


def _item(typed: Typed, at: int, one: Mapping[str, str], base: Resource | None) -> tuple[Field, bool]:
    name = one["name"] or exchange.suggested_name(one["title"])
    if not one["title"]:
        typed.accuse(f"title-{at}", _("请写信息项名称。"))
    if not NAME.fullmatch(name):
        typed.accuse(f"name-{at}", _("英文名称以小写字母开头，只含小写字母、数字和下划线。"))
    if one["kind"] not in kinds():
        typed.accuse(f"kind-{at}", _("请从列表里选一项。"))
    if one["codes"] and one["codes"] not in codes.table_names():
        typed.accuse(f"codes-{at}", _("没有代码表“%(name)s”。") % {"name": one["codes"][:40]})
    length = _whole(typed, f"length-{at}", one["length"])
    was = next((f for f in base.fields if f.name == one["was"]), None) if base else None
    made: dict[str, Any] = {
        "name": name, "title": one["title"], "kind": one["kind"], "length": length, "meaning": one["meaning"],
        "required": bool(one["required"]), "codes": one["codes"] or None,
        "sensitivity": one["sensitivity"] if one["sensitivity"] in sensitivities() else "internal",
    }  # fmt: skip
    return (replace(was, **made) if was else Field(**made)), bool(one["key"])


def note_problems(typed: Typed, found: tuple[exchange.Problem, ...]) -> None:
    """The editors' mistakes, each beside the box it is about."""
    for one in found:
        place = PLACES.get(one.column, "")
        if one.column == "共享条件":
            place = "share_basis" if typed.texts["share"] == "none" else "share_condition"
        typed.accuse(place or "title", one.message)


def choices() -> dict[str, list[tuple[str, str]]]:
    """What the lists offer, each under the name of its box."""
    named = {
        name: [(value, choice(name, value)) for value in values] for name, values in exchange.CHOICES.items()
    }
    classes = [(one.title, category_words(one.title)) for one in exchange.categories().values()]
    tables = [
        (name, f"{name} · {codes.table(name).source.partition(';')[0]}") for name in codes.table_names()
    ]
    bureaux = [(one.code, one.name if in_chinese() else one.english) for one in departments()]
    return {
        **named, "category": classes, "owner": bureaux, "mode": list(modes().items()),
        "kind": list(kinds().items()),
        "sensitivity": list(sensitivities().items()), "codes": [("", _("不用")), *tables],
        "format_type": [(one, one) for types in exchange.TYPES_OF.values() for one in types],
    }  # fmt: skip


def rows(typed: Typed) -> list[dict[str, Any]]:
    """The items as the page draws them: each with its place and what is wrong in it."""
    return [
        {
            "at": at, "number": at + 1, "first": at == 0, "last": at == len(typed.items) - 1, **one,
            "errors": {name: typed.errors.get(f"{name}-{at}", "") for name in ("title", "name", "length", "codes", "kind")},
        }
        for at, one in enumerate(typed.items)
    ]  # fmt: skip
