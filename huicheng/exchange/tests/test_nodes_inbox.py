"""What the centre takes and what it refuses, each refusal by its name and with its audit row."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.nodes import inbox, signing, taking
from huicheng.exchange.nodes.calling import own_key
from huicheng.exchange.nodes.inviting import redeem
from huicheng.exchange.nodes.models import Batch, Node
from huicheng.exchange.tests.nodetown import VISITS, Sender, invited, parquet, refusals, rows_of
from huicheng.exchange.tests.twelve import ZHAO
from huicheng.ground.api import canonical, check_proof, events, proof, public_keys, seal, sign

WANG, LI = {"number": "V1", "people": 2}, {"number": "V2", "people": 3}


def refused(answer, name, status):
    told = answer.json()
    assert (told["error"], answer.status_code) == (name, status)
    assert told["message"]
    assert name in refusals()


def test_a_batch_is_delivered_and_its_receipt_is_signed_and_in_the_chain(published):
    body = parquet([WANG], "1/1")
    document = published.deliver(published.manifest(body, rows=1), body).json()["receipt"]["document"]
    assert (document["outcome"], document["accepted"], document["seq"]) == ("accepted", 1, 2)
    assert rows_of() == [WANG]
    seal()
    event = next(one for one in events(kind="exchange.BatchTaken") if one.data["seq"] == 2)
    assert (
        check_proof(proof(event.id), keys=[one.pem for one in public_keys()]).document["sha256"]
        == document["sha256"]
    )


def test_a_batch_sent_again_is_the_same_receipt_and_no_new_row(published):
    body = parquet([WANG], "1/1")
    manifest = published.manifest(body, rows=1)
    first = published.deliver(manifest, body).json()["receipt"]
    again = published.announce(manifest).json()
    assert again == {"state": "taken", "receipt": first}
    assert published.take(manifest).json()["receipt"] == first
    assert rows_of() == [WANG]


def test_bytes_go_on_from_where_they_stopped(published):
    body = parquet([WANG], "1/1")
    manifest = published.manifest(body, rows=1)
    published.announce(manifest)
    published.pour(manifest, body[:100])
    assert published.announce(manifest).json()["offset"] == 100
    wrong = published.pour(manifest, body[50:], offset=50)
    assert (wrong.json()["error"], wrong.json()["offset"]) == ("wrong_offset", 100)
    published.pour(manifest, body[100:], offset=100)
    assert published.take(manifest).json()["state"] == "taken"


def test_a_kill_between_delivery_and_receipt_loses_and_repeats_nothing(published, monkeypatch):
    body = parquet([WANG], "1/1")
    manifest = published.manifest(body, rows=1)
    published.announce(manifest)
    published.pour(manifest, body)
    with monkeypatch.context() as cut:
        cut.setattr(taking, "_acknowledge", lambda *given: 1 / 0)
        assert published.take(manifest).status_code == 503
    assert Batch.objects.get(seq=2).state == Batch.ANNOUNCED
    assert published.take(manifest).json()["receipt"]["document"]["accepted"] == 1
    assert rows_of() == [WANG]
    assert len(exchange.receipts(resource="visits")) == 1


def test_equal_rows_in_two_batches_are_two_rows(published):
    for mark in ("1/2", "2/2"):
        body = parquet([WANG], mark)
        published.deliver(published.manifest(body, rows=1), body)
    assert rows_of() == [WANG, WANG]


def test_a_gap_is_named(published):
    body = parquet([WANG], "1/1")
    answer = published.announce(published.manifest(body, seq=4))
    refused(answer, "missing_batch", 409)
    assert answer.json()["expected"] == 2


def test_a_batch_out_of_order_is_named(published):
    refused(published.announce(published.manifest(b"x", previous="7" * 64)), "reordered_batch", 409)


def test_another_content_under_a_taken_number_is_named(published):
    refused(published.announce(published.manifest(b"other", seq=1)), "replayed_batch", 409)


def test_a_taken_content_under_a_new_number_is_named(published):
    body = parquet([WANG], "1/1")
    published.deliver(published.manifest(body, rows=1), body)
    refused(published.announce(published.manifest(body, rows=1)), "replayed_batch", 409)
    assert rows_of() == [WANG]


def test_an_altered_manifest_is_named(published):
    signature = sign(published.manifest(b"these").bytes).value
    refused(published.announce(published.manifest(b"those"), signature=signature), "tampered_batch", 400)


def test_altered_bytes_are_thrown_away_and_may_come_again(published):
    body = parquet([WANG], "1/1")
    manifest = published.manifest(body, rows=1)
    published.announce(manifest)
    published.pour(manifest, body[:-1] + b"?")
    refused(published.take(manifest), "tampered_batch", 400)
    assert published.announce(manifest).json()["offset"] == 0
    assert published.deliver(manifest, body).json()["receipt"]["document"]["accepted"] == 1


def test_a_body_altered_on_the_way_is_named(published):
    asked = signing.Request("POST", "/api/nodes/heartbeat", "", b"{}")
    headers = signing.signed_headers(asked, node=published.node, algorithm="Ed25519")
    refused(published.call("POST", "heartbeat", sent=b'{"a": 1}', headers=headers), "tampered_body", 400)


def test_the_same_request_twice_is_named(published):
    asked = signing.Request("POST", "/api/nodes/heartbeat", "", b"{}")
    headers = signing.signed_headers(asked, node=published.node, algorithm="Ed25519")
    assert published.call("POST", "heartbeat", headers=headers).status_code == 200
    refused(published.call("POST", "heartbeat", headers=headers), "replayed_request", 409)


def test_anothers_key_under_a_joined_nodes_number_is_named(published, monkeypatch, tmp_path):
    """Of the very same kind, and made by the same program in another home."""
    with monkeypatch.context() as abroad:
        abroad.setenv("HUICHENG_HOME", str(tmp_path / "another"))
        asked = signing.Request("POST", "/api/nodes/heartbeat", "", b"{}")
        headers = signing.signed_headers(asked, node=published.node, algorithm="Ed25519")
    refused(published.call("POST", "heartbeat", headers=headers), "bad_signature", 401)
    assert published.call("POST", "heartbeat").status_code == 200


def test_another_kind_of_signature_than_the_node_joined_with_is_named(published, monkeypatch):
    monkeypatch.setenv("HUICHENG_SIGNING", "sm2")
    refused(published.call("POST", "heartbeat"), "bad_signature", 401)


def test_a_signature_moved_to_another_place_is_named(published):
    asked = signing.Request("POST", "/api/nodes/heartbeat", "", b"{}")
    headers = signing.signed_headers(asked, node=published.node, algorithm="Ed25519")
    refused(published.call("POST", "batches/take", headers=headers), "bad_signature", 401)


def test_a_node_that_never_joined_is_named(transactional_db):
    refused(Sender("N0123456789").call("POST", "heartbeat"), "unknown_node", 401)


def test_an_unsigned_request_is_named(client, transactional_db):
    refused(client.post("/api/nodes/heartbeat", {}, content_type="application/json"), "bad_signature", 401)


def test_a_revoked_node_is_named_and_told_why(published):
    exchange.revoke_node(published.node, actor=ZHAO, why="机房撤销")
    answer = published.call("POST", "heartbeat")
    refused(answer, "revoked_node", 403)
    assert "机房撤销" in answer.json()["message"]


@pytest.mark.parametrize("off", [-3600, 3600])
def test_a_clock_that_is_off_is_refused_with_both_times(published, monkeypatch, off):
    now = time.time()
    asked = signing.Request("POST", "/api/nodes/heartbeat", "", b"{}")
    with monkeypatch.context() as clock:
        clock.setattr(time, "time", lambda: now + off)
        headers = signing.signed_headers(asked, node=published.node, algorithm="Ed25519")
    answer = published.call("POST", "heartbeat", headers=headers)
    refused(answer, "clock_skew", 401)
    assert {"node_clock", "centre_clock"} <= set(answer.json())
    assert answer.json()["node_clock"] in answer.json()["message"]


def test_a_full_disk_is_named_and_leaves_what_was_there(published, monkeypatch):
    body = parquet([WANG], "1/1")
    manifest = published.manifest(body, rows=1)
    published.announce(manifest)
    published.pour(manifest, body[:100])

    def full(handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(inbox.os, "fsync", full)
        refused(published.pour(manifest, body[100:], offset=100), "no_room", 507)
    assert published.announce(manifest).json()["offset"] == 100


def test_rows_of_anothers_resource_are_refused(sender):
    document = sender.publish(exchange.Resource.from_dict({**VISITS.as_dict(), "owner": "gongan"})).json()
    assert document["receipt"]["document"]["outcome"] == "refused"
    assert "visits" not in {one.code for one in exchange.resources()}


@pytest.mark.parametrize("name", ["../../keys/x", "/tmp/x", "..", "a/b", "a\\0b", "", "x" * 200])
def test_a_resource_whose_name_leads_elsewhere_is_refused(sender, name):
    refused(sender.announce(sender.manifest(b"x", resource=name)), "malformed_request", 400)
    assert not Batch.objects.exists()


def test_strangers_of_many_names_fill_no_audit(transactional_db):
    for place in range(5):
        assert Sender(f"N{place:010}").call("POST", "heartbeat").status_code == 401
    assert len(events(kind="exchange.NodeRequestRefused")) == 1


def test_rows_before_their_entry_are_refused(sender):
    refused(sender.announce(sender.manifest(b"x")), "not_in_your_slice", 403)


def test_a_batch_of_bad_rows_is_a_receipt_that_says_so(published):
    body = b"no parquet at all"
    document = published.deliver(published.manifest(body, rows=1), body).json()["receipt"]["document"]
    assert document["outcome"] == "refused"
    assert "Parquet" in document["reason"]
    good = parquet([LI], "1/1")
    published.deliver(published.manifest(good, rows=1), good)
    assert rows_of() == [LI]


def test_without_trust_rows_wait_for_the_reviewer(transactional_db):
    sender = Sender(redeem(invited(trusted=False), own_key().pem)["node"])
    assert sender.publish().json()["receipt"]["document"]["outcome"] == "review"
    body = parquet([WANG], "1/1")
    manifest = sender.manifest(body, rows=1)
    waits = sender.deliver(manifest, body).json()
    assert (waits["error"], waits["again"]) == ("awaiting_review", True)
    exchange.approve("visits", ZHAO)
    assert sender.take(manifest).json()["receipt"]["document"]["accepted"] == 1


def test_a_resource_that_stays_takes_no_rows(sender):
    body = canonical(json.loads(json.dumps(VISITS.as_dict())))
    sender.deliver(sender.manifest(body, kind="entry", stays=True), body)
    rows = parquet([WANG], "1/1")
    refused(sender.deliver(sender.manifest(rows, rows=1), rows), "not_in_your_slice", 403)


@pytest.mark.parametrize("data", [[], {"manifest": {}}, {"manifest": 7, "signature": ""}, "text"])
def test_a_shapeless_request_is_named(published, data):
    refused(published.call("POST", "batches", data or [1]), "malformed_request", 400)


def test_a_refusal_is_written_down_once_a_minute(sender):
    for _n in range(5):
        sender.call("POST", "batches/take", {"resource": "visits"})
    assert refusals() == ["malformed_request"]


def test_a_heartbeat_is_what_the_desk_sees(published):
    said = {
        "version": "9.9",
        "disk_free": 7,
        "waiting_batches": 3,
        "waiting_bytes": 30,
        "problem": "",
        "below": [],
    }
    published.call("POST", "heartbeat", said)
    seen = exchange.node_list()[0]
    assert (seen.condition, seen.version, seen.waiting_batches, seen.resources) == ("live", "9.9", 3, 1)


def test_a_node_that_is_silent_is_away(published):
    Node.objects.update(seen_at=timezone.now() - timedelta(minutes=6))
    assert exchange.node_list()[0].condition == "away"
