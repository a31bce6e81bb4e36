"""A restore that does not come to its end is undone: the home is then as it was, by itself or at the next start."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from huicheng.ground.api import home

# Never moved: what belongs to processes, and where things are put aside.
STAYS = {"scratch", "static", "backups", "running.lock"}


@dataclass(frozen=True)
class Journal:
    """``before`` lay here and goes to ``aside``, a folder of the home; ``placing``: all of it has, what is here is new."""

    aside: str
    before: tuple[str, ...]
    placing: bool = False

    def written(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def journal_in(state: bytes) -> Journal | None:
    """What a mark in the lock says; None where it is none of ours, as those of former versions."""
    try:
        given = json.loads(state)
        return Journal(str(given["aside"]), tuple(given["before"]), bool(given["placing"]))
    except (ValueError, KeyError, TypeError):
        return None


def undo(journal: Journal) -> None:
    """Twice is the same as once, and a kill in between is no harm."""
    aside = home() / journal.aside
    moved = {path.name for path in aside.iterdir()} if aside.is_dir() else set()
    for path in _movable():
        # What was not moved yet is the old city's; a passer-by may have made keys where the old ones were moved away.
        if journal.placing or path.name in moved or path.name not in journal.before:
            _remove(path)


def put_back(journal: Journal) -> None:
    aside = home() / journal.aside
    for path in sorted(aside.iterdir()) if aside.is_dir() else ():
        _remove(home() / path.name)
        os.replace(path, home() / path.name)
    with contextlib.suppress(OSError):  # something else lies there
        aside.rmdir()
        aside.parent.rmdir()
    handle = os.open(home(), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _movable() -> Iterable[Path]:
    return [path for path in home().iterdir() if path.name not in STAYS]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
