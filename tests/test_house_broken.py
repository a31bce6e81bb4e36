"""The house rules see what they are for: each is shown a house broken on purpose, and names the culprit."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.test.utils import isolate_apps
from django.urls import include, path

from huicheng.ground.api import opens_to
from tests import house
from tests.conftest import ROOT
from tests.test_house import PACKAGE, layers


@pytest.fixture(scope="module")
def empty_house(tmp_path_factory) -> Path:
    """The city's own rooms and import rules, with nothing in the rooms."""
    place = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", place)
    for folder in PACKAGE.rglob("__init__.py"):
        room = place / folder.parent.relative_to(ROOT)
        room.mkdir(parents=True, exist_ok=True)
        (room / "__init__.py").touch()
    return place


@pytest.fixture
def write(empty_house: Path):
    """Write files into the empty house; they are gone after the test."""
    written: list[Path] = []

    def write_file(name: str, text: str) -> Path:
        path = empty_house / "huicheng" / name
        made = next((one for one in [*reversed(path.parents), path] if not one.exists()), path)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(made)
        return path

    yield write_file
    for one in written:
        shutil.rmtree(one) if one.is_dir() else one.unlink(missing_ok=True)


def lint(house_there: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=house_there, capture_output=True, text=True)


def test_an_empty_house_breaks_no_rule(empty_house):
    done = lint(empty_house)
    assert done.returncode == 0, done.stdout + done.stderr


# What is written where, the rule that it breaks, and the words that point at it.
BREACHES = [
    ("ground/up.py", "import huicheng.exchange", "The city stands in layers", "huicheng.ground.up -> huicheng.exchange"),
    ("codes/up.py", "from huicheng.bases import people", "The city stands in layers", "huicheng.codes.up -> huicheng.bases"),
    ("fusion/aside.py", "import huicheng.identity", "The city stands in layers", "huicheng.fusion.aside -> huicheng.identity"),
    ("attic/__init__.py", "", "The city stands in layers", "huicheng.attic"),
    ("portals/open/aside.py", "import huicheng.portals.desk", "do not know their neighbours",
     "huicheng.portals.open.aside -> huicheng.portals.desk"),
    ("portals/look/up.py", "import huicheng.portals.desk", "The look is below", "huicheng.portals.look.up -> huicheng.portals.desk"),
    ("governance/air/deep.py", "import huicheng.lake", "Only the rooms that keep tables", "huicheng.governance.air.deep -> huicheng.lake"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "text", "rule", "culprit"), BREACHES, ids=[one[0] for one in BREACHES])
def test_a_room_out_of_its_layer_is_named(place, text, rule, culprit, empty_house, write):
    write(place, f"{text}\n")
    done = lint(empty_house)
    assert done.returncode == 1
    broken = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(rule in line for line in broken), done.stdout
    assert culprit in done.stdout


def test_a_circle_inside_a_room_is_named(empty_house, write):
    write("sensing/one/__init__.py", "import huicheng.sensing.two\n")
    write("sensing/two/__init__.py", "import huicheng.sensing.one\n")
    done = lint(empty_house)
    assert done.returncode == 1
    assert "Nothing goes round in circles BROKEN" in done.stdout
    assert "are allowed in huicheng.sensing." in done.stdout


CLIMBS = [
    ("from huicheng.sensing.models import Alarm", "huicheng.sensing.models.Alarm"),
    ("import huicheng.sensing.models as rows", "huicheng.sensing.models"),
    ("from huicheng.sensing import models", "huicheng.sensing.models"),
    ("from huicheng import sensing", "huicheng.sensing"),
    (
        "from importlib import import_module\nimport_module('huicheng.sensing.models')",
        "huicheng.sensing.models",
    ),
]


@pytest.mark.parametrize(("text", "taken"), CLIMBS, ids=[one[0][:40] for one in CLIMBS])
def test_a_door_gone_round_is_named(text, taken, empty_house, write):
    climber = write("portals/decision/climber.py", f"{text}\n")
    line = text.count("\n") + 1
    assert list(house.climbs(climber, empty_house / "huicheng")) == [
        f"huicheng/portals/decision/climber.py:{line} climbs into {taken}; use huicheng.sensing.api"
    ]


def test_a_room_may_enter_itself_and_any_door(empty_house, write):
    package = empty_house / "huicheng"
    polite = write(
        "bases/polite.py", "from huicheng.bases.people import x\nfrom huicheng.exchange.api import ask\n"
    )
    assert not list(house.climbs(polite, package))


def test_a_name_taken_from_behind_a_door_is_named(empty_house, write):
    write("sensing/api.py", '__all__ = ["alarms"]\n')
    taker = write("portals/decision/taker.py", "from huicheng.sensing.api import Alarm, alarms\n")
    assert list(house.reaches(taker, empty_house / "huicheng")) == [
        "huicheng/portals/decision/taker.py:1 takes huicheng.sensing.api.Alarm, not in __all__"
    ]


def test_a_public_name_without_documents_is_named(empty_house, write):
    door = write("sensing/api.py", '__all__ = ["alarms", "watches"]\n')
    package = empty_house / "huicheng"
    page = "| `sensing.alarms` | |\n| `sensing.sirens` | |\n"
    assert house.undocumented(door, package, page) == ["sensing.watches"]
    assert house.gone(door, package, page) == ["sensing.sirens"]


def test_a_door_without_a_list_of_names_has_none(write):
    assert house.public_names(write("sensing/api.py", "def alarms(): ...\n")) == []


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@opens_to("everyone")
def marked(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def test_a_route_without_a_mark_is_named_however_deep_it_lies():
    inner = [path("secret/<int:number>/", view), path("public/", marked)]
    patterns = [path("", marked), path("desk/", include((inner, "desk")))]
    assert house.unmarked(patterns) == ["desk/secret/<int:number>/"]


def test_a_file_and_a_function_too_long_are_named(empty_house, write):
    write("sensing/long.py", "def endless():\n" + "    print()\n" * house.FILE_LINES)
    package = empty_house / "huicheng"
    assert house.long_files(package) == ["huicheng/sensing/long.py"]
    assert house.long_functions(package) == ["huicheng/sensing/long.py:1 endless"]


def test_sql_among_the_python_is_named(empty_house, write):
    write("sensing/asks.py", 'QUESTION = """\nSELECT 1\nFROM alarms\nWHERE true\n"""\n')
    assert house.long_sql(empty_house / "huicheng") == ["huicheng/sensing/asks.py:1"]


@isolate_apps("huicheng.ground", "huicheng.sensing")
def test_a_key_that_points_up_is_named():
    class Alarm(models.Model):  # noqa: DJ008
        __module__ = "huicheng.sensing.models"

        class Meta:
            app_label = "sensing"

    class Job(models.Model):  # noqa: DJ008
        __module__ = "huicheng.ground.models"
        alarm = models.ForeignKey(Alarm, models.CASCADE)

        class Meta:
            app_label = "ground"

    assert house.upward_keys([Alarm, Job], layers()) == [
        "huicheng.ground.models.Job.alarm points up to Alarm"
    ]
