import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp


def home() -> Path:
    """Where this city keeps its database, lake and keys: HUICHENG_HOME, else ./var."""
    path = Path(os.environ.get("HUICHENG_HOME") or "var").resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@contextmanager
def scratch(label: str) -> Iterator[Path]:
    """A folder under home that is gone afterwards; on the same disk, so that renames out of it are atomic."""
    base = home() / "scratch"
    base.mkdir(exist_ok=True)
    folder = Path(mkdtemp(prefix=f"{label}-", dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
