"""Which readings disclosed this person: his keys against the sets, newest first, no further than the page needs."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from huicheng.exchange.evidence.members import kept_keys, keys_of
from huicheng.exchange.evidence.models import Reading, ReadingPart, SetKey, SubjectSet
from huicheng.exchange.evidence.reading import signed_64
from huicheng.exchange.evidence.sets import holds, packed, place_of
from huicheng.ground.api import AlteredSet, EventRecord, event_of, home

BLOCK = 500


@dataclass(frozen=True)
class ReadingOf:
    """A reading that disclosed the person; ``parts`` are the questions of it that did."""

    event: EventRecord
    parts: tuple[Mapping[str, Any], ...]


def readings_of(
    names: Collection[str | int], *, since: datetime | None = None, skip: int = 0, limit: int = 30
) -> list[ReadingOf]:
    """Newest first. ``names``: everything the person goes by, base id, numbers, rows of deliveries; and keys of such."""
    if not names:
        return []
    keys = frozenset(key for name in names for key in keys_of(name))
    found = islice(_matching(keys, since), skip, skip + limit)
    return [_shown(reading, places) for reading, places in found]


def _matching(keys: frozenset[int], since: datetime | None) -> Iterator[tuple[Reading, list[int]]]:
    small = set(SetKey.objects.filter(key__in=map(signed_64, keys)).values_list("subjects_id", flat=True))
    readings = Reading.objects.order_by("-at", "-event")
    readings = readings.filter(at__gt=since) if since else readings
    rows = readings.iterator(chunk_size=BLOCK)
    while block := list(islice(rows, BLOCK)):
        places = _places(block, keys, small)
        yield from ((one, places[one.event]) for one in block if one.event in places)


def _places(block: list[Reading], keys: frozenset[int], small: set[str]) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {}
    parts = ReadingPart.objects.filter(reading__in=[one.event for one in block]).order_by("place")
    for reading, kept, filed, place in parts.values_list(
        "reading_id", "subjects_id", "subjects__filed", "place"
    ):
        if _in_file(home(), kept, keys) if filed else kept in small:
            found.setdefault(reading, []).append(place)
    return found


@functools.lru_cache(maxsize=200_000)
def _in_file(place: Any, sha256: str, keys: frozenset[int]) -> bool:
    """A set never changes, so it is asked once. One that is gone or broken is said by the auditor, not hidden here."""
    try:
        return holds(sha256, keys)
    except AlteredSet:
        return True


def _shown(reading: Reading, places: list[int]) -> ReadingOf:
    event = event_of(str(reading.event))
    parts = event.data["signed"]["document"]["reads"]
    return ReadingOf(event, tuple(parts[place] for place in places))


def altered_sets() -> list[str]:
    """The sets whose content is not what their receipts name."""
    return [one.sha256 for one in SubjectSet.objects.order_by("sha256").iterator() if not _whole(one)]


def _whole(one: SubjectSet) -> bool:
    if one.filed:
        path = place_of(one.sha256)
        return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == one.sha256
    return hashlib.sha256(packed(kept_keys(one))).hexdigest() == one.sha256
