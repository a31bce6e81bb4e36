"""From two shells: a node in an empty folder joins, publishes and delivers, while both ends are killed and started again."""

import random
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.conftest import kill
from tests.two_homes import RESOURCE, Pair, agreed, ask, two_homes, write_visits

pytestmark = pytest.mark.shared_home
SEED = 20261121


@dataclass(frozen=True)
class Journey:
    """After how many batches each end is killed; ``delivering``: how often the node is killed while it delivers."""

    rows: int
    batch_rows: int
    centre: tuple[int, ...]
    node: tuple[int, ...]
    delivering: int


SMALL = Journey(20_000, 2_000, centre=(2,), node=(5,), delivering=1)
MILLION = Journey(1_000_000, 25_000, centre=(3, 10, 17, 24, 31), node=(7, 20), delivering=1)


@pytest.mark.parametrize(
    "journey", [SMALL, pytest.param(MILLION, marks=pytest.mark.slow)], ids=["small", "million"]
)
def test_what_a_node_delivers_arrives_whole_and_once_however_often_both_are_killed(journey, tmp_path):
    began = time.monotonic()
    with two_homes(tmp_path) as pair:
        pair.join(pair.centre.url)
        pair.publish(tmp_path)
        file = write_visits(tmp_path / "visits.csv", journey.rows)
        deliver_through_kills(pair, str(file), journey)
        send_through_kills(pair, journey)
        found = agreed(pair)
        batches = -(-journey.rows // journey.batch_rows)
        assert (found.rows, found.accepted, found.receipts) == (journey.rows, journey.rows, batches + 1)
        kills = f"centre killed {len(journey.centre)}, node {len(journey.node) + journey.delivering} times"
        print(f"\n{found.rows:,} rows, {found.receipts} receipts, {kills}, {time.monotonic() - began:.0f} s, "
              f"sha256 {found.checksum[:16]}… at both ends")  # fmt: skip


def deliver_through_kills(pair: Pair, file: str, journey: Journey) -> None:
    """The same command again, as whoever sits there would give it."""
    words = ("node", "deliver", RESOURCE, file, "--batch-rows", str(journey.batch_rows))
    chance = random.Random(SEED)
    for _n in range(journey.delivering):
        process = pair.node.start(*words)
        pair.wait(partial(begun, pair, process))
        time.sleep(chance.uniform(0.0, 1.0))
        kill(process)
    pair.node.run(*words)


def begun(pair: Pair, process: Any) -> bool:
    return process.poll() is not None or bool(ask(pair.node, "select 1 from exchange_delivery"))


def send_through_kills(pair: Pair, journey: Journey) -> None:
    """Each kill comes when so many batches are through and another is on its way."""
    chance = random.Random(SEED)
    plan = sorted([(at, "centre") for at in journey.centre] + [(at, "node") for at in journey.node])
    size = ("--batch-rows", str(journey.batch_rows))
    pair.run_node(*size)
    for at, which in plan:
        pair.wait(lambda at=at: pair.sent() >= at)
        time.sleep(chance.uniform(0.0, 0.4))
        pair.kill(which)
        if which == "centre":
            pair.serve()
        else:
            pair.run_node(*size)
    batches = -(-journey.rows // journey.batch_rows)
    pair.wait(lambda: pair.sent() == batches, seconds=900)


def test_a_node_answers_for_itself_while_the_centre_is_away(tmp_path):
    with two_homes(tmp_path) as pair:
        pair.join(pair.centre.url)
        pair.publish(tmp_path)
        pair.kill("centre")
        pair.node.run("node", "deliver", RESOURCE, str(write_visits(tmp_path / "visits.csv", 500)))
        away = pair.node.run("node", "run", "--once", check=False)
        assert away.returncode == 1
        assert "连不上上级" in away.stderr
        status = pair.node.run("node", "status").stdout
        assert "1 批" in status
        served = pair.node.start("node", "run", "--port", str(pair.node.port))
        try:
            pair.node.wait_until_up(served)
        finally:
            kill(served, pair.node.home)
        pair.serve()
        pair.node.run("node", "run", "--once")
        assert agreed(pair).rows == 500
