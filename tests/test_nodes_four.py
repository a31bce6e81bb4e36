"""Four levels, each a home with its own processes: rows go up from a community to the city, and what stays at the
community is asked for in the city, under a grant of the city's, down through levels of which one is away."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from huicheng.exchange.tests.test_nodes_asking import number_of
from tests.asking_below import CODE, PURPOSE
from tests.conftest import ROOT, City
from tests.two_homes import ENTRY, RESOURCE, Pair, agreed, ask, two_homes, write_visits

pytestmark = [pytest.mark.shared_home, pytest.mark.slow]
LEVELS = (
    ("district", "210102", "和平区"), ("street", "210102001", "浑河湾街道"), ("community", "210102001002", "水源地社区"),
)  # fmt: skip
CHECKS = {
    **ENTRY, "title": "社区走访核查记录信息", "summary": "每行是一次社区走访核查，数据留在社区", "share": "conditional",
    "share_condition": "依法履职需要", "erasure": "满三年删除", "key": ["number"],
    "fields": [
        {"name": "number", "title": "登记号", "kind": "text", "required": True},
        {"name": "id_number", "title": "证件号码", "kind": "person_id", "sensitivity": "personal"},
    ],
}  # fmt: skip


@pytest.fixture
def levels(tmp_path: Path) -> Iterator[list[Pair]]:
    """City and district, district and street, street and community; each level has joined the one above."""
    with ExitStack() as stack:
        pairs = [stack.enter_context(two_homes(tmp_path / level)) for level, _division, _title in LEVELS]
        for above, below in pairwise(pairs):
            below.centre = above.node
        for pair, (level, division, title) in zip(pairs, LEVELS, strict=True):
            pair.join(pair.centre.url, "--level", level, "--division", division, "--title", title)
        yield pairs


def pass_on(levels: list[Pair], code: str) -> None:
    """What the community published is told of by the street and then by the district."""
    for pair in (levels[1], levels[0]):
        assert "已发布" in pair.node.run("node", "publish", code).stdout


def publish_checks(pair: Pair, place: Path) -> None:
    entry, file = place / "checks.json", place / "checks.csv"
    entry.write_text(json.dumps(CHECKS, ensure_ascii=False), encoding="utf-8")
    assert "已发布" in pair.node.run("node", "publish", CODE, "--file", str(entry), "--stays").stdout
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("登记号", "证件号码"), *((f"V{n:08d}", number_of(n)) for n in range(30))])
    pair.node.run("node", "deliver", CODE, str(file))


def in_the_city(city: City, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.asking_below", *words], cwd=ROOT, env=city.environment(), capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def passed_on(pair: Pair) -> int:
    """Questions of the level above that the pair's centre has put to the pair's node."""
    return len(ask(pair.centre, "select 1 from nodes_question where above <> ''"))


def test_rows_go_up_four_levels_and_a_question_down_them_though_the_street_is_away_and_killed(
    levels, tmp_path
):
    rows_go_up(levels, tmp_path)
    publish_checks(levels[-1], tmp_path)
    pass_on(levels, CODE)
    question_goes_down(*levels)


def rows_go_up(levels: list[Pair], place: Path) -> None:
    levels[-1].publish(place)
    pass_on(levels, RESOURCE)
    levels[-1].node.run("node", "deliver", RESOURCE, str(write_visits(place / "visits.csv", 500)))
    for pair in reversed(levels):
        pair.node.run("node", "run", "--once")
    assert [agreed(pair, audited=False).rows for pair in levels] == [500, 500, 500]
    (told,) = json.loads(ask(levels[0].centre, "select below from nodes_node")[0][0])
    assert (told["title"], told["below"][0]["title"]) == ("浑河湾街道", "水源地社区")


def question_goes_down(district: Pair, street: Pair, community: Pair) -> None:
    city = district.centre
    grant = in_the_city(city, "grant")
    numbers = [
        ask(pair.node, "select node from nodes_centre")[0][0] for pair in (district, street, community)
    ]
    assert in_the_city(city, "ask", numbers[0], "别的用途")["refused"] == "NoGrant"

    community.kill(
        "centre"
    )  # the street's server: the district cannot be heard there, nor the community hear
    question = in_the_city(city, "ask", numbers[0], PURPOSE)
    district.node.run("node", "run", "--once")
    assert in_the_city(city, "answer", question)["state"] == "waiting"
    assert (passed_on(street), passed_on(community)) == (1, 0)
    away = community.node.run("node", "run", "--once", check=False)
    assert "连不上上级" in away.stderr

    community.serve()
    street.run_node()
    street.wait(lambda: passed_on(community) == 1)
    street.kill("node")
    community.node.run("node", "run", "--once")
    for pair in (street, district):
        pair.node.run("node", "run", "--once")
    found = in_the_city(city, "answer", question)
    masked = "2101**********" + number_of(7)[-4:]
    assert found["rows"] == [{"number": "V00000007", "id_number": masked}], found
    assert found["road"] == numbers

    assert read_under(community.node) == [grant]
    homes = [city, *(pair.node for pair in (district, street, community))]
    assert [(one.home / "lake" / "raw" / CODE).exists() for one in homes] == [False, False, False, True]
    for one in homes:
        assert "链条完整" in one.run("audit", "verify").stdout
    in_the_city(city, "revoke", grant)
    assert in_the_city(city, "answer", question)["refused"] == "GrantRevoked"


def read_under(city: City) -> list[str]:
    """The grants of the city that the receipts of readings in this home name."""
    rows = ask(city, "select data from ground_event where kind = 'exchange.QuestionAsked'")
    reads = [read for (data,) in rows for read in json.loads(data)["signed"]["document"]["reads"]]
    return [table["grant_above"] for read in reads for table in read["tables"].values()]
