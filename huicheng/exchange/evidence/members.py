"""One member of a set shown without the others: a tree over blinded keys, its root signed in the receipt.

A blind is drawn for each place of each set, so nobody who learns one person's key can look for it in another's file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from huicheng.exchange.evidence.models import SetKey, SubjectSet, Teller
from huicheng.exchange.evidence.sets import SMALL, Keys, key_of, place_of, salt, salt_for, unpacked
from huicheng.ground.api import AlteredSet, EventRecord, claim_of_member, member_leaf, set_place, set_root

BLIND = 16


def root_of(kept: str, keys: Keys) -> str:
    """The root of a set that is known; made now where the set is of before there were roots."""
    if 0 < len(keys) <= SMALL:  # sooner made than asked for
        return made_root(kept, keys)
    row = SubjectSet.objects.filter(sha256=kept).first()
    if row is None:
        return made_root(kept, keys)
    if not row.root:
        row.root = made_root(kept, kept_keys(row))
        row.save(update_fields=["root"])
    return row.root


def made_root(kept: str, keys: Keys) -> str:
    return set_root(_leaves(kept, keys))


def kept_keys(row: SubjectSet) -> Keys:
    """All keys of a set, in their order."""
    if row.filed:
        return unpacked(_filed(row.sha256))
    rows = SetKey.objects.filter(subjects=row).values_list("key", flat=True)
    return np.unique(np.array([key % (1 << 64) for key in rows], np.uint64))


def _filed(kept: str) -> bytes:
    try:
        return place_of(kept).read_bytes()
    except FileNotFoundError:
        raise AlteredSet(f"the set {kept} is gone") from None


def _leaves(kept: str, keys: Keys) -> list[bytes]:
    blinds = _blinds(kept, len(keys))
    values = keys.tolist()
    return [
        member_leaf(key, blinds[at : at + BLIND])
        for key, at in zip(values, range(0, len(blinds), BLIND), strict=True)
    ]


def _blinds(kept: str, count: int) -> bytes:
    seed = b"blinds" + bytes.fromhex(salt()) + bytes.fromhex(kept)
    return hashlib.shake_256(seed).digest(BLIND * count)


def keys_of(name: str | int) -> Iterator[int]:
    """As our own sets have him, and as those that nodes told us do."""
    if isinstance(name, int):
        yield name % (1 << 64)
        return
    yield key_of(name)
    yield from (key_of(name, salt_for(node)) for node in Teller.objects.values_list("node", flat=True))


def members_of(reading: EventRecord, person: str, names: Collection[str | int]) -> list[dict[str, Any]]:
    """What shows that this person is in the sets of a reading; nothing for a receipt of before there were roots."""
    document = reading.data["signed"]["document"]
    told = partial(_member, reading.id, person, {key: name for name in names for key in keys_of(name)})
    rows = SubjectSet.objects.filter(sha256__in=document.get("roots", {})).order_by("sha256")
    return [found for row in rows if (found := told(row))]


def _member(
    event: str, person: str, names: Mapping[int, str | int], row: SubjectSet
) -> dict[str, Any] | None:
    try:
        keys = kept_keys(row)
    except AlteredSet:
        return None  # the auditor says so; the receipt itself still holds
    wanted = np.array(sorted(names), np.uint64)
    mine = wanted[np.isin(wanted, keys)]
    if not len(mine):
        return None
    key, place = int(mine[0]), int(np.searchsorted(keys, mine[0]))
    name = names[key] if isinstance(names[key], str) else ""
    claim = claim_of_member(event, row.sha256, person=person, name=str(name), key=key)
    blind = _blinds(row.sha256, len(keys))[place * BLIND :][:BLIND]
    return {"claim": claim, "blind": blind.hex(), **set_place(_leaves(row.sha256, keys), place)}
