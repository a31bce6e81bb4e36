"""The outbox, and questions to a node. One home is node and centre at once here: the line between is a real one."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange.nodes import cutting, outbox
from huicheng.exchange.nodes.asking import answered, waiting_for
from huicheng.exchange.nodes.models import Centre, Node, Outgoing, Question
from huicheng.exchange.nodes.problems import DamagedBatch, ForgedReceipt, NotInYourSlice
from huicheng.exchange.tests.nodetown import VISITS, invited
from huicheng.exchange.tests.twelve import WANG, ZHAO
from huicheng.ground.api import events, signed, system_actor

PEOPLE = replace(
    VISITS, erasure="满三年删除", fields=(*VISITS.fields, exchange.Field("name", "姓名", "person_name", sensitivity="personal"))
)  # fmt: skip
BUREAU = system_actor("test")


@pytest.fixture
def node(transactional_db: Any, live_server: Any) -> str:
    exchange.join_centre(live_server.url, invited())
    return Centre.objects.get().node


def visits(tmp_path: Path, rows: int) -> Path:
    path = tmp_path / "visits.csv"
    lines = [f"V{n:05d},{n % 9},欧阳雪晴" for n in range(rows)]
    path.write_text("\n".join(["登记号,人数,姓名", *lines]), encoding="utf-8")
    return path


@pytest.fixture
def offered(node: str, tmp_path: Path) -> str:
    """Published, its rows to stay; forty of them delivered at the node."""
    exchange.offer_resource(PEOPLE, stays=True)
    exchange.node_pass()
    exchange.deliver("visits", visits(tmp_path, 40), actor=BUREAU)
    return node


def ask(node: str, sql: str, actor: Any = ZHAO) -> exchange.NodeAnswer:
    question = exchange.ask_node(node, sql, actor, purpose="核对来访")
    exchange.node_pass()
    return exchange.node_answer(question, actor)


def test_rows_that_stay_are_not_cut(offered):
    assert exchange.fill_outbox() == 0
    assert exchange.node_status().waiting.uncut == 0


def test_a_question_is_answered_masked_with_a_receipt_at_both_ends(offered):
    found = ask(offered, "SELECT number, name FROM raw.visits WHERE number = 'V00001'")
    assert found.table.to_pylist() == [{"number": "V00001", "name": "欧***"}]
    kinds = {one.kind for one in events(limit=30)}
    assert {
        "exchange.NodeAsked",
        "exchange.QuestionAsked",
        "exchange.CentreAnswered",
        "exchange.NodeAnswered",
    } <= kinds


def test_neither_the_answer_nor_the_words_of_the_question_stand_in_an_event(offered):
    ask(offered, "SELECT number FROM raw.visits WHERE number = 'V00001'")
    told = json.dumps([one.data for one in events(limit=30)], ensure_ascii=False)
    assert "欧阳雪晴" not in told
    assert "V00001" not in told


def test_a_question_that_the_engine_refuses_comes_back_with_its_reason(offered):
    found = ask(offered, "SELECT nothing FROM raw.visits")
    assert (found.state, found.table) == ("refused", None)
    assert found.reason


def test_an_answer_of_too_many_rows_is_refused(offered, monkeypatch):
    monkeypatch.setattr("huicheng.exchange.nodes.replying.MOST_ROWS", 39)
    assert "39" in ask(offered, "SELECT number FROM raw.visits").reason


def test_who_may_not_read_may_not_ask(offered):
    stranger = replace(ZHAO, id="account:9", department="tiyu", duties=frozenset({"deliver"}))
    with pytest.raises(exchange.AccessDenied):
        exchange.ask_node(offered, "SELECT name FROM raw.visits", stranger, purpose="好奇")
    with pytest.raises(exchange.AccessDenied):
        exchange.ask_node(offered, "SELECT name FROM raw.visits", WANG, purpose="好奇")


def test_the_platform_itself_may_not_ask(offered):
    with pytest.raises(exchange.NodeProblem, match="平台自身不可以"):
        exchange.ask_node(offered, "SELECT name FROM raw.visits", BUREAU, purpose="核对")


def test_what_a_node_never_published_is_not_asked_of_it(offered):
    with pytest.raises(exchange.NodeProblem, match="没有发布"):
        exchange.ask_node(offered, "SELECT * FROM raw.police_households", ZHAO, purpose="核对")


def test_another_may_not_fetch_the_answer(offered):
    question = exchange.ask_node(offered, "SELECT number FROM raw.visits", ZHAO, purpose="核对")
    with pytest.raises(exchange.NodeProblem):
        exchange.node_answer(question, WANG)


def test_an_altered_answer_is_refused(offered):
    exchange.ask_node(offered, "SELECT number FROM raw.visits", ZHAO, purpose="核对")
    row, asked = Node.objects.get(), Question.objects.get()
    reply = signed({"kind": "answer", "question": asked.id, "outcome": "answered"})
    with pytest.raises(ForgedReceipt):
        answered(row, {**reply, "document": {**reply["document"], "outcome": "refused"}}, b"")
    assert waiting_for(row)


def test_another_bureaus_resource_is_not_published_here(node):
    with pytest.raises(NotInYourSlice):
        exchange.offer_resource(replace(VISITS, owner="gongan"))


@pytest.fixture
def cut(node: str, tmp_path: Path) -> list[Outgoing]:
    exchange.offer_resource(PEOPLE)
    exchange.node_pass()
    exchange.deliver("visits", visits(tmp_path, 100), actor=BUREAU)
    assert exchange.fill_outbox(batch_rows=30) == 4
    return list(Outgoing.objects.exclude(delivery="").order_by("seq"))


def place(batch: Outgoing) -> Path:
    return cutting.outbox() / cutting.name_of(batch.resource, batch.seq)


def test_a_delivery_is_cut_once_into_a_chain(cut):
    assert [one.manifest["rows"] for one in cut] == [30, 30, 30, 10]
    assert [one.manifest["previous"] for one in cut[1:]] == [one.hash for one in cut[:-1]]
    assert exchange.fill_outbox(batch_rows=30) == 0


@pytest.mark.parametrize("number", [0, 2, 3])
def test_a_damaged_file_is_cut_again_to_the_same_bytes(cut, number):
    whole = place(cut[number]).read_bytes()
    place(cut[number]).write_bytes(whole[:100])
    assert outbox.file_of(cut[number]).read_bytes() == whole


def test_a_file_that_cannot_be_made_again_is_named(cut):
    place(cut[0]).unlink()
    Outgoing.objects.filter(id=cut[0].id).update(manifest={**cut[0].manifest, "sha256": "0" * 64})
    with pytest.raises(DamagedBatch):
        outbox.file_of(Outgoing.objects.get(id=cut[0].id))


def test_a_receipt_of_another_centre_is_refused(cut, monkeypatch):
    Centre.objects.update(keys=[])
    sent = exchange.node_pass()
    assert "签名不是" in sent.problems["visits"]
    assert exchange.node_status().waiting.batches == 4


def test_a_later_key_of_the_centre_is_trusted_by_its_whole_fingerprint(cut):
    [key] = Centre.objects.get().keys
    Centre.objects.update(keys=[])
    with pytest.raises(exchange.NodeProblem):
        exchange.trust_centre_key(key["fingerprint"][:16])
    assert exchange.trust_centre_key(key["fingerprint"].upper()) == key["key"]
    assert not exchange.node_pass().problems


def test_receipts_are_kept_and_files_let_go(cut):
    exchange.node_pass()
    assert all(
        one.receipt["document"]["outcome"] == "accepted" for one in Outgoing.objects.exclude(delivery="")
    )
    assert not [path for path in cutting.outbox().iterdir() if path.is_file()]
    assert exchange.node_status().resources[0].accepted == 100
