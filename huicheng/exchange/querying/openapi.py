"""The API's own description, OpenAPI 3.1: what a client generator or a tester needs, and no resource's name."""

from __future__ import annotations

from typing import Any

from huicheng.exchange.querying import filters, formats, rows
from huicheng.exchange.querying.shapes import (
    CHANGES,
    ERROR,
    GRANT,
    JSON,
    LISTING,
    NDJSON,
    PAGE,
    RECEIPT,
    ROWS,
    SCHEMA,
    SERVICES,
    SHARING_ERROR,
    SUBSCRIPTION,
    TEXT,
    WHOAMI,
    listed,
    record,
)

Operation = dict[str, Any]
ERRORS = {
    400: "What is asked cannot be read", 401: "No key, or one that opens nothing", 403: "Not allowed, or no grant",
    404: "There is no such thing, or nothing delivered yet", 405: "Not by this method", 406: "Not in this format",
    409: "Not in the state it is in now", 410: "The version of this cursor is gone", 413: "Too large",
    429: "A quota is used up; Retry-After says when there is room again",
}  # fmt: skip
BEHIND = {
    502: "The service failed, or its answer may not be passed on", 503: "The service is paused, or its circuit is open",
    504: "The service did not answer in time",
}  # fmt: skip
CALLED = ("get", "post", "put", "patch", "delete")
LEFT = {
    "Huicheng-Receipt": {
        "description": "The numbers of the receipts that this reading left, separated by commas; see /api/v1/receipts/",
        "schema": TEXT,
    }
}
SHARE = "/sharing/shares/{share}"
TABLE = f"{SHARE}/schemas/{{schema}}/tables/{{table}}"


def document() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "慧城 huicheng: query API", "version": "1",
            "description": "Tables and services of other departments as the caller may see them. Filters are "
            "`column=value` or `column.op=value`, op one of eq, ne, lt, lte, gt, gte, in (comma-separated), null (true "
            "or false); values are compared as they stand, never run. Every error is JSON with its name.",
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "tags": [{"name": name} for name in ("resources", "changes", "nodes", "services", "sharing")],
        "paths": _resources() | _following() | _nodes() | _services() | _sharing(),
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "hck_…"}},
            "schemas": {
                "Error": ERROR, "SharingError": SHARING_ERROR, "Subscription": SUBSCRIPTION, "Grant": GRANT,
            },
        },
    }  # fmt: skip


def _resources() -> dict[str, Any]:
    page = [
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 200}),
        _query("after", TEXT, "The code of the last one seen"),
    ]
    about = "/api/v1/resources/{code}"
    opened = _operation("openapi", "This document", [], {"type": "object"}) | {"security": [{}]}
    opened["responses"] = {"200": opened["responses"]["200"]}
    return {
        "/api/v1/openapi.json": {"get": opened},
        "/api/v1/whoami": {"get": _operation("whoami", "Which key this is", [], WHOAMI)},
        "/api/v1/resources": {
            "get": _operation("resources", "What I may read", [*_headers(), *page], LISTING)
        },
        about: {"get": _operation("schema", "The columns as I see them", [_path("code"), *_headers()], SCHEMA)},
        f"{about}/rows": {"get": _rows()},
        "/api/v1/question": {"post": _question()},
        "/api/v1/receipts/{reading}": {
            "get": _operation("receipt", "The signed receipt of a reading of mine, or of a table that I provide",
                              [_path("reading")], RECEIPT)
        },
    }  # fmt: skip


def _rows() -> Operation:
    parameters = [
        _path("code"), *_headers(),
        _query("columns", TEXT, "Names separated by commas; all that I am shown where absent"),
        _query("order", TEXT, "Names separated by commas, -name from the largest down"),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": rows.MOST},
               f"Rows of a page, {rows.USUAL} in JSON; without it the other formats send all rows"),
        _query("cursor", TEXT, "`next` of the page before: the same version, the same question"),
        _query("format", {"enum": list(formats.TYPES)}, "Goes before Accept"),
        {"name": "where", "in": "query", "required": False, "style": "form", "explode": True,
         "description": f"At most {filters.MOST_CONDITIONS} conditions", "schema": {"type": "object", "additionalProperties": TEXT}},
        {"name": "If-None-Match", "in": "header", "required": False, "schema": TEXT},
    ]  # fmt: skip
    operation = _operation("rows", "Rows that fit the conditions", parameters, PAGE)
    operation["responses"]["200"]["content"] |= _other_formats()
    operation["responses"]["200"]["headers"] = LEFT
    operation["responses"]["304"] = {"description": "Nothing changed since that ETag"}
    return operation


