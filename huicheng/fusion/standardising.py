"""The rows of one kind from all departments as one standard table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huicheng.fusion.places import PARTS, Places, locate
from huicheng.fusion.sources import Source, sources
from huicheng.fusion.standards import MARITAL, READERS, dates, flat, said, text

Read = Callable[[Source], pa.Table | None]


@dataclass
class Standard:
    """`table`: one row per source row: source (place in `origins`), row, delivery, row_key, as_of, and every field.
    `raw` keeps what the linkers still need to see as delivered. `said`: which rows of a resource say something of a
    field, one bit each; `silent`: which are about something else and need not."""

    kind: str
    table: pa.Table
    origins: tuple[Source, ...]
    raw: dict[str, Any]
    hints: dict[str, Any]
    said: dict[tuple[str, str], Any] = field(default_factory=dict)
    silent: dict[tuple[str, str], Any] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    places: Places | None = None
    parts: pa.Table = field(default_factory=lambda: pa.table({}))

    @property
    def source(self) -> Any:
        return self.table["source"].to_numpy()

    def column(self, name: str) -> Any:
        return flat(self.table[name])


KEPT = {"people": ("id_number",), "firms": ("credit_code",), "houses": ()}


def standardise(kind: str, read: Read, *, among: Sequence[Source] | None = None) -> Standard:
    """``among``: sources to read instead of those that the departments of the city declare."""
    origins: list[Source] = []
    pieces, kept, hints = [], [], []
    standard = Standard(kind, pa.table({}), (), {}, {})
    for source in sources(kind) if among is None else among:
        raw = read(source)
        if raw is None or not raw.num_rows:
            continue
        pieces.append(_piece(source, raw, len(origins), standard))
        kept.append({name: _given(raw, source.fields.get(name, "")) for name in KEPT[kind]})
        hints.append({name: _given(raw, source.hints.get(name, "")) for name in ("district", "community")})
        origins.append(source)
    standard.origins = tuple(origins)
    standard.table = pa.concat_tables(pieces) if pieces else _empty(kind)
    standard.raw = {name: _join(kept, name) for name in KEPT[kind]}
    standard.hints = {name: _join(hints, name) for name in ("district", "community")}
    return standard


def _join(pieces: list[dict[str, Any]], name: str) -> Any:
    return pa.concat_arrays([piece[name] for piece in pieces]) if pieces else pa.nulls(0, pa.string())


def _given(raw: pa.Table, name: str) -> Any:
    return text(raw[name]) if name in raw.column_names else pa.nulls(raw.num_rows, pa.string())


def _piece(source: Source, raw: pa.Table, number: int, standard: Standard) -> pa.Table:
    size, columns = raw.num_rows, {}
    columns["source"] = pa.array(np.full(size, number, np.int8))
    columns["row"] = flat(raw["_row"]).cast(pa.int64())
    columns["delivery"] = _given(raw, "_delivery").fill_null("")
    own = pc.binary_join_element_wise(columns["delivery"], columns["row"].cast(pa.string()), "#")
    columns["row_key"] = pc.coalesce(_given(raw, source.key), own) if source.key else own
    columns["as_of"] = (
        dates(raw[source.as_of]) if source.as_of in raw.column_names else pa.nulls(size, pa.date32())
    )
    standard.rows[source.resource] = size
    for name, reader in READERS[source.kind].items():
        given = source.fields.get(name)
        if given is None or given not in raw.column_names:
            columns[name] = pa.nulls(size, _type(source.kind, name))
            continue
        columns[name] = flat(reader(raw[given]))
        _hear(standard, source, name, raw)
    return pa.table(columns)


def _hear(standard: Standard, source: Source, name: str, raw: pa.Table) -> None:
    """Who says something of a field. Of civil records only the marriage business says who is married."""
    spoken = said(raw[source.fields[name]]).is_valid().to_numpy(zero_copy_only=False)
    if (business := source.only.get(name, "")) in raw.column_names:
        about = pc.is_in(text(raw[business]), pa.array(list(MARITAL))).to_numpy(zero_copy_only=False)
        standard.silent[source.resource, name] = np.packbits(~about)
        spoken = spoken & about
    standard.said[source.resource, name] = np.packbits(spoken)


TYPES = {
    "birth_date": pa.date32(),
    "registered_on": pa.date32(),
    "capital_yuan": pa.float64(),
    "members": pa.int64(),
    "area": pa.float64(),
    "built_year": pa.int64(),
    "lng": pa.float64(),
    "lat": pa.float64(),
    "residents": pa.int64(),
}


def _type(kind: str, name: str) -> Any:
    return TYPES.get(name, pa.string())


def _empty(kind: str) -> pa.Table:
    fixed = {
        "source": pa.int8(),
        "row": pa.int64(),
        "delivery": pa.string(),
        "row_key": pa.string(),
        "as_of": pa.date32(),
    }
    return pa.schema([*fixed.items(), *((name, _type(kind, name)) for name in READERS[kind])]).empty_table()


def place(standards: list[Standard], parse: Callable[[Any], pa.Table]) -> None:
    """Addresses of all kinds at once: a title completes what an insurance row leaves out."""
    columns = [standard.column("address") for standard in standards]
    encoded = (
        pa.concat_arrays(columns).dictionary_encode()
        if columns
        else pa.array([], pa.string()).dictionary_encode()
    )
    parts = parse(encoded.dictionary).take(encoded.indices)
    for name in ("district", "community"):
        hint = pa.concat_arrays([standard.hints[name] for standard in standards])
        given = flat(parts[name])
        parts = parts.set_column(PARTS.index(name), name, pc.coalesce(given, _plain(name, hint)))
    located, start = locate(parts), 0
    for standard in standards:
        end = start + standard.table.num_rows
        standard.places = Places(**{name: column[start:end] for name, column in vars(located).items()})
        standard.parts = parts.slice(start, end - start) if standard.kind == "houses" else standard.parts
        start = end


def _plain(name: str, hint: Any) -> Any:
    if name != "district":
        return hint
    return pc.if_else(pc.match_substring_regex(hint, "^[0-9]{6}$"), hint, pa.scalar(None, pa.string()))
