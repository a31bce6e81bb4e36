"""The terminal speaks the reader's language, and stores nothing in it."""

import re

import pytest

from huicheng.city.messages import declared
from huicheng.city.speaking import language, spoken

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def english(monkeypatch):
    monkeypatch.setenv("HUICHENG_LANGUAGE", "en")


def test_a_line_is_said_in_english_with_its_mark(english):
    assert (
        spoken("[green]✓[/green] 数据库与目录已就绪") == "[green]✓[/green] Database and catalogue are ready"
    )


def test_a_line_made_of_parts_is_said_with_its_parts(english):
    assert spoken("接收开放数据 企业按行业") == "Receive open data: Firms by industry"


def test_a_department_is_said_by_its_english_name(english):
    assert spoken("公安局") == "Public Security Bureau"


@pytest.mark.parametrize(
    ("environment", "spoken_there"),
    [
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "C.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "HUICHENG_LANGUAGE": "en"}, "en"),
    ],
)
def test_the_language_is_what_was_asked_for(environment, spoken_there, monkeypatch):
    for name in ("HUICHENG_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language() == spoken_there


def test_every_line_that_can_be_printed_has_its_english(english):
    lines = next(words for path, words in declared().items() if "city" in path.parts)
    assert len(lines) > 50
    assert not [one for one in lines if HAN.search(spoken(one).replace("身份证号", ""))]


def test_commands_of_rooms_are_found_by_looking():
    """A module beside the others is all that a room's commands take."""
    from huicheng.city import commands
    from huicheng.city.cli import main

    names = {one.name for one in commands.found()}
    assert {"feed", "subscription", "grants", "key", "node", "catalogue", "deliver"} <= names
    assert names <= set(main.commands)
