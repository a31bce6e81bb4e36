"""Books of editions 统计版册: which there are, what was told from each, and where their files lie."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from huicheng.exchange.landing import sync_folder

KEY = "__n"


@dataclass(frozen=True)
class Edition:
    """``cut``: the columns by which it was told in parts; ``told``: all that was counted or summed in them."""

    number: int
    source: int
    at: str
    cut: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Book:
    """The editions of one department's rows of a resource; ``looked`` is the version that was looked at last."""

    place: Path
    editions: tuple[Edition, ...] = ()
    looked: int = -1
    keys: int = 0

    @property
    def newest(self) -> Edition:
        return self.editions[-1]

    def whole(self, one: Edition) -> Path:
        return self.place / f"{one.number}.parquet"

    def told(self, one: Edition) -> Path:
        """What is left of an older edition: its cells, who stood in them, and marks of what was told of him."""
        return self.place / f"{one.number}.told.parquet"

    def write(self) -> None:
        draft = self.place / ".book"
        draft.write_text(
            json.dumps(
                {"looked": self.looked, "keys": self.keys, "editions": [asdict(e) for e in self.editions]}
            )
        )
        os.replace(draft, self.place / "book.json")


def read_book(place: Path) -> Book:
    path = place / "book.json"
    if not path.exists():
        return Book(place)
    data = json.loads(path.read_text())
    editions = tuple(
        Edition(**{**one, "cut": tuple(one["cut"]), "told": tuple(one["told"])}) for one in data["editions"]
    )
    return Book(place, editions, data["looked"], data["keys"])


@contextmanager
def whole_or_none(path: Path) -> Iterator[Path]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".draft-{path.name}")
    try:
        yield draft
        os.replace(draft, path)
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)
