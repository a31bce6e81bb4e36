"""House rules: doors are used, routes have a mark, files stay small, docs name every public thing.

The rules are in house.py; test_house_broken.py shows that each of them sees a house that breaks it.
"""

import tomllib
from pathlib import Path

import pytest
from django.urls import get_resolver

from tests import house

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "huicheng"
DOORS_PAGE = (ROOT / "docs" / "doors.md").read_text(encoding="utf-8")
# Settings are read before Django is up, so before a door that has models can be imported; __main__ is the
# command line itself.
BEFORE_THE_DOOR = {"huicheng/city/settings.py", "huicheng/__main__.py"}


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def test_rooms_are_entered_by_their_door():
    paths = [p for p in house.sources(PACKAGE) if house.place(p, PACKAGE) not in BEFORE_THE_DOOR]
    climbers = [words for path in paths for words in house.climbs(path, PACKAGE)]
    assert not climbers, "\n".join(climbers)


def test_what_a_door_does_not_list_is_not_taken():
    taken = [words for path in house.sources(PACKAGE) for words in house.reaches(path, PACKAGE)]
    assert not taken, "\n".join(taken)


def test_every_route_says_who_may_open_it():
    unmarked = house.unmarked(get_resolver().url_patterns)
    assert not unmarked, f"without @opens_to nobody can open: {unmarked}"


def test_there_are_routes_to_walk():
    assert len(list(house.routes(get_resolver().url_patterns))) > 20


def test_a_view_without_a_mark_opens_to_nobody(rf):
    from django.core.exceptions import PermissionDenied

    from huicheng.city.middleware import Gate
    from huicheng.ground.api import ANONYMOUS

    request = rf.get("/")
    request.actor = ANONYMOUS
    with pytest.raises(PermissionDenied):
        Gate(lambda r: None).process_view(request, lambda r: None, (), {})


def test_files_are_short_enough_to_read():
    long = house.long_files(PACKAGE)
    assert not long, f"over {house.FILE_LINES} lines, does the room want an inner wall? {long}"


def test_functions_do_one_thing():
    assert not house.long_functions(PACKAGE)


@pytest.mark.parametrize("door", house.doors(PACKAGE), ids=name_of)
def test_a_door_lists_what_is_public(door):
    lists = house.listed(door)
    assert lists, f"{door} has no __all__"
    for names in lists:
        assert names == sorted(names, key=lambda n: (not n.isupper(), not n[0].isupper(), n)), "sort __all__"
    public = house.public_names(door)
    assert len(public) == len(set(public)), "two inner doors offer one name"


@pytest.mark.parametrize("door", house.doors(PACKAGE), ids=name_of)
def test_docs_name_every_public_thing(door):
    missing = house.undocumented(door, PACKAGE, DOORS_PAGE)
    assert not missing, f"docs/doors.md does not name {missing}: make docs"


@pytest.mark.parametrize("door", house.doors(PACKAGE), ids=name_of)
def test_docs_name_nothing_that_is_gone(door):
    assert not house.gone(door, PACKAGE, DOORS_PAGE), "make docs"


def test_no_sql_string_is_longer_than_a_line():
    found = house.long_sql(PACKAGE)
    assert not found, f"SQL lives in .sql files: {found}"


def test_foreign_keys_point_down():
    """import-linter cannot see strings: a model may only refer to its own room or a lower one."""
    from django.apps import apps

    upward = house.upward_keys(apps.get_models(), layers())
    assert not upward, "\n".join(upward)


def layers() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["tool"]["importlinter"]["contracts"][0]["layers"]
