"""House rules: doors are used, routes have a mark, files stay small, docs name every public thing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from huicheng.ground.api import mark_of

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "huicheng"
# Families whose members are rooms of their own.
FAMILIES = {"portals", "services", "governance", "industry"}
# city assembles the others: it may name their urls and apps, never their insides.
FILE_LINES = 400
FUNCTION_LINES = 50


def sources() -> list[Path]:
    return [p for p in sorted(PACKAGE.rglob("*.py")) if "migrations" not in p.parts]


def room_of(parts: tuple[str, ...]) -> str:
    return ".".join(parts[:2]) if parts[0] in FAMILIES and len(parts) > 1 else parts[0]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def climbs(path: Path) -> Iterator[str]:
    own = room_of(path.relative_to(PACKAGE).with_suffix("").parts)
    for line, name in imports(path):
        parts = tuple(name.split("."))
        if parts[0] != "huicheng" or len(parts) < 3 or parts[1] == "__version__":
            continue
        room = room_of(parts[1:])
        inside = parts[1:][len(room.split(".")) :]
        if room != own and inside and inside[0] != "api":
            yield f"{path.relative_to(ROOT)}:{line} climbs into {name}; use huicheng.{room}.api"


# Settings are read before Django is up, so before a door that has models can be imported; __main__ is the
# command line itself.
BEFORE_THE_DOOR = {"huicheng/city/settings.py", "huicheng/__main__.py"}


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_rooms_are_entered_by_their_door(path):
    if str(path.relative_to(ROOT)) in BEFORE_THE_DOOR:
        return
    assert not list(climbs(path))


def test_the_door_test_sees_a_climber(tmp_path, monkeypatch):
    climber = PACKAGE / "portals" / "decision" / "climber.py"
    monkeypatch.setattr(Path, "read_text", lambda self, **_: "from huicheng.sensing.models import Alarm\n")
    assert list(climbs(climber)) == [
        "huicheng/portals/decision/climber.py:1 climbs into huicheng.sensing.models.Alarm; use huicheng.sensing.api"
    ]


def routes(patterns, prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        place = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, place)
        elif isinstance(pattern, URLPattern):
            yield place, pattern.callback


def test_every_route_says_who_may_open_it():
    unmarked = [
        p
        for p, view in routes(get_resolver().url_patterns)
        if not p.startswith("admin/") and not mark_of(view)
    ]
    assert not unmarked, f"without @opens_to nobody can open: {unmarked}"


def test_there_are_routes_to_walk():
    assert len(list(routes(get_resolver().url_patterns))) > 20


@pytest.mark.django_db
def test_a_view_without_a_mark_opens_to_nobody(rf, settings, client):
    from django.core.exceptions import PermissionDenied

    from huicheng.city.middleware import Gate
    from huicheng.ground.api import ANONYMOUS

    request = rf.get("/")
    request.actor = ANONYMOUS
    with pytest.raises(PermissionDenied):
        Gate(lambda r: None).process_view(request, lambda r: None, (), {})


@pytest.mark.django_db
def test_a_stranger_is_asked_to_log_in_on_every_closed_page(client):
    for place, view in routes(get_resolver().url_patterns):
        mark = mark_of(view)
        if "<" in place or mark is None or mark.audience == "everyone":
            continue
        response = client.get(f"/{place}")
        assert response.status_code == 302, place
        assert response["Location"].startswith("/account/login/"), place


def test_files_are_short_enough_to_read():
    long = [p for p in sources() if len(p.read_text(encoding="utf-8").splitlines()) > FILE_LINES]
    assert not long, f"over {FILE_LINES} lines, does the room want an inner wall? {long}"


def test_functions_do_one_thing():
    long = []
    for path in sources():
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES:
                long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not long


def doors() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("api.py"))


def public_names(path: Path) -> list[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return [element.value for element in node.value.elts]
    return []


@pytest.mark.parametrize("path", doors(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_door_lists_what_is_public(path):
    names = public_names(path)
    assert names, f"{path} has no __all__"
    assert names == sorted(names, key=lambda n: (not n.isupper(), not n[0].isupper(), n)), "sort __all__"


@pytest.mark.parametrize("path", doors(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_docs_name_every_public_thing(path):
    text = (ROOT / "docs" / "doors.md").read_text(encoding="utf-8")
    room = ".".join(path.parent.relative_to(PACKAGE).parts)
    missing = [name for name in public_names(path) if f"`{room}.{name}`" not in text]
    assert not missing, f"docs/doors.md does not name {missing}: make docs"


@pytest.mark.parametrize("path", doors(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_docs_name_nothing_that_is_gone(path):
    room = ".".join(path.parent.relative_to(PACKAGE).parts)
    named = re.findall(
        rf"^\| `{re.escape(room)}\.(\w+)`", (ROOT / "docs" / "doors.md").read_text("utf-8"), re.M
    )
    assert set(named) == set(public_names(path)), "make docs"


def test_no_sql_string_is_longer_than_a_line():
    start = re.compile(r"^\s*(select|insert|update|delete|with|create)\s", re.I)
    found = []
    for path in sources():
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if start.match(text) and text.strip().count("\n") > 1 and re.search(r"\bfrom\b", text, re.I):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not found, f"SQL lives in .sql files: {found}"


def test_foreign_keys_point_down():
    """import-linter cannot see strings: a model may only refer to its own room or a lower one."""
    import tomllib

    from django.apps import apps

    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    floor = {
        name.strip(" ()"): level for level, row in enumerate(contract["layers"]) for name in row.split("|")
    }
    for model in apps.get_models():
        own = model.__module__.split(".")
        if own[0] != "huicheng":
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or not field.concrete or not target.__module__.startswith("huicheng."):
                continue
            there = target.__module__.split(".")[1]
            assert there == own[1] or floor[there] > floor[own[1]], f"{model} → {target}"
