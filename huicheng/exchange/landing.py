"""Landings 落地: what was delivered, byte for byte, kept under the hash of its content."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huicheng.ground.api import home

BLOCK = 4 << 20
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Landed:
    path: Path
    sha256: str
    size: int


def landings() -> Path:
    return home() / "landing"


def land(source: Path, *, suffix: str, tell: Tell | None = None) -> Landed:
    """Copy, hash and make durable; the same content lands once."""
    draft = draft_path()
    digest, done, size = hashlib.sha256(), 0, source.stat().st_size
    with source.open("rb") as file, draft.open("wb") as copy:
        while block := file.read(BLOCK):
            digest.update(block)
            copy.write(block)
            done += len(block)
            if tell:
                tell(done, size)
        copy.flush()
        os.fsync(copy.fileno())
    return settle(draft, digest.hexdigest(), suffix)


def draft_path() -> Path:
    folder = landings() / "drafts"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / uuid.uuid4().hex


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def settle(draft: Path, sha256: str, suffix: str) -> Landed:
    """From now on the landing is whole and has its name."""
    target = landings() / sha256[:2] / f"{sha256}{suffix}"
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(draft, target)
    sync_folder(target.parent)
    return Landed(target, sha256, target.stat().st_size)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def suffix_of(name: str) -> str:
    """``.csv.gz`` of ``户籍.CSV.gz``; nothing that could climb out of a folder."""
    found = re.search(r"(\.[a-z0-9]{1,8})?(\.gz)?$", name.lower())
    return found.group(0) if found else ""


def kept_as(path: Path | str) -> str:
    """How a path of this city is written down: from its home, so that it holds wherever the city is restored."""
    if path and Path(path).is_relative_to(home()):
        return str(Path(path).relative_to(home()))
    return str(path)


def kept_at(stored: str) -> Path | None:
    """Where what was written down lies now; nothing outside this city's home is ours to read or remove."""
    if not stored:
        return None
    path = Path(os.path.normpath(home() / stored))
    return path if path.is_relative_to(home()) else None


def work_folder(delivery: str) -> Path:
    return home() / "deliveries" / delivery


@contextmanager
def one_at_a_time(resource: str) -> Iterator[None]:
    """Deliveries to one resource take effect in turn, whichever process and database they come through."""
    with alone(home() / "deliveries" / ".locks" / resource):
        yield


@contextmanager
def alone(lock: Path, *, wait: bool = True) -> Iterator[bool]:
    """Whether nobody else is in here, in whatever process: always, where one waits for him.

    The kernel lets go of a dead one's lock.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _locked(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(handle)


def _locked(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        return False
    return True
