"""Addresses by whole columns. What stands before the first digit and the shape of what stands behind it are read once for
all rows that share both; each row's own runs of digits are then put where the reading wants them, a column at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huicheng.codes.address_fronts import DIGIT, Front, shared_front
from huicheng.codes.address_shapes import Columns, Door, Reader, Template
from huicheng.codes.address_text import tidy_addresses

# As many runs of digits as one RE2 pattern fetches cheaply; addresses with more are read one by one.
MOST_RUNS = 6
FRONT = r"^(.[^0-9]*).*$"
TAIL = r"^.[^0-9]*"
LEADING_ZERO = "(^|[^0-9])0"
RUNS = "^" + "".join(rf"[^0-9]*(?P<run{at}>[0-9]*)" for at in range(MOST_RUNS))
AT_ONCE = 1 << 19


class Shared(NamedTuple):
    """What all rows of one front text and one shape have in common."""

    front: Front
    door: Door
    columns: Columns


@dataclass
class Page:
    """Some texts read. ``which``: the place in ``shared`` of each row, -1 for those in ``alone`` that share nothing."""

    plain: Any
    shared: list[Shared]
    which: Any
    runs: list[Any]

    @property
    def alone(self) -> list[str]:
        return list(self.plain.filter(pa.array(self.which < 0)).to_pylist())

    def fill(self, templates: Sequence[Template]) -> Any:
        """A text for every row: its template with its own runs of digits; of rows that share nothing, anything."""
        at = pa.array(np.maximum(self.which, 0))
        if not templates:
            return pa.repeat(pa.scalar(""), len(at))
        pieces = []
        for place in range(max(len(one.runs) for one in templates) + 1):
            words = pa.array([one.words[place] if place < len(one.words) else "" for one in templates])
            pieces.append(words.dictionary_encode().take(at).dictionary_decode())
            wanted = np.array([one.runs[place] + 1 if place < len(one.runs) else 0 for one in templates])
            if wanted.any():
                pieces.append(pc.choose(pa.array(wanted).take(at), pa.scalar(""), *self.runs))
        return pc.binary_join_element_wise(*pieces, "") if len(pieces) > 1 else pieces[0]

    def spread(self, texts: Iterable[str]) -> Any:
        """One text for each of ``shared``, given to all its rows."""
        return self.fill([Template((text,), ()) for text in texts])

    def with_alone(self, column: Any, values: Sequence[str]) -> Any:
        """The column, with ``values`` for the rows that share nothing."""
        if not values:
            return column
        return pc.replace_with_mask(column, pa.array(self.which < 0), pa.array(values, pa.string()))


def pages(texts: Any, reader: Reader) -> Iterator[Page]:
    """``texts``: an array of distinct texts, none null."""
    for start in range(0, max(len(texts), 1), AT_ONCE):
        yield _page(tidy_addresses(texts.slice(start, AT_ONCE).to_pylist()), reader)


def _page(texts: list[str], reader: Reader) -> Page:
    plain = pa.array(texts, pa.string())
    tail = pc.replace_substring_regex(plain, TAIL, "")
    before = pc.replace_substring_regex(plain, FRONT, r"\1").dictionary_encode()
    shape = pc.replace_substring_regex(tail, "[1-9]", "0").dictionary_encode()
    packed = (
        before.indices.to_numpy().astype(np.int64) * max(1, len(shape.dictionary)) + shape.indices.to_numpy()
    )
    _each, first, which = np.unique(packed, return_index=True, return_inverse=True)
    shared: list[Shared] = []
    place = np.full(len(first), -1)
    for at, text in enumerate(plain.take(pa.array(first)).to_pylist()):
        if (found := _shared(text, reader)) is not None:
            place[at] = len(shared)
            shared.append(found)
    zero = pc.match_substring_regex(tail, LEADING_ZERO).to_numpy(zero_copy_only=False)
    which = np.where(zero, -1, place[which]) if len(first) else which
    runs = pc.extract_regex(tail, RUNS)
    return Page(plain, shared, which, [runs.field(at) for at in range(MOST_RUNS)])


def _shared(plain: str, reader: Reader) -> Shared | None:
    """None where another row's digits could mean something else."""
    front = shared_front(plain, reader.home)
    digit = DIGIT.search(plain)
    at = digit.start() if digit else len(plain)
    if front is None or front.end > at or (front.end == 0 and plain[:1].isdigit()):
        return None
    door = reader.door(front, plain[front.end :])
    if door is None or door.columns is None or door.columns.most_runs > MOST_RUNS:
        return None
    return Shared(front, door, door.columns)
