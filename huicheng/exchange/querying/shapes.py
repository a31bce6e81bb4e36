"""The shapes of what the API answers, as its description tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

JSON, NDJSON = "application/json", "application/x-ndjson; charset=utf-8"
TEXT: dict[str, Any] = {"type": "string"}
MOMENT = {"type": "string", "format": "date-time"}
WHOLE = {"type": "integer", "minimum": 0}
NAMES = {"type": "array", "items": TEXT}
ROWS = {"type": "array", "items": {"type": "object"}}


def record(properties: Mapping[str, Any], *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    told = {"type": "object", "properties": dict(properties)}
    return told | ({"required": list(required)} if required else {})


def listed(name: str, one: dict[str, Any]) -> dict[str, Any]:
    return record({name: {"type": "array", "items": one}}, required=(name,))


def or_null(shape: Mapping[str, Any]) -> dict[str, Any]:
    return {**shape, "type": [shape["type"], "null"]}


ERROR = record({"error": TEXT, "message": TEXT, "do": TEXT}, required=("error", "message"))
SHARING_ERROR = {"allOf": [{"$ref": "#/components/schemas/Error"}, record({"errorCode": TEXT})]}
WHOAMI = record(
    {"kind": {"enum": ["machine", "official"]}, "name": TEXT, "department": or_null(TEXT), "duties": NAMES},
    required=("kind", "name", "department", "duties"),
)
RESOURCE = record(
    dict.fromkeys(("code", "title", "owner", "schema", "rows", "ground"), TEXT),
    required=("code", "title", "owner", "schema", "rows"),
)
GRANT = record(
    {
        **dict.fromkeys(("id", "resource", "purpose"), TEXT), "columns": NAMES, "case_required": {"type": "boolean"},
        "aggregate_only": {"type": "boolean"}, "expires": MOMENT,
    },
    required=("id", "resource", "purpose", "columns", "case_required", "aggregate_only", "expires"),
)  # fmt: skip
LISTING = record(
    {
        "resources": {"type": "array", "items": RESOURCE},
        "grants": {"type": "array", "items": {"$ref": "#/components/schemas/Grant"}},
        "after": or_null(TEXT),
    },
    required=("resources", "grants", "after"),
)
COLUMN = record(
    {
        "name": TEXT, "title": TEXT, "kind": TEXT, "shown": {"enum": ["plain", "masked"]}, "required": {"type": "boolean"},
        "key": {"type": "boolean"}, "meaning": TEXT, "codes": or_null(TEXT),
    },
    required=("name", "title", "kind", "shown"),
)  # fmt: skip
SCHEMA = record(
    {
        **RESOURCE["properties"], "summary": TEXT, "key": NAMES, "version": WHOLE, "total": WHOLE, "formats": NAMES,
        "columns": {"type": "array", "items": COLUMN},
    },
    required=("code", "columns", "formats"),
)  # fmt: skip
PAGE = record(
    {"code": TEXT, "version": WHOLE, "rows": ROWS, "next": or_null(TEXT)},
    required=("code", "version", "rows", "next"),
)
CHANGE = record(
    {"change": {"enum": ["insert", "update", "delete"]}, "id": TEXT, "row": {"type": "object"}},
    required=("change", "id", "row"),
)
CHANGES = record(
    {
        "code": TEXT, "version": WHOLE, "changes": {"type": "array", "items": CHANGE}, "cursor": TEXT,
        "more": {"type": "boolean", "description": "The cursor leads on at once"},
    },
    required=("code", "version", "changes", "cursor", "more"),
)  # fmt: skip
SUBSCRIPTION = record(
    {
        **dict.fromkeys(("id", "resource", "department", "purpose", "url", "reason"), TEXT),
        "state": {"enum": ["active", "paused"]}, **dict.fromkeys(("sent", "waiting", "dead"), WHOLE),
        "created_at": MOMENT, "delivered_at": or_null(MOMENT),
    },
    required=("id", "resource", "state", "url"),
)  # fmt: skip
SERVICES = listed(
    "services",
    record(
        {
            **dict.fromkeys(("code", "title", "owner"), TEXT), "methods": NAMES,
            "state": {"enum": ["closed", "open", "half-open", "paused"]},
        },
        required=("code", "title", "owner", "methods", "state"),
    ),
)  # fmt: skip
RECEIPT = record(
    {
        "format": {"const": "huicheng-receipt/1"}, "hash": TEXT, "previous": TEXT,
        "event": {"type": "object", "description": "data.signed.document is what was signed; its `sent` is what went out"},
        "anchor": {"type": "object", "description": "The signed root of its batch, and the way there"},
    },
    required=("format", "event", "previous", "hash", "anchor"),
)  # fmt: skip
