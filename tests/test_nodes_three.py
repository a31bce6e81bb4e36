"""Three levels, each a centre to the one below: a street delivers to its district, and the district declares to the city
what it passes on. Every one of them is killed in the middle."""

import contextlib
import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import City
from tests.two_homes import ENTRY, RESOURCE, Pair, agreed, ask, two_homes, write_visits

pytestmark = [pytest.mark.shared_home, pytest.mark.slow]
ROWS, BATCH = 4_000, 400
CHECKS = {**ENTRY, "title": "社区走访核查记录信息", "summary": "每行是一次社区走访核查，数据留在本级"}


@pytest.fixture
def levels(tmp_path: Path) -> Iterator[tuple[Pair, Pair]]:
    """City and district, district and street; the street's entry went up both."""
    with two_homes(tmp_path / "above") as above, two_homes(tmp_path / "below") as below:
        below.centre = above.node
        above.join(above.centre.url, "--level", "district", "--division", "210102", "--title", "和平区")
        below.join(below.centre.url, "--level", "street", "--division", "210102001", "--title", "太原街街道")
        below.publish(tmp_path)
        assert "已发布" in above.node.run("node", "publish", RESOURCE).stdout
        yield above, below


def deliver_through_kills(above: Pair, below: Pair, file: Path) -> None:
    """The city dies with the first batches on their way to it, then the street, then the district, both its halves."""
    below.node.run("node", "deliver", RESOURCE, str(file), "--batch-rows", str(BATCH))
    size = ("--batch-rows", str(BATCH))
    above.run_node(*size)
    below.run_node(*size)
    above.wait(lambda: above.sent() >= 1)
    above.kill("centre")
    below.wait(lambda: below.sent() >= 3)
    below.kill("node")
    above.serve()
    above.wait(lambda: above.sent() >= 2)
    below.run_node(*size)
    below.wait(lambda: below.sent() >= 5)
    above.kill("node")
    below.kill("centre")
    below.serve()
    above.run_node(*size)
    above.wait(lambda: above.sent() == ROWS // BATCH)


def codes_of(city: City) -> set[str]:
    return {one[0] for one in ask(city, "select code from exchange_resource where state = 'published'")}


def stays_at(pair: Pair, code: str, place: Path, title: str) -> str:
    """A resource whose rows stay at the pair's node; the node's number."""
    entry, file = place / f"{code}.json", place / f"{code}.csv"
    entry.write_text(json.dumps({**CHECKS, "title": title}, ensure_ascii=False), encoding="utf-8")
    assert "已发布" in pair.node.run("node", "publish", code, "--file", str(entry), "--stays").stdout
    with write_visits(file, 30).open(encoding="utf-8") as written:
        assert len(list(csv.reader(written))) == 31
    pair.node.run("node", "deliver", code, str(file))
    return str(ask(pair.node, "select node from nodes_centre")[0][0])


def asked_through_a_kill(pair: Pair, code: str, node: str) -> str:
    """The node dies after the question was put and before it is answered."""
    if "node" in pair.running:
        pair.kill("node")
    words = (
        "node",
        "ask",
        node,
        f"SELECT count(*) AS n, max(number) AS last FROM raw.{code}",
        "--purpose",
        "核对",
    )
    asking = pair.centre.start(*words, "--wait", "300")
    pair.wait(lambda: bool(ask(pair.centre, f"select 1 from nodes_question where node_id = '{node}'")))
    pair.run_node()
    pair.kill("node")
    pair.run_node()
    pair.wait(lambda: asking.poll() is not None)
    assert asking.returncode == 0, pair.told()
    return (pair.centre.home / "test.log").read_text()


def test_rows_go_up_three_levels_and_questions_down_whatever_is_killed(levels, tmp_path):
    above, below = levels
    deliver_through_kills(above, below, write_visits(tmp_path / "visits.csv", ROWS))
    with contextlib.suppress(KeyError):
        below.kill("node")
    assert agreed(below, audited=False) == agreed(above, audited=False)
    assert agreed(above).rows == ROWS
    above.kill("node")

    district = stays_at(above, "district_checks", tmp_path, "社区走访核查记录信息")
    street = stays_at(below, "street_checks", tmp_path, "街道夜间巡查记录信息")
    assert "V00000029" in asked_through_a_kill(above, "district_checks", district)
    assert "V00000029" in asked_through_a_kill(below, "street_checks", street)
    for home in (above.centre, above.node, below.node):
        assert "链条完整" in home.run("audit", "verify").stdout

    ours = {RESOURCE, "district_checks", "street_checks"}
    slices = [codes_of(one) & ours for one in (above.centre, above.node, below.node)]
    assert slices == [{RESOURCE, "district_checks"}, ours, {RESOURCE, "street_checks"}]
    assert not (above.centre.home / "lake" / "raw" / "district_checks").exists()
    assert not (above.node.home / "lake" / "raw" / "street_checks").exists()
    told = json.loads(ask(above.centre, "select below from nodes_node")[0][0])
    assert [(one["title"], one["level"]) for one in told] == [("太原街街道", "street")]