def _other_formats() -> dict[str, Any]:
    return {kind: {} for form, kind in formats.TYPES.items() if form != "json"}


def _question() -> Operation:
    body = record(
        {
            "sql": {"type": "string", "description": "One SELECT over tables of the catalogue"},
            "limit": {"type": "integer", "minimum": 1, "maximum": 10_000},
            "format": {"enum": list(formats.TYPES)},
        },
        required=("sql",),
    )
    answer = record({"tables": {"type": "object"}, "rows": ROWS}, required=("rows",))
    operation = _operation("question", "One SELECT", _headers(), answer, body=body)
    operation["responses"]["200"]["content"] |= _other_formats()
    operation["responses"]["200"]["headers"] = LEFT
    return operation


def _following() -> dict[str, Any]:
    since = _query(
        "since", TEXT, "`cursor` of the answer before; `beginning` for all rows first; absent: begin now"
    )
    most = _query("limit", {"type": "integer", "minimum": 1, "maximum": 10_000})
    one = {"$ref": "#/components/schemas/Subscription"}
    made = {
        "allOf": [
            one,
            record({"secret": {"type": "string", "description": "Shown once; signs each message"}}),
        ]
    }
    body = record(
        {"resource": TEXT, "url": {"type": "string"}, "from": {"enum": ["now", "beginning"]}},
        required=("resource", "url"),
    )
    subscribe = _operation("subscribe", "Be told of changes", _headers(), made, body=body, success=201)
    take = _operation("takeOver", "Let it stand for me from now on", [_path("subscription_id")], one)
    end = _operation("unsubscribe", "Be told no more", [_path("subscription_id")], None, success=204)
    parameters = [_path("code"), *_headers(), since, most]
    changes = _operation("changes", "What changed since a cursor", parameters, CHANGES)
    changes["responses"]["200"]["headers"] = LEFT
    paths = {
        "/api/v1/resources/{code}/changes": {"get": changes},
        "/api/v1/subscriptions": {
            "get": _operation("subscriptions", "Mine", [], listed("subscriptions", one)), "post": subscribe,
        },
        "/api/v1/subscriptions/{subscription_id}": {"post": take, "delete": end},
    }  # fmt: skip
    return _tagged(paths, "changes")


def _nodes() -> dict[str, Any]:
    """Nodes of departments, districts, streets and communities whose rows stay where they are."""
    sql = {"type": "string", "description": "One SELECT over what the node, or one below it, has published"}
    body = record({"sql": sql}, required=("sql",))
    state = {"enum": ["waiting", "answered", "refused"]}
    waits = record({"question": TEXT, "state": state}, required=("question", "state"))
    road = {
        "type": "array",
        "items": TEXT,
        "description": "Who signed it, from the node asked to the one that read",
    }
    told = record(
        {"question": TEXT, "state": state, "reason": TEXT, "rows": {"anyOf": [ROWS, {"type": "null"}]}, "road": road,
         "receipt": {"type": ["object", "null"], "description": "The signed answer, over the one from below"}},
        required=("question", "state"),
    )  # fmt: skip
    put = _operation("askNode", "One SELECT", [_path("code"), *_headers()], waits, body=body, success=202)
    answer = _operation("nodeAnswer", "Where my question stands", [_path("question_id")], told)
    paths = {
        "/api/v1/nodes/{code}/question": {"post": put},
        "/api/v1/nodes/questions/{question_id}": {"get": answer},
    }
    return _tagged(paths, "nodes")


def _services() -> dict[str, Any]:
    listing = _operation("services", "Departments' services and how each stands", [], SERVICES)
    deeper = {
        **_path("path"),
        "description": "Below the service's address; may have slashes, written as they are",
    }
    called = {
        "/api/v1/services/{code}/": {one: _call(one, "callService", [_path("code")]) for one in CALLED},
        "/api/v1/services/{code}/{path}": {one: _call(one, "callBelow", [_path("code"), deeper]) for one in CALLED},
    }  # fmt: skip
    return _tagged({"/api/v1/services/": {"get": listing}} | called, "services")


