"""CONTRIBUTING's pack, written down word for word in a copy of the house, works."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ENTER = """
import os, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huicheng.city.settings")
django.setup()
from django.contrib.auth import get_user_model
from django.test import Client
from huicheng.identity.api import make_samples
make_samples({})
client = Client()
client.force_login(get_user_model().objects.get(username="mayor"))
print(client.get("/city/").content.decode())
"""


def files() -> dict[str, str]:
    """The files that the page shows, by the name that each says in its first line."""
    found = {}
    for block in re.findall(r"```(?:python|sql)\n(.*?)```", TEXT, re.S):
        name = re.search(r"(?:# |-- )(\w+\.(?:py|sql))$", block.splitlines()[0])
        assert name, f"say in its first line which file this is: {block[:60]}"
        found[name[1]] = block
    return found


def test_the_page_shows_every_file_of_the_folder():
    listed = re.findall(r"[├└]── (\S+)", TEXT)
    assert set(listed) == {*files(), "__init__.py"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The house with the pack in it; a copy, since a pack is a folder in the house."""
    place = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "huicheng", place / "huicheng", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (
        "pyproject.toml",
        "conftest.py",
        "tests/__init__.py",
        "tests/debian.py",
        "tests/pristine.py",
    ):
        (place / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, place / name)
    (place / "data").symlink_to(ROOT / "data")
    pack = place / "huicheng" / "governance" / "noise"
    pack.mkdir()
    for name, text in {**files(), "__init__.py": ""}.items():
        (pack / name).write_text(text, encoding="utf-8")
    run(place, "-m", "huicheng", "migrate")
    return place


def run(place: Path, *words: str) -> str:
    environment = {**os.environ, "HUICHENG_HOME": str(place / "var")}
    done = subprocess.run(
        [sys.executable, *words], cwd=place, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_its_resource_takes_deliveries_and_its_tile_stands_on_the_portal(copy):
    path = copy / "noise.csv"
    path.write_text("点位,时间,等效声级\n太原街,2026-03-01 23:00,61.4\n", encoding="utf-8")
    assert "接收 1" in run(copy, "-m", "huicheng", "deliver", "noise_hourly", str(path))
    page = run(copy, "-c", ENTER)
    assert "哪里最吵？" in page
    assert "61.4" in page


def test_its_own_test_passes(copy):
    told = run(copy, "-m", "pytest", "-rA", "huicheng/governance/noise")
    assert "PASSED huicheng/governance/noise/test_noise.py::test_a_loud_night_is_an_alarm" in told
