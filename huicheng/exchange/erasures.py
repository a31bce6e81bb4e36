"""The register of erasures 删除名册: which rows must never come back, told by a keyed hash and not by name.

One line each in ``audit/erasures.log``, beside the anchors and outside the database: it outlives both, and goes
along with every backup. A mark beside the lake says that this lake has forgotten; an older lake, put back from a
backup, lacks the mark, and the next sweep makes it forget again.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from huicheng.ground.api import home, secret


@dataclass(frozen=True)
class Erasure:
    """Rows of one resource, received until ``at``, whose ``columns`` hash to one of ``hashes``."""

    id: str
    resource: str
    at: str
    columns: tuple[str, ...]
    hashes: tuple[str, ...]

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


def erasures_file() -> Path:
    return home() / "audit" / "erasures.log"


class Hasher:
    """Values of these columns as the register tells them: the same everywhere in this city, and telling nothing outside."""

    def __init__(self, resource: str, columns: Sequence[str]) -> None:
        self._start = hmac.new(secret("erasures"), json.dumps([resource, *columns]).encode(), hashlib.sha256)

    def of(self, values: Sequence[str]) -> str:
        one = self._start.copy()
        one.update("".join(f"{len(value)}:{value}" for value in values).encode())
        return one.hexdigest()

    def all(self, rows: Iterable[Sequence[str]]) -> tuple[str, ...]:
        return tuple(sorted({self.of(row) for row in rows}))


def enter(resource: str, wanted: Mapping[tuple[str, ...], Iterable[Sequence[str]]]) -> list[Erasure]:
    """Write down, before anything is removed, what is to be: a kill leaves a promise and not a half."""
    now = timezone.now().isoformat()
    made = [
        Erasure(uuid.uuid4().hex, resource, now, columns, Hasher(resource, columns).all(rows))
        for columns, rows in wanted.items()
    ]
    _append([json.dumps(asdict(one)) for one in made])
    return made


def _append(lines: Sequence[str]) -> None:
    path = erasures_file()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        whole = _ends_whole(file)
        file.write(b"" if whole else b"\n")  # a line cut short by a crash is no promise
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())


def _ends_whole(file: Any) -> bool:
    if not file.seek(0, os.SEEK_END):
        return True
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")


def erasures(resource: str | None = None) -> list[Erasure]:
    found = _read(erasures_file()) if erasures_file().exists() else ()
    return [one for one in found if resource in (None, one.resource)]


def _read(path: Path) -> Iterator[Erasure]:
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            given = json.loads(line)
            yield Erasure(
                given["id"], given["resource"], given["at"], tuple(given["columns"]), tuple(given["hashes"])
            )
        except (ValueError, KeyError, TypeError):
            continue


def is_register(path: Path) -> bool:
    try:
        return any(_read(path))
    except (OSError, UnicodeDecodeError):
        return False


def carry_over(source: Path) -> int:
    """Take in another register of this city, as one kept beside a backup; returns how many erasures were new."""
    known = {one.id for one in erasures()}
    fresh = [one for one in _read(source) if one.id not in known]
    if fresh:
        _append([json.dumps(asdict(one)) for one in fresh])
    return len(fresh)


def _mark(one: Erasure) -> Path:
    return home() / "lake" / ".erased" / one.id


def settled(one: Erasure) -> int | None:
    """The version of its table, 0 where there is none, that this lake was left with; None while it must still forget."""
    try:
        return int(json.loads(_mark(one).read_text())["version"])
    except (OSError, ValueError, KeyError):
        return None


def note_settled(one: Erasure, version: int) -> None:
    path = _mark(one)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{one.id}.{os.getpid()}")
    draft.write_text(json.dumps({"version": version}))
    os.replace(draft, path)


def note_open(one: Erasure) -> None:
    """It is begun, perhaps not for the first time; only its end makes it settled again."""
    _mark(one).unlink(missing_ok=True)


def pending() -> list[Erasure]:
    return [one for one in erasures() if settled(one) is None]