def _call(method: str, name: str, parameters: list[Operation]) -> Operation:
    """What the service answers is the service's own: any status below 500, any content."""
    told = _operation(f"{name}{method.title()}", "Call it under my grant", [*parameters, *_headers()], None)
    told["responses"] |= _refusals(BEHIND)
    passed = {
        "description": "As the service answered it, cut to what the caller is shown", "content": {"*/*": {}},
        "headers": LEFT | {
            "Huicheng-Unfit": {"description": "Where an answer broke its schema and was passed on", "schema": TEXT}
        },
    }  # fmt: skip
    told["responses"] |= {
        "200": passed,
        "2XX": passed,
        "4XX": {"description": "The service's own", "content": {"*/*": {}}},
    }
    if method not in ("get", "delete"):
        told["requestBody"] = {"required": False, "content": {"*/*": {}}}
    return told


def _sharing() -> dict[str, Any]:
    """The routes of Delta Sharing: its own public protocol, told here for what they refuse."""
    item = record({name: TEXT for name in ("name", "share", "schema", "id")}, required=("name",))
    pages = [
        _query("maxResults", {"type": "integer", "minimum": 1, "maximum": 1000}), _query("pageToken", TEXT),
    ]  # fmt: skip
    items = record({"items": {"type": "array", "items": item}, "nextPageToken": TEXT}, required=("items",))
    share, schema = [_path("share")], [_path("share"), _path("schema")]
    table = [*schema, _path("table")]
    lists = {
        "/sharing/shares": ("shares", []), f"{SHARE}/schemas": ("shareSchemas", share),
        f"{SHARE}/schemas/{{schema}}/tables": ("shareTables", schema), f"{SHARE}/all-tables": ("allTables", share),
    }  # fmt: skip
    paths: dict[str, Any] = {
        place: {"get": _shared(name, [*given, *pages], {JSON: {"schema": items}})}
        for place, (name, given) in lists.items()
    }
    found = record({"share": record({"name": TEXT}, required=("name",))}, required=("share",))
    paths[SHARE] = {"get": _shared("share", share, {JSON: {"schema": found}})}
    paths[f"{TABLE}/version"] = {
        "get": _shared("tableVersion", [*table, _query("startingTimestamp", TEXT)], None)
    }
    paths[f"{TABLE}/metadata"] = {"get": _shared("tableMetadata", table, {NDJSON: {}})}
    asked = record(
        {"limitHint": {"type": "integer", "minimum": 0}, "version": {"type": "integer", "minimum": 0}}
    )
    query = _shared("tableQuery", table, {NDJSON: {}})
    query["responses"]["200"]["headers"] = LEFT
    query["requestBody"] = {"required": False, "content": {JSON: {"schema": asked}}}
    return _tagged(paths | {f"{TABLE}/query": {"post": query}}, "sharing")


def _shared(name: str, parameters: list[Operation], content: dict[str, Any] | None) -> Operation:
    told = _operation(name, name, parameters, None)
    told["responses"] = {"200": _answer(name, content)} | _refusals(ERRORS, "SharingError")
    return told


def _tagged(paths: dict[str, Any], tag: str) -> dict[str, Any]:
    for operations in paths.values():
        for one in operations.values():
            one["tags"] = [tag]
    return paths


def _operation(
    name: str, summary: str, parameters: list[Operation], schema: dict[str, Any] | None, *,
    body: dict[str, Any] | None = None, success: int = 200,
) -> Operation:  # fmt: skip
    told: Operation = {
        "operationId": name,
        "summary": summary,
        "tags": ["resources"],
        "parameters": parameters,
    }
    if body:
        told["requestBody"] = {"required": True, "content": {JSON: {"schema": body}}}
    content = {JSON: {"schema": schema}} if schema else None
    return told | {"responses": {str(success): _answer(summary, content)} | _refusals(ERRORS)}


def _answer(words: str, content: dict[str, Any] | None) -> dict[str, Any]:
    return {"description": words} | ({"content": content} if content else {})


def _refusals(errors: dict[int, str], shape: str = "Error") -> dict[str, Any]:
    error = {JSON: {"schema": {"$ref": f"#/components/schemas/{shape}"}}}
    return {str(status): _answer(words, error) for status, words in errors.items()}


def _query(name: str, schema: dict[str, Any], words: str = "") -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": words}


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


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
