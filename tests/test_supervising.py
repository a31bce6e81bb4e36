"""The supervision of the catalogue in the terminal."""

import pytest
from click.testing import CliRunner

from huicheng.city.cli import main

pytestmark = pytest.mark.django_db


def test_the_terminal_shows_the_six_numbers_the_league_and_what_to_do():
    done = CliRunner().invoke(
        main, ["catalogue", "supervise", "--department", "gongan"], env={"COLUMNS": "400"}
    )
    assert done.exit_code == 0, done.output
    for words in ("六数", "部门榜", "有目录没数据", "交付第一批数据，或停用这条目录。"):
        assert words in done.output


def test_an_unknown_department_is_said():
    done = CliRunner().invoke(main, ["catalogue", "supervise", "--department", "nowhere"])
    assert done.exit_code != 0
    assert "nowhere" in str(done.output) + str(done.exception)
