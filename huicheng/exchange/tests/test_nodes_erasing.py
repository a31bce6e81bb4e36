"""Who was erased comes back from nowhere between a node and its centre: outbox, inbox, what is held, what is late."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.landing import kept_at
from huicheng.exchange.models import Delivery
from huicheng.exchange.nodes import cutting, inbox, outbox
from huicheng.exchange.nodes.models import Outgoing
from huicheng.exchange.tests.nodetown import VISITS, parquet, published, rows_of, sender  # noqa: F401
from huicheng.exchange.tests.test_nodes_outbox import BUREAU, PEOPLE, node, visits  # noqa: F401
from huicheng.ground.api import acting_as, deliver_news, events, seal

KEYED = replace(VISITS, erasure="满三年删除", key=("number",))
GONE, STAYS = {"number": "V77777777", "people": 3}, {"number": "V2", "people": 1}


def erase(number: str) -> None:
    with acting_as(BUREAU):
        exchange.erase("visits", [{"number": number}])
    seal()
    deliver_news()


def in_outbox() -> list[list[str]]:
    paths = [
        cutting.outbox() / cutting.name_of(one.resource, one.seq) for one in outbox.unsent() if one.delivery
    ]
    return [pq.read_table(path)["number"].to_pylist() for path in paths if path.exists()]


@pytest.fixture
def waiting(node: str, tmp_path: Path) -> str:  # noqa: F811
    """Forty rows in two batches, the first of which was announced when the line broke."""
    exchange.offer_resource(replace(PEOPLE, key=("number",), mode="upsert"))
    exchange.node_pass()
    exchange.deliver("visits", visits(tmp_path, 40), actor=BUREAU)
    exchange.fill_outbox(batch_rows=30)
    return node


@pytest.mark.parametrize("place", [7, 35])
def test_a_batch_that_waits_to_be_sent_holds_nobody_who_was_erased(waiting, place):
    number = f"V{place:05d}"
    assert [number in rows for rows in in_outbox()] == [place < 30, place >= 30]
    erase(number)
    assert [len(rows) for rows in in_outbox()] == [29 + (place >= 30), 9 + (place < 30)]
    done = exchange.node_pass()
    assert Outgoing.objects.filter(sent_at=None).count() == 0, done
    assert {one.outcome for one in Outgoing.objects.exclude(delivery="")} == {"accepted"}
    assert number not in {row["number"] for row in rows_of()}
    assert len(rows_of()) == 39
    assert events(kind="exchange.BatchesRenewed")[0].data == {
        "resource": "visits",
        "batches": 2 - place // 30,
    }


def test_a_batch_whose_receipt_was_lost_is_not_sent_again_under_another_seal(waiting, monkeypatch):
    with monkeypatch.context() as line:
        line.setattr(outbox, "acknowledge", broken)
        with pytest.raises(ConnectionError):
            exchange.node_pass()
    erase("V00007")
    exchange.node_pass()
    assert Outgoing.objects.filter(sent_at=None).count() == 0
    assert set(Outgoing.objects.values_list("outcome", flat=True)) <= {"accepted", "published"}


def broken(*_given: Any) -> None:
    raise ConnectionError("the line broke")


def test_killed_between_erasing_and_sending_the_outbox_goes_on(waiting):
    erase("V00007")
    deliver_news()
    outbox.forget("visits")
    assert [len(rows) for rows in in_outbox()] == [29, 10]
    exchange.node_pass()
    assert len(rows_of()) == 39


def test_rows_that_waited_in_the_inbox_come_again_without_whom_was_erased(published):  # noqa: F811
    published.publish(KEYED)
    body = parquet([GONE, STAYS], "1/1")
    manifest = published.manifest(body, rows=2)
    published.announce(manifest)
    published.pour(manifest, body)
    erase(GONE["number"])
    assert published.deliver(manifest, body).status_code == 200
    assert rows_of() == [STAYS]
    assert not any(kept_at(one.landing) for one in Delivery.objects.all())


def stamped(rows: list[dict[str, Any]], at: Any) -> bytes:
    table = pq.read_table(io.BytesIO(parquet(rows, "1/1")))
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({cutting.RECEIVED: at.isoformat()}), sink)
    return sink.getvalue()


@pytest.mark.parametrize(("hours", "left"), [(-1, [STAYS]), (1, [STAYS, GONE])], ids=["before", "after"])
def test_what_was_delivered_at_the_node_before_the_erasure_brings_nobody_back(published, hours, left):  # noqa: F811
    published.publish(KEYED)
    erase(GONE["number"])
    body = stamped([GONE, STAYS], timezone.now() + timedelta(hours=hours))
    assert published.deliver(published.manifest(body, rows=2), body).status_code == 200
    assert rows_of() == left


@pytest.mark.parametrize("said", ["", "yesterday", "2020-01-01"])
def test_a_batch_that_does_not_say_when_it_was_delivered_counts_from_its_announcement(tmp_path, said):
    path = tmp_path / "batch"
    table = pq.read_table(io.BytesIO(parquet([STAYS], "1/1"))).replace_schema_metadata(
        {cutting.RECEIVED: said}
    )
    pq.write_table(table, path)
    assert cutting.received_of(path) is None


def test_what_came_of_a_batch_that_was_signed_anew_goes(published):  # noqa: F811
    published.publish(KEYED)
    first, second = parquet([GONE, STAYS], "1/1"), parquet([STAYS], "1/1")
    before = published.manifest(first, rows=2)
    published.announce(before)
    published.pour(before, first)
    published.announce(published.manifest(second, rows=1))
    assert len(inbox._files("visits")) == 0
    assert published.deliver(published.manifest(second, rows=1), second).status_code == 200
    assert rows_of() == [STAYS]


@pytest.mark.django_db(transaction=True)
def test_a_held_delivery_of_before_is_not_confirmed_and_says_why(tmp_path):
    path = tmp_path / "visits.csv"
    with acting_as(BUREAU):
        exchange.declare(replace(VISITS, erasure="满三年删除", mode="replace"), by_pack=False)
        path.write_text("登记号,人数\nV1,1\nV2,2\nV3,3\nV4,4\n", encoding="utf-8")
        exchange.deliver("visits", path)
        path.write_text("登记号,人数\nV4,4\n", encoding="utf-8")
        with pytest.raises(exchange.NeedsConfirmation) as held:
            exchange.deliver("visits", path)
        exchange.erase("visits", [{"number": "V4"}])
        with pytest.raises(exchange.BrokenFile, match="原件已不在"):
            exchange.confirm(held.value.receipt.id)
        exchange.withdraw(held.value.receipt.id)
