"""Which pairs are worth a look: rows that share a key, without the values that everybody shares."""

from __future__ import annotations

import numpy as np

from huicheng.fusion.linking.design import Block, Rows
from huicheng.fusion.linking.keys import Ints, Keys, runs

CHUNK = 1 << 20
MOST_PAIRS = 20_000  # of one key; a value that makes more says nothing about anybody


def find_entities(
    rows: Rows, probes: Ints, anchors: Ints, entity: Ints, blocks: tuple[Block, ...]
) -> tuple[Ints, Ints]:
    """(place in probes, entity) pairs that share a block key, each once."""
    found = [
        _meet(block.keys(rows, probes), *_shared(rows, block, probes, anchors, entity), block.cap)
        for block in blocks
    ]
    return unique_pairs(
        np.concatenate([left for left, _ in found]), np.concatenate([right for _, right in found])
    )


def unique_pairs(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    packed = np.unique((left << 32) | right)
    return packed >> 32, packed & 0xFFFFFFFF


def _shared(rows: Rows, block: Block, probes: Ints, anchors: Ints, entity: Ints) -> tuple[Keys, Ints]:
    """Keys and entities of the anchors whose key some probe may have. A bitmap weeds out nearly all others."""
    wanted = np.unique(block.keys(rows, probes))
    bits = int(np.clip(np.log2(len(wanted) + 1) + 5, 12, 28))
    shift = np.uint64(64 - bits)
    map_ = np.zeros(1 << bits, bool)
    map_[(wanted[wanted != 0] >> shift).astype(np.int64)] = True
    keys, entities = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for start in range(0, len(anchors), CHUNK):
        part = anchors[start : start + CHUNK]
        key = block.keys(rows, part)
        kept = np.flatnonzero((key != 0) & map_[(key >> shift).astype(np.int64)])
        keys.append(key[kept])
        entities.append(entity[part[kept]])
    return np.concatenate(keys), np.concatenate(entities)


def _meet(probe_keys: Keys, keys: Keys, entities: Ints, cap: int) -> tuple[Ints, Ints]:
    order = np.lexsort((entities, keys))
    keys, entities = keys[order], entities[order]
    first = np.ones(len(keys), bool)
    first[1:] = (keys[1:] != keys[:-1]) | (entities[1:] != entities[:-1])
    keys, entities = keys[first], entities[first]
    probes = np.flatnonzero(probe_keys)
    wanted = probe_keys[probes]
    start = np.searchsorted(keys, wanted)
    count = np.searchsorted(keys, wanted, side="right") - start
    _, inverse, crowd = np.unique(wanted, return_inverse=True, return_counts=True)
    count[(count > cap) | (count * crowd[inverse] > MOST_PAIRS)] = 0
    owner, inside = runs(count)
    return probes[owner], entities[start[owner] + inside]


def find_peers(rows: Rows, members: Ints, blocks: tuple[Block, ...], cap: int) -> tuple[Ints, Ints]:
    """Pairs (places in members, left < right) among rows that share a key."""
    lefts, rights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for block in blocks:
        keys = block.keys(rows, members)
        order = np.argsort(keys, kind="stable")
        order = order[np.searchsorted(keys[order], np.uint64(1)) :]
        _, start, size = np.unique(keys[order], return_index=True, return_counts=True)
        small = (size > 1) & (size <= cap)
        group, inside = runs(size[small])
        begin, length = start[small][group], size[small][group]
        owner, ahead = runs(length - inside - 1)
        left = order[begin[owner] + inside[owner]]
        right = order[begin[owner] + inside[owner] + 1 + ahead]
        lefts.append(np.minimum(left, right))
        rights.append(np.maximum(left, right))
    return unique_pairs(np.concatenate(lefts), np.concatenate(rights))
