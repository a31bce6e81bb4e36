"""The lines of the protocol, in both of its forms: parquet, and delta for clients that bring Delta's own reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from huicheng.exchange.sharing.models import SharedVersion

PARQUET, DELTA = "parquet", "delta"


def form_of(header: str) -> str:
    """The form that the caller's capabilities ask for; who reads both gets parquet."""
    for part in header.lower().split(";"):
        name, _equals, values = part.strip().partition("=")
        if name.strip() == "responseformat":
            wanted = {one.strip() for one in values.split(",")}
            return PARQUET if PARQUET in wanted or DELTA not in wanted else DELTA
    return PARQUET


def lines(version: SharedVersion, form: str, file: tuple[str, int] | None = None) -> Iterator[str]:
    """Protocol, metadata and, with an address and its end, the one file of this version."""
    told = [_protocol(form), _metadata(version, form)]
    if file:
        told.append(_file(version, form, *file))
    return (json.dumps(one, ensure_ascii=False) + "\n" for one in told)


def _protocol(form: str) -> dict[str, Any]:
    if form == DELTA:
        return {"protocol": {"deltaProtocol": {"minReaderVersion": 1, "minWriterVersion": 2}}}
    return {"protocol": {"minReaderVersion": 1}}


def table_id(version: SharedVersion) -> str:
    return str(uuid5(NAMESPACE_URL, f"huicheng:{version.grant}"))


def _metadata(version: SharedVersion, form: str) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "id": table_id(version), "name": version.resource, "format": {"provider": "parquet"},
        "schemaString": version.schema, "partitionColumns": [], "configuration": {},
    }  # fmt: skip
    sizes = {"size": version.size, "numFiles": 1}
    if form == PARQUET:
        return {"metaData": plain | sizes}
    made = {"createdTime": _milliseconds(version)}
    delta = plain | {"format": {"provider": "parquet", "options": {}}} | made
    return {"metaData": {"version": version.number, **sizes, "deltaMetadata": delta}}


def _milliseconds(version: SharedVersion) -> int:
    return int(version.at.timestamp() * 1000)


def _file(version: SharedVersion, form: str, url: str, ends: int) -> dict[str, Any]:
    stats = json.dumps({"numRecords": version.rows})
    about = {"id": version.name.partition(".")[0], "expirationTimestamp": ends}
    if form == PARQUET:
        return {
            "file": {
                "url": url, **about, "partitionValues": {}, "size": version.size, "stats": stats,
                "version": version.number, "timestamp": _milliseconds(version),
            }
        }  # fmt: skip
    add = {
        "path": url, "partitionValues": {}, "size": version.size, "modificationTime": _milliseconds(version),
        "dataChange": True, "stats": stats,
    }  # fmt: skip
    return {"file": {**about, "size": version.size, "deltaSingleAction": {"add": add}}}
