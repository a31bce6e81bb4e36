"""Local codes of a delivery become national ones by the version in force, and the receipt says by which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.utils import timezone

from huicheng.exchange.codetables.models import LocalTable, Translation
from huicheng.exchange.declarations import Field, Resource

DIVISION = "division"
UNKNOWN = "code.local_unknown"
# By the field that holds the codes: what stands in the file, and the national code for it.
Dictionaries = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Translated:
    """One field of a delivery: how many values the department's own version turned into national codes."""

    field: str
    table: str
    department: str
    version: int
    values: int


def table_of(field: Field) -> str:
    """The national table that a field's values are codes of; divisions are known by their kind."""
    return field.codes or (DIVISION if field.kind == "division" else "")


def in_force(spec: Resource, *, day: date | None = None) -> dict[str, int]:
    """{table: version} of the provider's own codes that a delivery of this day is read by."""
    wanted = {table for field in spec.fields if (table := table_of(field))}
    rows = LocalTable.objects.filter(
        department=spec.owner, table__in=wanted, valid_from__lte=day or timezone.localdate()
    )
    return dict(rows.order_by("version").values_list("table", "version"))


def dictionaries(spec: Resource, versions: Mapping[str, int]) -> dict[str, dict[str, str]]:
    """As the versions say that were fixed when the delivery came in: a second try reads by the same."""
    found: dict[str, dict[str, str]] = {}
    for table, version in versions.items():
        row = LocalTable.objects.get(department=spec.owner, table=table, version=version)
        words = {one[1]: one[2] for one in row.lines if one[1]} | {one[0]: one[2] for one in row.lines}
        found |= {field.name: words for field in spec.fields if table_of(field) == table}
    return found


def translate(text: pa.Array, words: Mapping[str, str]) -> tuple[pa.Array, pa.Array]:
    """The national codes, and where the department's own table does not know a value."""
    encoded = text.dictionary_encode()
    national = [words.get(one) for one in encoded.dictionary.to_pylist()]
    values = pa.array(national, pa.string()).take(encoded.indices)
    unknown = pc.and_(values.is_null(), text.is_valid())
    return values, unknown


def note_translations(
    delivery: str, spec: Resource, versions: Mapping[str, int], counts: Mapping[str, int]
) -> None:
    """Inside the act that ends the delivery; told again after a kill, it says the same."""
    Translation.objects.filter(delivery=delivery).delete()
    Translation.objects.bulk_create(
        Translation(
            delivery=delivery, field=field.name, table=table_of(field), department=spec.owner,
            version=versions[table_of(field)], values=counts.get(field.name, 0),
        )
        for field in spec.fields
        if table_of(field) in versions
    )  # fmt: skip


def translations_of(delivery: str) -> list[Translated]:
    rows = Translation.objects.filter(delivery=delivery).order_by("field")
    return [Translated(row.field, row.table, row.department, row.version, row.values) for row in rows]


def told(delivery: str) -> list[dict[str, Any]]:
    """For the signed receipt; nothing where nothing was translated."""
    return [vars(one) for one in translations_of(delivery)]
