"""Ids for life: a run's entities take the ids that most of their rows had before; what ends is kept, with why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from huicheng.fusion.linking.keys import Ints, Keys, scramble

LETTERS = np.frombuffer(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", np.uint8)
HEADS = {"people": "P", "firms": "F", "houses": "H"}
HALF = np.uint64((1 << 30) - 1)
LEDGER = pa.schema(
    [
        ("base_id", pa.string()),
        ("kind", pa.string()),
        ("serial", pa.int64()),
        ("since", pa.timestamp("us", tz="UTC")),
        ("retired_into", pa.string()),
        ("why", pa.string()),
        ("run", pa.string()),
    ]
)


def spell(kind: str, serials: Ints, secret: bytes) -> Any:
    """Serial numbers as ids that tell nothing: a keyed permutation of sixty bits, written in twelve letters."""
    keys = np.frombuffer(secret[:32], np.uint64)
    left, right = serials.astype(np.uint64) >> np.uint64(30), serials.astype(np.uint64) & HALF
    for key in keys:
        left, right = right, left ^ (scramble(right + key) & HALF)
    mixed = (left << np.uint64(30)) | right
    grid = np.empty((len(serials), 13), np.uint8)
    grid[:, 0] = ord(HEADS[kind])
    for place in range(12):
        grid[:, 12 - place] = LETTERS[((mixed >> np.uint64(5 * place)) & np.uint64(31)).astype(np.int64)]
    offsets = np.arange(0, 13 * (len(serials) + 1), 13, dtype=np.int32)
    return pa.StringArray.from_buffers(
        len(serials), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(grid))
    )


@dataclass
class Naming:
    """`serial` of every entity; what happened to ids: new ones, ended ones (into which serial, or 0) and why."""

    serial: Ints
    born: Ints
    born_why: list[str]
    ended: Ints
    ended_into: Ints
    ended_why: list[str]


def name_entities(entity: Ints, count: int, before: Ints, last: int, alive: Ints) -> Naming:
    """`before`: the serial each row had last time (0: a new row). `last`: the highest serial ever given."""
    linked = (entity >= 0) & (before > 0)
    keeper, heir = _elect(entity[linked], before[linked], count)
    serial = np.zeros(count, np.int64)
    serial[keeper] = heir
    fresh = np.flatnonzero(serial == 0)
    serial[fresh] = last + 1 + np.arange(len(fresh))
    split = np.zeros(count, bool)
    split[entity[linked]] = True
    ended = alive[~np.isin(alive, serial)]
    into = _went(entity[linked], before[linked], ended, serial)
    return Naming(
        serial,
        serial[fresh],
        np.where(split[fresh], "split", "new").tolist(),
        ended,
        into,
        np.where(into > 0, "merged", "rows gone").tolist(),
    )


def _elect(entity: Ints, before: Ints, count: int) -> tuple[Ints, Ints]:
    """Each old id goes to the entity with most of its rows; an entity offered several keeps the strongest, then oldest."""
    pairs, votes = np.unique(np.stack([before, entity]), axis=1, return_counts=True)
    old, target = pairs
    order = np.lexsort((target, -votes, old))
    first = np.r_[True, old[order][1:] != old[order][:-1]] if len(order) else np.zeros(0, bool)
    old, target, votes = old[order][first], target[order][first], votes[order][first]
    order = np.lexsort((old, -votes, target))
    first = np.r_[True, target[order][1:] != target[order][:-1]] if len(order) else np.zeros(0, bool)
    return target[order][first], old[order][first]


def _went(entity: Ints, before: Ints, ended: Ints, serial: Ints) -> Ints:
    """Where most rows of an ended id are now."""
    gone = np.isin(before, ended)
    keeper = np.zeros(len(ended), np.int64)
    pairs, votes = np.unique(np.stack([before[gone], entity[gone]]), axis=1, return_counts=True)
    order = np.lexsort((-pairs[1], votes))
    place = np.searchsorted(ended, pairs[0][order])
    keeper[place] = serial[pairs[1][order]]
    return keeper


def serials_before(now: Keys, then: Keys, serial: Ints) -> Ints:
    """For each row now, the serial of the same row then; 0 if it was not there."""
    if not len(then):
        return np.zeros(len(now), np.int64)
    order = np.argsort(then)
    place = np.minimum(np.searchsorted(then[order], now), len(then) - 1)
    return np.where(then[order][place] == now, serial[order][place], 0)
