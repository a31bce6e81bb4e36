"""What a service answers, said by the items of its catalogue entry: so an answer can be cut to what a caller is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from huicheng.exchange.declarations import Resource
from huicheng.exchange.gateway.refusals import ServiceUnfit

SHAPES = ("object", "list", "rows")
TYPE_OF_KIND = {
    "integer": ["integer"],
    "number": ["number"],
    "money": ["number", "string"],
    "boolean": ["boolean"],
}


def schema_of(spec: Resource, items: Sequence[str], shape: str = "object") -> dict[str, Any]:
    """The answer's JSON Schema from the entry's items: one object, a list of them, or such a list under ``rows``."""
    known = {one.name: one for one in spec.fields}
    if strange := [name for name in items if name not in known]:
        told = {"title": spec.title, "name": str(strange[0])[:60]}
        raise ServiceUnfit(_("“%(title)s”没有信息项“%(name)s”。") % told, part="items")
    if shape not in SHAPES:
        raise ServiceUnfit(_("应答的样子只能是 %(known)s。") % {"known": "、".join(SHAPES)}, part="shape")
    chosen = [one for one in spec.fields if one.name in items]
    if not chosen:
        raise ServiceUnfit(_("请至少选一个信息项。"), part="items")
    one = {
        "type": "object", "required": [each.name for each in chosen if each.required],
        "properties": {
            each.name: {"type": [*TYPE_OF_KIND.get(each.kind, ["string"]), *([] if each.required else ["null"])]}
            for each in chosen
        },
    }  # fmt: skip
    if shape == "object":
        return one
    listed = {"type": "array", "items": one}
    return (
        listed
        if shape == "list"
        else {"type": "object", "required": ["rows"], "properties": {"rows": listed}}
    )


def items_of(spec: Resource, schema: Any) -> tuple[str, tuple[str, ...]]:
    """Shape and items of a schema that was made from items; an empty shape where somebody wrote another."""
    for shape in SHAPES:
        one = schema
        if isinstance(schema, dict) and shape != "object":
            listed = schema if shape == "list" else schema.get("properties", {}).get("rows", {})
            one = listed.get("items") if isinstance(listed, dict) else None
        names = tuple(one.get("properties", ())) if isinstance(one, dict) else ()
        known = {each.name for each in spec.fields}
        if names and set(names) <= known and schema_of(spec, names, shape) == schema:
            return shape, names
    return "", ()
