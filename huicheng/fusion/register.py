"""One kind, linked and named: its register, where every value came from, and which row went where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huicheng.fusion.linking.keys import Flags, Ints
from huicheng.fusion.linking.linking import RULES, Links
from huicheng.fusion.standardising import Standard
from huicheng.fusion.surviving import Priorities, Sorted, sort_rows, take, text_of, winners

CHUNK = 4096  # entities whose provenance is made at a time: about half a row group
WORD = pa.dictionary(pa.int32(), pa.string())
PROVENANCE = pa.schema(
    [
        ("base_id", WORD),
        ("field", WORD),
        ("value", pa.string()),
        ("department", WORD),
        ("resource", WORD),
        ("delivery", WORD),
        ("row", pa.int64()),
        ("as_of", pa.date32()),
        ("rule", WORD),
        ("score", pa.float64()),
        ("chosen", pa.bool_()),
    ]
)


@dataclass
class Register:
    """Entities stand in the order of their ids, so that one person's rows lie together in every file."""

    standard: Standard
    links: Links
    base_ids: Any
    rows: Sorted
    values: dict[str, Any] = field(default_factory=dict)
    won: dict[str, Ints] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.standard.kind

    @property
    def count(self) -> int:
        return len(self.base_ids)

    def pick(self, name: str) -> Any:
        """The register's value of a field, for every entity."""
        return take(self.values[name], self.won[name])

    def id_of(self, entity: Ints) -> Any:
        return self.base_ids.take(pa.array(entity, mask=entity < 0))


def settle(
    standard: Standard,
    links: Links,
    base_ids: Any,
    fields: Mapping[str, Any],
    trust: tuple[Mapping[str, Flags], Mapping[str, NDArray[Any]]],
) -> Register:
    """Renumber entities by id, and let every field's best value win."""
    order = np.argsort(np.asarray(base_ids.to_numpy(zero_copy_only=False), dtype="S13"), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    links.entity = np.where(links.entity >= 0, place[np.maximum(links.entity, 0)] if len(place) else -1, -1)
    links.codes = links.codes[order]
    register = Register(standard, links, base_ids.take(pa.array(order)), sort_rows(links.entity, len(order)))
    priorities = Priorities(standard, *trust)
    for name, values in fields.items():
        register.values[name] = values
        register.won[name] = winners(register.rows, priorities.of(name, values))
    return register


def common_columns(register: Register) -> dict[str, Any]:
    """sources, rows, first_seen, updated_on: the same for every kind."""
    standard, rows = register.standard, register.rows
    bits = (
        np.bitwise_or.reduceat(1 << standard.source[rows.order].astype(np.int64), rows.starts)
        if rows.count
        else rows.starts
    )
    mixes, place = np.unique(bits, return_inverse=True)
    names = [source.resource for source in standard.origins]
    lists = pa.array(
        [[name for bit, name in enumerate(names) if mix >> bit & 1] for mix in mixes.tolist()],
        pa.list_(pa.string()),
    )
    days = standard.column("as_of").cast(pa.int32()).take(pa.array(rows.order))
    known = days.is_valid().to_numpy(zero_copy_only=False)
    low, high = (days.fill_null(edge).to_numpy() for edge in (1 << 30, -(1 << 30)))
    some = np.bitwise_or.reduceat(known.astype(np.int8), rows.starts) > 0 if rows.count else known
    return {
        "sources": lists.take(pa.array(place)),
        "rows": pa.array(np.diff(np.r_[rows.starts, len(rows.order)])),
        "first_seen": _days(np.minimum, low, rows, some),
        "updated_on": _days(np.maximum, high, rows, some),
    }


def _days(best: Any, days: NDArray[Any], rows: Sorted, known: Flags) -> Any:
    values = best.reduceat(days, rows.starts) if rows.count else days
    return pa.array(values.astype(np.int32), pa.int32(), mask=~known).cast(pa.date32())


def link_table(register: Register) -> pa.Table:
    """Every source row, the unlinked ones too."""
    standard, links = register.standard, register.links
    rules = pa.DictionaryArray.from_arrays(pa.array(links.rule, pa.int8()), pa.array(RULES))
    return pa.table(
        {
            "resource": resources(standard),
            "row_key": standard.column("row_key"),
            "delivery": standard.column("delivery"),
            "row": standard.column("row"),
            "base_id": register.id_of(links.entity),
            "rule": rules.cast(pa.string()),
            "score": pa.array(np.round(links.score.astype(np.float64), 4)),
        }
    )


def resources(standard: Standard) -> Any:
    names = pa.array([source.resource for source in standard.origins], pa.string())
    return names.take(pa.array(standard.source))


def provenance(register: Register) -> Iterator[pa.RecordBatch]:
    """Every value of every linked row, winners marked; some thousand entities at a time."""
    rows = register.rows
    edges = np.r_[rows.starts, len(rows.order)]
    for first in range(0, rows.count, CHUNK):
        last = min(first + CHUNK, rows.count)
        span = slice(edges[first], edges[last])
        yield from _chunk(register, rows.order[span], rows.entity[span])


def _chunk(register: Register, order: Ints, entity: Ints) -> Iterator[pa.RecordBatch]:
    """Repeated words stay dictionaries until the file is written: filtering them is then filtering small integers."""
    standard, links, at = register.standard, register.links, pa.array(order)
    first, last = int(entity[0]), int(entity[-1]) + 1
    source = standard.source[order]
    fixed = {
        "base_id": _words(entity - first, register.base_ids[first:last]),
        "department": _words(source, [one.department for one in standard.origins]),
        "resource": _words(source, [one.resource for one in standard.origins]),
        "delivery": standard.column("delivery").take(at).dictionary_encode(),
        "row": standard.column("row").take(at),
        "as_of": standard.column("as_of").take(at),
        "rule": _words(links.rule[order], RULES),
        "score": pa.array(np.round(links.score[order].astype(np.float64), 4)),
    }
    for name, values in register.values.items():
        here = values.take(at)
        columns = fixed | {
            "value": text_of(here),
            "chosen": pa.array(register.won[name][entity] == order),
            "field": _words(np.zeros(len(order)), [name]),
        }
        batch = pa.RecordBatch.from_pydict(
            {column: columns[column] for column in PROVENANCE.names}, PROVENANCE
        )
        yield batch.filter(here.is_valid())


def _words(index: NDArray[Any], words: Any) -> Any:
    texts = words if isinstance(words, pa.Array) else pa.array(words, pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), texts)
