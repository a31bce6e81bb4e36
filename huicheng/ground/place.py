import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

NEWBORN = 5.0


def home() -> Path:
    """Where this city keeps its database, lake and keys: HUICHENG_HOME, else ./var."""
    given = os.environ.get("HUICHENG_HOME") or "var"
    known = _known.get(given) if os.path.isabs(given) else None
    if known and known.is_dir():
        return known
    path = Path(given).resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    _known[given] = path
    return path


_known: dict[str, Path] = {}


@contextmanager
def scratch(label: str) -> Iterator[Path]:
    """A folder under home that is gone afterwards; on the same disk, so that renames out of it are atomic."""
    base = home() / "scratch"
    base.mkdir(exist_ok=True)
    folder = Path(mkdtemp(prefix=f"{label}-", dir=base))
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)  # held by the living; see sweep_scratch
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def sweep_scratch(*, dry_run: bool = False) -> int:
    """Remove the scratch folders of processes that were killed; returns how many there were."""
    base = home() / "scratch"
    found = [path for path in base.glob("*-*") if path.is_dir() and _abandoned(path)]
    for path in found if not dry_run else ():
        shutil.rmtree(path, ignore_errors=True)
    return len(found)


def _abandoned(folder: Path) -> bool:
    """Nobody holds it, and it is no newborn whose maker has not come to holding it yet."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return time.time() - os.fstat(handle).st_mtime > NEWBORN
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
