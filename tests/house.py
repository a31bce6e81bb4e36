"""The house rules, as functions of a tree: the city's own must keep them, one broken on purpose must be caught."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver

from huicheng.ground.api import mark_of

# Families whose members are rooms of their own.
FAMILIES = {"portals", "services", "governance", "industry"}
FILE_LINES = 400
FUNCTION_LINES = 50
START_OF_SQL = re.compile(r"^\s*(select|insert|update|delete|with|create)\s", re.I)


def sources(package: Path) -> list[Path]:
    return [path for path in sorted(package.rglob("*.py")) if "migrations" not in path.parts]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, package: Path) -> str:
    return str(path.relative_to(package.parent))


def room_of(parts: tuple[str, ...]) -> str:
    return ".".join(parts[:2]) if parts[0] in FAMILIES and len(parts) > 1 else parts[0]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """What a file takes from elsewhere: by import, or by a name that is loaded while running."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _loads(node.func) and node.args:
            name = getattr(node.args[0], "value", "")
            yield from [(node.lineno, name)] if isinstance(name, str) else []


def _loads(function: ast.expr) -> bool:
    return getattr(function, "attr", getattr(function, "id", "")) in ("import_module", "__import__")


def climbs(path: Path, package: Path) -> Iterator[str]:
    """Where a file enters another room by anything but its door."""
    own = room_of(path.relative_to(package).with_suffix("").parts)
    for line, name in imports(path):
        parts = tuple(name.split("."))
        if parts[0] != package.name or len(parts) < 2 or parts[1].startswith("__"):
            continue
        room = room_of(parts[1:])
        inside = parts[1:][len(room.split(".")) :]
        if room != own and (not inside or inside[0] != "api"):
            yield f"{place(path, package)}:{line} climbs into {name}; use {package.name}.{room}.api"


def doors(package: Path) -> list[Path]:
    return sorted(package.rglob("api.py"))


def listed(door: Path) -> list[list[str]]:
    """What ``__all__`` lists, and apart from it that of each inner door: ``__all__ += granting.__all__``."""
    lists: list[list[str]] = []
    for node in tree(door).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            lists.append([element.value for element in node.value.elts])  # type: ignore[attr-defined]
        if isinstance(node, ast.AugAssign) and getattr(node.target, "id", "") == "__all__":
            lists += listed(door.parent / node.value.value.id / "door.py")  # type: ignore[attr-defined]
    return lists


def public_names(door: Path) -> list[str]:
    return [name for names in listed(door) for name in names]


def reaches(path: Path, package: Path) -> Iterator[str]:
    """Names taken at another room's door that the door does not list."""
    own = room_of(path.relative_to(package).with_suffix("").parts)
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(f"{package.name}."):
            continue
        room = (node.module or "").removeprefix(f"{package.name}.")
        door = package.joinpath(*room.split(".")).with_suffix(".py")
        if not room.endswith(".api") or room_of(tuple(room.split("."))) == own or not door.exists():
            continue
        hidden = [alias.name for alias in node.names if alias.name not in public_names(door)]
        yield from (
            f"{place(path, package)}:{node.lineno} takes {node.module}.{name}, not in __all__"
            for name in hidden
        )


def undocumented(door: Path, package: Path, text: str) -> list[str]:
    room = ".".join(door.parent.relative_to(package).parts)
    return [f"{room}.{name}" for name in public_names(door) if f"`{room}.{name}`" not in text]


def gone(door: Path, package: Path, text: str) -> list[str]:
    """Names that the docs still promise."""
    room = ".".join(door.parent.relative_to(package).parts)
    named = re.findall(rf"^\| `{re.escape(room)}\.(\w+)`", text, re.M)
    return [f"{room}.{name}" for name in named if name not in public_names(door)]


def routes(patterns: Any, prefix: str = "", names: str = "") -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Every route: its address, its name and its view."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            below = f"{names}{pattern.namespace}:" if pattern.namespace else names
            yield from routes(pattern.url_patterns, address, below)
        elif isinstance(pattern, URLPattern):
            yield address, f"{names}{pattern.name or ''}", pattern.callback


def unmarked(patterns: Any) -> list[str]:
    """Routes that say nothing about who may open them; Django's own admin checks each of its views itself."""
    return [
        address
        for address, _name, view in routes(patterns)
        if not address.startswith("admin/") and not mark_of(view)
    ]


def long_files(package: Path) -> list[str]:
    return [
        place(path, package)
        for path in sources(package)
        if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES
    ]


def long_functions(package: Path) -> list[str]:
    return [
        f"{place(path, package)}:{node.lineno} {node.name}"
        for path in sources(package)
        if "tests" not in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
    ]


def long_sql(package: Path) -> list[str]:
    return [
        f"{place(path, package)}:{node.lineno}"
        for path in sources(package)
        if "tests" not in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_long_sql(node.value)
    ]


def _is_long_sql(text: str) -> bool:
    is_question = START_OF_SQL.match(text) and re.search(r"\bfrom\b", text, re.I)
    return bool(is_question) and text.strip().count("\n") > 1


def upward_keys(models: Any, layers: list[str]) -> list[str]:
    """Foreign keys, relations and their tables that point from a low room to one above it, or beside it."""
    floor = {name.strip(" ()"): level for level, row in enumerate(layers) for name in row.split("|")}
    found = []
    for model in models:
        own = model.__module__.split(".")
        for field in model._meta.get_fields() if own[0] == "huicheng" else ():
            target = getattr(field, "related_model", None)
            if target is None or not field.concrete or not target.__module__.startswith("huicheng."):
                continue
            there = target.__module__.split(".")[1]
            if there != own[1] and floor[there] <= floor[own[1]]:
                found.append(
                    f"{model.__module__}.{model.__name__}.{field.name} points up to {target.__name__}"
                )
    return found
