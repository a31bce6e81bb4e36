"""How well rows were linked, against the truth: counted by groups, never pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
import pyarrow.parquet as pq
from numpy.typing import NDArray

from huicheng.sandbox.chance import Flags, Ints
from huicheng.sandbox.truth import ENTITY


class UnknownRows(ValueError):
    """Links name rows that no department delivered."""


@dataclass(frozen=True)
class Scores:
    """Garbage rows count in no figure but `garbage` and `garbage_attached` (those put beside a real row).

    `absent`: real rows that no link mentions, each a cluster of its own (or left out, if so asked).
    `code_conflicts`: clusters whose rows bear two different valid codes; `true_code_conflicts`: true entities
    that do so themselves, because somebody else's code stands on one of their rows.
    """

    kind: str
    rows: int
    garbage: int
    garbage_attached: int
    absent: int
    clusters: int
    entities: int
    precision: float
    recall: float
    f1: float
    exact_precision: float
    exact_recall: float
    exact_f1: float
    largest: int
    code_conflicts: int
    true_code_conflicts: int


def score(links: pa.Table | Path, truth: Path, *, kind: str, count_absent: bool = True) -> Scores:
    keys = pq.read_table(truth / f"{kind}_rows.parquet", read_dictionary=["resource"])
    names = keys["resource"].unify_dictionaries().combine_chunks()
    resources, resource = names.dictionary.to_pylist(), names.indices.to_numpy()
    row, entity = keys["row"].to_numpy(), keys[ENTITY[kind]].fill_null(-1).to_numpy()
    lengths = np.array([row[resource == place].max(initial=0) for place in range(len(resources))])
    starts = np.cumsum(lengths) - lengths
    cluster = np.full(int(lengths.sum()), -1)
    _place_links(cluster, _read(links), resources, starts, lengths)
    found = cluster[starts[resource] + row - 1]
    real = entity >= 0
    attached = np.isin(found[~real & (found >= 0)], found[real]).sum()
    absent = real & (found < 0)
    counted = real if count_absent else real & ~absent
    found = np.where(absent, found.max(initial=0) + 1 + np.arange(len(found)), found)[counted]
    return _scores(
        kind,
        found,
        entity[counted],
        keys["valid_code"].to_numpy()[counted],
        (int((~real).sum()), int(attached), int(absent.sum())),
    )


def _read(links: pa.Table | Path) -> pa.Table:
    if isinstance(links, pa.Table):
        return links.select(["resource", "row", "base_id"])
    return pads.dataset(links).to_table(columns=["resource", "row", "base_id"])


def _place_links(cluster: Ints, links: pa.Table, resources: list[str], starts: Ints, lengths: Ints) -> None:
    base = _column(links["base_id"]).dictionary_encode().indices.fill_null(-1).to_numpy()
    named = _column(links["resource"].cast(pa.string())).dictionary_encode()
    row = links["row"].cast(pa.int64()).to_numpy()
    place_of = {name: place for place, name in enumerate(resources)}
    place = np.array([place_of.get(name, -1) for name in named.dictionary.to_pylist()], np.int64)[
        named.indices.to_numpy()
    ]
    mine = place >= 0
    wrong = mine & ((row < 1) | (row > lengths[np.maximum(place, 0)]))
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise UnknownRows(
            f"{int(wrong.sum())} links name rows never delivered, "
            f"e.g. {resources[place[first]]} row {row[first]}"
        )
    cluster[starts[place[mine]] + row[mine] - 1] = base[mine]


def _column(column: Any) -> Any:
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.combine_chunks() if column.num_chunks else pa.array([], column.type)


def _pairs(counts: NDArray[Any]) -> int:
    return int((counts.astype(np.int64) * (counts.astype(np.int64) - 1) // 2).sum())


def _numbered(values: Ints) -> Ints:
    """Equal values get equal small numbers; hashed by Arrow, which is several times faster than sorting."""
    numbers: Ints = pa.array(values).dictionary_encode().indices.to_numpy().astype(np.int64)
    return numbers


def _counted(values: Ints) -> tuple[Ints, Ints]:
    encoded = pa.array(values).dictionary_encode()
    return encoded.dictionary.to_numpy(), np.bincount(encoded.indices.to_numpy())


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def _mean(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _scores(kind: str, found: Ints, entity: Ints, codes: Ints, aside: tuple[int, int, int]) -> Scores:
    found, entity = _numbered(found), _numbered(entity)
    sizes, truths = np.bincount(found), np.bincount(entity)
    packed, cells = _counted(found * max(1, len(truths)) + entity)
    in_cluster, in_truth = np.divmod(packed, max(1, len(truths)))
    exact = int(((cells == sizes[in_cluster]) & (cells == truths[in_truth])).sum())
    together = _pairs(cells)
    precision, recall = _share(together, _pairs(sizes)), _share(together, _pairs(truths))
    exact_precision, exact_recall = _share(exact, len(sizes)), _share(exact, len(truths))
    return Scores(
        kind,
        len(found),
        *aside,
        len(sizes),
        len(truths),
        precision,
        recall,
        _mean(precision, recall),
        exact_precision,
        exact_recall,
        _mean(exact_precision, exact_recall),
        int(sizes.max(initial=0)),
        _conflicts(found, codes, codes > 0),
        _conflicts(entity, codes, codes > 0),
    )


def _conflicts(groups: Ints, codes: Ints, has: Flags) -> int:
    """Groups that hold two different codes."""
    code = _numbered(codes[has])
    kinds = int(code.max(initial=0)) + 1
    pairs = pc.unique(pa.array(groups[has] * kinds + code)).to_numpy() // kinds
    return int((np.bincount(pairs) > 1).sum())
