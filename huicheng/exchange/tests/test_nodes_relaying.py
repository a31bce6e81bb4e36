"""What a centre asks a node may lie below that node: the question goes on, its answer comes back, and nobody else has it.

This home is the district and, over the line, its own city; the street below is played, with a key of its own.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.asking import admit, ask_admitted
from huicheng.exchange.evidence.finding import readings_of
from huicheng.exchange.evidence.sets import key_of, packed
from huicheng.exchange.nodes import asking
from huicheng.exchange.nodes.calling import own_key
from huicheng.exchange.nodes.inviting import redeem
from huicheng.exchange.nodes.models import Centre, Node, Question, Stream
from huicheng.exchange.nodes.papers import hash_of
from huicheng.exchange.policy import Bounds, GrantAbove
from huicheng.exchange.tests.nodetown import VISITS, invited
from huicheng.exchange.tests.program import Program
from huicheng.exchange.tests.test_nodes_asking import BUREAU, PEOPLE, PURPOSE, SQL, granted, number_of
from huicheng.exchange.tests.town import LIN, ZHOU
from huicheng.ground.api import events, signed

ROWS = [{"number": "V1", "id_number": "2101**********0028"}]


@dataclass
class Street:
    """A node below that says what it is told to say."""

    row: Node
    home: Path
    monkeypatch: pytest.MonkeyPatch
    asked: list[dict[str, Any]] = field(default_factory=list)

    def says(self, question: Mapping[str, Any], rows: list[dict[str, Any]] | None, **more: Any) -> None:
        data = ipc(rows) if rows is not None else b""
        subjects = more.pop("subjects", b"")
        told = {
            "kind": "answer", "question": question["id"], "asked": hash_of(question), "node": self.row.id, "reason": "",
            "outcome": "answered" if rows is not None else "refused", "rows": len(rows or []), "reading": None,
            "sha256": hashlib.sha256(data).hexdigest(), "below": None, "at": question["at"], "sets": [],
        }  # fmt: skip
        with self.monkeypatch.context() as elsewhere:
            elsewhere.setenv("HUICHENG_HOME", str(self.home))
            reply = signed(told | more)
        asking.answered(self.row, reply, data, subjects)

    def heard(self) -> dict[str, Any]:
        (one,) = asking.waiting_for(self.row)
        document: dict[str, Any] = one["document"]
        return document


def ipc(rows: list[dict[str, Any]]) -> bytes:
    table, sink = pa.Table.from_pylist(rows), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


@pytest.fixture
def street(
    transactional_db: Any, live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Street:
    """Forty visits lie at the street alone; district and city know their entry."""
    exchange.join_centre(live_server.url, invited(level="district", division="210102"))
    exchange.offer_resource(PEOPLE, stays=True)
    exchange.node_pass()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("HUICHENG_HOME", str(tmp_path / "street"))
        pem = own_key().pem
    number = redeem(invited(level="street", division="210102001", title="浑河湾街道"), pem)["node"]
    row = Node.objects.get(id=number)
    Stream.objects.create(node=row, resource="visits", hash="0" * 64, stays=True)
    return Street(row, tmp_path / "street", monkeypatch)


def asked(**how: Any) -> str:
    return exchange.ask_node(Centre.objects.get().node, SQL, ZHOU, purpose=PURPOSE, **how)


def test_a_question_goes_on_down_and_its_answer_comes_up_with_every_signature(street):
    granted()
    question = asked()
    exchange.node_pass()
    assert exchange.node_answer(question, ZHOU).state == "waiting"
    street.says(street.heard(), ROWS)
    exchange.node_pass()
    found = exchange.node_answer(question, ZHOU)
    assert found.table.to_pylist() == ROWS
    assert found.road == (Centre.objects.get().node, street.row.id)
    assert len(events(kind="exchange.NodeAsked")) == len(events(kind="exchange.NodeAnswered")) == 2


def test_what_goes_down_is_what_was_decided_and_on_which_grant(street):
    grant = granted()
    asked()
    exchange.node_pass()
    above, below = (row.asked["document"] for row in Question.objects.order_by("asked_at"))
    assert below["within"]["raw.visits"]["columns"] == {"number": "plain", "id_number": "masked"}
    assert below["grants"]["raw.visits"]["id"] == grant.id
    assert below["actor"] == above["actor"] == ZHOU.as_dict()
    assert below["above"]["asked"] == hash_of(above)
    assert below["expires"] == above["expires"]


def test_it_goes_down_once_however_often_it_is_fetched(street):
    granted()
    asked()
    for _time in range(3):
        exchange.node_pass()
    assert len(asking.waiting_for(street.row)) == 1


def test_a_silent_street_holds_up_no_other_question(street, tmp_path):
    granted()
    waits = [asked() for _n in range(21)]
    exchange.offer_resource(replace(VISITS, code="calls", title="来电登记信息"), stays=True)
    path = tmp_path / "calls.csv"
    path.write_text("登记号,人数\nC1,2\n", encoding="utf-8")
    exchange.deliver("calls", path, actor=BUREAU)
    exchange.node_pass()
    node = Centre.objects.get().node
    other = exchange.ask_node(node, "SELECT number FROM raw.calls", ZHOU, purpose=PURPOSE)
    exchange.node_pass()
    assert exchange.node_answer(other, ZHOU).state == "answered"
    assert {exchange.node_answer(one, ZHOU).state for one in waits} == {"waiting"}


def test_a_refusal_below_comes_up_in_its_words(street):
    granted()
    question = asked()
    exchange.node_pass()
    street.says(street.heard(), None, reason="没有授权。")
    exchange.node_pass()
    found = exchange.node_answer(question, ZHOU)
    assert (found.state, found.table) == ("refused", None)
    assert "浑河湾街道" in found.reason
    assert "没有授权。" in found.reason


def test_a_street_that_was_shut_out_meanwhile_is_said_to_be(street):
    granted()
    question = asked()
    exchange.node_pass()
    Node.objects.filter(id=street.row.id).update(revoked_at=timezone.now())
    exchange.node_pass()
    assert "停用" in exchange.node_answer(question, ZHOU).reason


def test_on_the_way_nobody_is_handed_anything_not_even_who_has_the_askers_number(street):
    granted()
    question = asked()
    exchange.node_pass()
    street.says(street.heard(), ROWS)
    passed_on = Question.objects.get(above=question)
    with pytest.raises(exchange.NotYourQuestion):
        exchange.node_answer(passed_on.id, ZHOU)
    exchange.node_pass()
    passed_on.refresh_from_db()
    assert (passed_on.rows, passed_on.subjects) == (None, None)


def test_whom_it_is_about_finds_it_where_it_was_asked(street):
    granted()
    asked()
    exchange.node_pass()
    heard = street.heard()
    subjects = packed(np.array([key_of(number_of(7), heard["salt"])], np.uint64))
    reading = {
        "versions": {"raw.visits": 0},
        "rule": "rows",
        "answer": "",
        "subjects": hashlib.sha256(subjects).hexdigest(),
    }
    street.says(heard, ROWS, reading=reading, subjects=subjects)
    exchange.node_pass()
    told = [part for one in readings_of([number_of(7)]) for part in one.parts if part.get("node")]
    assert [(part["node"], part["rows"]) for part in told] == [(Centre.objects.get().node, 1)]


def test_what_lies_at_two_streets_is_asked_of_the_one_that_is_meant(street):
    granted()
    other = Node.objects.create(
        id="N0000000002", department="minzheng", title="另一街道", level="street", fingerprint="x"
    )
    Stream.objects.create(node=other, resource="visits", hash="0" * 64, stays=True)
    question = asked()
    exchange.node_pass()
    assert "不止一处" in exchange.node_answer(question, ZHOU).reason
    Node.objects.filter(id=Centre.objects.get().node).update(below=[{"id": "Nfar", "below": []}])
    Node.objects.filter(id=other.id).update(below=[])
    exchange.ask_node("Nfar", SQL, ZHOU, purpose=PURPOSE)
    assert Question.objects.latest("asked_at").asked["document"]["for"] == "Nfar"


def test_a_level_is_invited_below_its_own_and_within_its_division(street):
    for level, division in (("district", "210103"), ("street", "210103001")):
        with pytest.raises(exchange.WrongInvitation):
            invited(level=level, division=division)
    assert invited(level="community", division="210102001002")


def test_a_program_asks_and_fetches_the_answer_when_it_has_come_up(street):
    granted()
    program, node = Program("gongan", "read"), Centre.objects.get().node
    put = program.post(f"nodes/{node}/question", {"sql": SQL}, purpose=PURPOSE)
    question = json.loads(put.content)["question"]
    assert put.status_code == 202
    exchange.node_pass()
    street.says(street.heard(), ROWS)
    exchange.node_pass()
    told = json.loads(program.get(f"nodes/questions/{question}").content)
    assert (told["state"], told["rows"], told["road"]) == ("answered", ROWS, [node, street.row.id])
    assert Program("weijian", "read").post(f"nodes/{node}/question", {"sql": SQL}).status_code == 403


def bounds(*, days: int = 1) -> dict[str, Bounds]:
    grant = GrantAbove("G00000077", timezone.now() + timedelta(days=days))
    return {"raw.visits": Bounds({"number": "plain", "id_number": "masked"}, grant=grant)}


def rows_under(within: dict[str, Bounds]) -> list[dict[str, Any]]:
    return ask_admitted(SQL, ZHOU, PURPOSE, admit(SQL, ZHOU, PURPOSE, within=within)).table.to_pylist()


@pytest.fixture
def visits(street: Street, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(f"登记号,人数,证件号码\nV1,2,{number_of(1)}\n", encoding="utf-8")
    exchange.deliver("visits", path, actor=BUREAU)


@pytest.mark.usefixtures("visits")
def test_a_grant_of_the_centre_counts_at_the_node_and_stands_in_its_receipt():
    assert rows_under(bounds())[0]["id_number"] == "2101**************"
    (told,) = events(kind="exchange.QuestionAsked")[:1]
    table = told.data["signed"]["document"]["reads"][0]["tables"]["raw.visits"]
    assert (table["ground"], table["grant_above"], table["masked"]) == (
        "上级的授权",
        "G00000077",
        ["id_number"],
    )


@pytest.mark.usefixtures("visits")
def test_without_one_or_when_it_has_ended_the_node_shows_nothing():
    for within in ({"raw.visits": Bounds({"number": "plain"})}, bounds(days=-1)):
        with pytest.raises(exchange.AccessDenied):
            admit(SQL, ZHOU, PURPOSE, within=within)


@pytest.mark.usefixtures("visits")
def test_what_the_node_shares_with_nobody_no_grant_from_above_opens():
    assert len(rows_under(bounds())) == 1
    exchange.offer_resource(replace(PEOPLE, share="none", share_basis="《某法》第一条"), stays=True)
    with pytest.raises(exchange.AccessDenied):
        rows_under(bounds())


@pytest.mark.usefixtures("visits")
def test_a_grant_that_the_node_itself_took_back_is_not_given_back_from_above():
    one = granted()
    exchange.revoke_grant(one.id, LIN, reason="用途结束")
    with pytest.raises(exchange.GrantRevoked):
        rows_under(bounds())
