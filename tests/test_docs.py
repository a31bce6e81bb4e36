"""What the papers say is there: links lead somewhere, commands exist with their options, nothing is left out."""

import re
import shlex
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from django.urls import Resolver404, resolve

from huicheng.city.cli import main
from tests.conftest import ROOT

HIDDEN = {".venv", "node_modules", "var", ".git"}
# What the city was asked to become: docs/coverage.md says of each how far it is.
SYSTEMS = {"F": 15, "H": 18, "G": 21, "I": 8}


def papers() -> list[Path]:
    found = sorted(ROOT.rglob("*.md"))
    return [path for path in found if not HIDDEN & set(path.relative_to(ROOT).parts)]


def headings(text: str) -> set[str]:
    """As the anchors of a page are written: lower case, words joined by hyphens."""
    lines = re.findall(r"^#+ +(.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def dead_links(paper: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", paper.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        place, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        there = (paper.parent / place) if place else paper
        if not there.exists():
            yield f"{paper.name}: {target} is not there"
        elif anchor and anchor not in headings(there.read_text(encoding="utf-8")):
            yield f"{paper.name}: {target} has no such heading"


def quoted(paper: Path) -> Iterator[str]:
    """Every command that a page quotes, in a block or in a line, without its remark."""
    text = paper.read_text(encoding="utf-8")
    blocks = [line for block in re.findall(r"```\w*\n(.*?)```", text, re.S) for line in block.splitlines()]
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    for line in [*blocks, *inline]:
        for one in re.split(r"\s*(?:;|&&)\s*", line.split("  #")[0]):
            if one.split()[:1] in (["huicheng"], ["make"]) or "-m huicheng" in one:
                yield one.strip()


def unknown(command: str) -> str:
    """What is wrong with a command, or nothing."""
    words = [word for word in shlex.split(command) if not re.fullmatch(r"[A-Z_]+=\S*", word)]
    if words[0] == "make":
        return _unknown_verb(command)
    if "-m" in words and words[words.index("-m") + 1] != "huicheng":
        module = words[words.index("-m") + 1]
        return "" if find_spec(module) else f"no module {module}"
    start = words.index("huicheng") + 1
    return _unknown_words(main, words[start:])


def _unknown_verb(command: str) -> str:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in shlex.split(command)[1:]:
        name, given, _ = word.partition("=")
        if not re.search(rf"^{name} \?=" if given else rf"^{name}:", text, re.M):
            return f"the Makefile has no {name}"
    return ""


def _unknown_words(command: click.Command, words: list[str]) -> str:
    if isinstance(command, click.Group) and words:
        below = command.commands.get(words[0])
        return _unknown_words(below, words[1:]) if below else f"no command {words[0]}"
    try:
        command.make_parser(click.Context(command)).parse_args(list(words))
    except click.UsageError as problem:
        return problem.format_message()
    return ""


@pytest.mark.parametrize("paper", papers(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(paper):
    assert not list(dead_links(paper))


@pytest.mark.parametrize("paper", papers(), ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_are_there_with_their_options(paper):
    wrong = {one: problem for one in quoted(paper) if (problem := unknown(one))}
    assert not wrong


def test_the_readme_quotes_commands_to_check():
    found = [one for name in ("README.md", "README.zh.md") for one in quoted(ROOT / name)]
    assert {"make up", "make test", "huicheng fuse"} <= set(found)


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("huicheng deliver taxes taxes.csv --force", "--force"),
        ("huicheng conquer", "no command conquer"),
        ("huicheng audit burn", "no command burn"),
        ("make lunch", "no lunch"),
        ("make up GUESTS=7", "no GUESTS"),
        (".venv/bin/python -m huicheng.nothing", "no module huicheng.nothing"),
    ],
)
def test_a_command_that_is_not_there_is_named(command, problem):
    assert problem in unknown(command)


def test_a_link_that_leads_nowhere_is_named(tmp_path):
    paper = tmp_path / "page.md"
    paper.write_text("# One\n[a](gone.md) [b](#one) [c](#two) [d](https://example.org)\n", encoding="utf-8")
    assert list(dead_links(paper)) == [
        "page.md: gone.md is not there",
        "page.md: #two has no such heading",
    ]


def coverage() -> list[list[str]]:
    lines = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if re.fullmatch(r"[A-Z]\d+", row[0])]


def test_coverage_tells_of_every_system_once():
    asked = [f"{letter}{number}" for letter, most in SYSTEMS.items() for number in range(1, most + 1)]
    assert [row[0] for row in coverage()] == asked


def test_what_coverage_calls_built_has_a_way_to_try_it():
    dumb = [row[0] for row in coverage() if row[4] != "not built" and row[3] == "—"]
    assert not dumb


def test_the_ways_to_try_it_are_there():
    ways = [way for row in coverage() for way in re.findall(r"`([^`]+)`", row[3])]
    assert ways
    wrong = [way for way in ways if way.startswith("/") and not opens(way)]
    wrong += [way for way in ways if way.endswith(".py") and not (ROOT / way).exists()]
    assert not wrong


def opens(address: str) -> bool:
    try:
        return bool(resolve(address))
    except Resolver404:
        return False


@pytest.mark.parametrize(
    ("name", "words"), [("README.md", r"(\d+) have no room"), ("README.zh.md", r"(\d+) 个还没有房间")]
)
def test_the_readme_counts_what_is_missing_as_coverage_does(name, words):
    told = re.search(words, (ROOT / name).read_text(encoding="utf-8"))
    assert told
    assert int(told[1]) == sum(row[4] == "not built" for row in coverage())
