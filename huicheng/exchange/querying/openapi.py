"""The API's own description, OpenAPI 3.1: what a client generator or a tester needs, and no resource's name."""

from __future__ import annotations

from typing import Any

from huicheng.exchange.querying import filters, formats, rows

JSON = "application/json"
ERRORS = {
    400: "What is asked cannot be read", 401: "No key, or one that opens nothing", 403: "Not allowed, or no grant",
    404: "No such resource, or nothing delivered yet", 405: "Not by this method", 406: "Not in this format",
    410: "The version of this cursor is gone", 413: "Too large", 429: "The grant's quota is used up",
}  # fmt: skip
RESOURCE = {
    "type": "object", "required": ["code", "title", "owner", "schema", "rows"],
    "properties": {name: {"type": "string"} for name in ("code", "title", "owner", "schema", "rows", "ground")},
}  # fmt: skip
COLUMN = {
    "type": "object", "required": ["name", "title", "kind", "shown"],
    "properties": {
        "name": {"type": "string"}, "title": {"type": "string"}, "kind": {"type": "string"},
        "shown": {"enum": ["plain", "masked"]}, "required": {"type": "boolean"}, "key": {"type": "boolean"},
        "meaning": {"type": "string"}, "codes": {"type": ["string", "null"]},
    },
}  # fmt: skip
ROWS = {"type": "array", "items": {"type": "object"}}


def document() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "慧城 huicheng: query API", "version": "1",
            "description": "Tables of other departments as the caller may see them. Filters are `column=value` or "
            "`column.op=value`, op one of eq, ne, lt, lte, gt, gte, in (comma-separated), null (true or false); "
            "values are compared as they stand, never run.",
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "hck_…"}},
            "schemas": {"Error": _error()},
        },
    }  # fmt: skip


def _error() -> dict[str, Any]:
    properties = {name: {"type": "string"} for name in ("error", "message", "do")}
    return {"type": "object", "required": ["error", "message"], "properties": properties}


def _paths() -> dict[str, Any]:
    page = [
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 200}),
        _query("after", {"type": "string"}),
    ]
    return {
        "/api/v1/whoami": {"get": _operation("whoami", "Which key this is", [], {"type": "object"})},
        "/api/v1/resources": {
            "get": _operation("resources", "What I may read", [*_headers(), *page], _listing())
        },
        "/api/v1/resources/{code}": {
            "get": _operation("schema", "The columns as I see them", [_code(), *_headers()], _schema())
        },
        "/api/v1/resources/{code}/rows": {"get": _rows()},
        "/api/v1/question": {"post": _question()},
    }


def _operation(
    name: str, summary: str, parameters: list[dict[str, Any]], schema: dict[str, Any]
) -> dict[str, Any]:
    told = {"operationId": name, "summary": summary, "parameters": parameters}
    return told | {"responses": {"200": _answer(summary, {JSON: {"schema": schema}})} | _refusals()}


def _answer(words: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": content}


def _refusals() -> dict[str, Any]:
    error = {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {str(status): _answer(words, error) for status, words in ERRORS.items()}


def _query(name: str, schema: dict[str, Any], words: str = "") -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": words}


def _code() -> dict[str, Any]:
    return {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}


def _headers() -> list[dict[str, Any]]:
    words = {
        "Huicheng-Purpose": "What it is read for, percent-encoded UTF-8; under a grant, the grant's own purpose",
        "Huicheng-Case": "The number of the case it is read for, where the grant asks for one",
    }
    text = {"type": "string", "maxLength": 600}
    return [
        {"name": n, "in": "header", "required": False, "schema": text, "description": w}
        for n, w in words.items()
    ]


def _listing() -> dict[str, Any]:
    properties = {
        "resources": {"type": "array", "items": RESOURCE},
        "grants": ROWS,
        "after": {"type": ["string", "null"]},
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _schema() -> dict[str, Any]:
    columns = {"columns": {"type": "array", "items": COLUMN}}
    return {
        "type": "object",
        "required": ["code", "columns"],
        "properties": {"code": {"type": "string"}} | columns,
    }


def _rows() -> dict[str, Any]:
    text = {"type": "string"}
    parameters = [
        _code(), *_headers(),
        _query("columns", text, "Names separated by commas; all that I am shown where absent"),
        _query("order", text, "Names separated by commas, -name from the largest down"),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": rows.MOST},
               f"Rows of a page, {rows.USUAL} in JSON; without it the other formats send all rows"),
        _query("cursor", text, "`next` of the page before: the same version, the same question"),
        _query("format", {"enum": list(formats.TYPES)}, "Goes before Accept"),
        {"name": "where", "in": "query", "required": False, "style": "form", "explode": True,
         "description": f"At most {filters.MOST_CONDITIONS} conditions", "schema": {"type": "object", "additionalProperties": text}},
        {"name": "If-None-Match", "in": "header", "required": False, "schema": text},
    ]  # fmt: skip
    page = {
        "type": "object", "required": ["code", "version", "rows", "next"],
        "properties": {
            "code": text, "version": {"type": "integer"}, "rows": ROWS, "next": {"type": ["string", "null"]},
        },
    }  # fmt: skip
    operation = _operation("rows", "Rows that fit the conditions", parameters, page)
    others: dict[str, Any] = {kind: {} for form, kind in formats.TYPES.items() if form != "json"}
    operation["responses"]["200"]["content"] |= others
    operation["responses"]["304"] = {"description": "Nothing changed since that ETag"}
    return operation


def _question() -> dict[str, Any]:
    body = {
        "type": "object", "required": ["sql"],
        "properties": {
            "sql": {"type": "string", "description": "One SELECT over tables of the catalogue"},
            "limit": {"type": "integer", "minimum": 1, "maximum": 10_000},
            "format": {"enum": list(formats.TYPES)},
        },
    }  # fmt: skip
    answer = {"type": "object", "required": ["rows"], "properties": {"rows": ROWS}}
    operation = _operation("question", "One SELECT", _headers(), answer)
    others: dict[str, Any] = {kind: {} for form, kind in formats.TYPES.items() if form != "json"}
    operation["responses"]["200"]["content"] |= others
    return operation | {"requestBody": {"required": True, "content": {JSON: {"schema": body}}}}
