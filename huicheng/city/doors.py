"""Writes docs/doors.md: every public name of every door, with its signature and what it says of itself.

`make docs`; a test holds the file against the code.
"""

import importlib
import inspect
import os
import re
from pathlib import Path
from typing import Any

import django

PACKAGE = Path(__file__).resolve().parent.parent
TARGET = PACKAGE.parent / "docs" / "doors.md"
HEAD = """# The doors

What each room offers to the rooms above it. Written from the code by `make docs`.
"""


def page() -> str:
    return HEAD + "".join(_door(path) for path in sorted(PACKAGE.rglob("api.py")))


def _door(path: Path) -> str:
    room = ".".join(path.parent.relative_to(PACKAGE).parts)
    module = importlib.import_module(f"huicheng.{room}.api")
    package = importlib.import_module(f"huicheng.{room}")
    lines = [f"\n## {room}\n", f"{_first(package)}\n", "| name | |", "|---|---|"]
    lines += [f"| `{room}.{name}` | {_about(getattr(module, name))} |" for name in module.__all__]
    return "\n".join(lines) + "\n"


def _first(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").strip().split("\n\n")[0].replace("\n", " ").replace("|", "\\|")


def _about(thing: Any) -> str:
    said = "" if _inherited(thing) else _first(thing)
    if inspect.isfunction(thing):
        signature = str(inspect.signature(thing)).replace("huicheng.", "").replace("|", "\\|")
        signature = re.sub(r"<function (.*?) at 0x[0-9a-f]+>", "…", signature)
        return f"`{signature}` {said}".strip()
    return said


def _inherited(thing: Any) -> bool:
    """A dataclass without words gets its signature as docstring, a constant that of its type."""
    if not inspect.isclass(thing):
        return not inspect.isroutine(thing)
    doc = thing.__dict__.get("__doc__") or ""
    return not doc or doc.startswith(f"{thing.__name__}(")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huicheng.city.settings")
    django.setup()
    TARGET.write_text(page(), encoding="utf-8")
    print(f"{TARGET.name} written")
