"""What a node answers is the asker's alone, under his grant, for a time; and whom it is about can see that it was asked."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.asking import admit, ask_admitted
from huicheng.exchange.evidence.finding import readings_of
from huicheng.exchange.evidence.models import SetKey
from huicheng.exchange.evidence.reading import signed_64
from huicheng.exchange.evidence.sets import key_of
from huicheng.exchange.granting.door import used_of
from huicheng.exchange.nodes import asking, inbox, telling
from huicheng.exchange.nodes.asking import KEPT
from huicheng.exchange.nodes.jobs import tidy
from huicheng.exchange.nodes.models import Answered, Batch, Centre, Node, Question
from huicheng.exchange.policy import Bounds
from huicheng.exchange.tests.crowd import at_once
from huicheng.exchange.tests.nodetown import VISITS, Sender, invited, parquet, published, sender  # noqa: F401
from huicheng.exchange.tests.town import LIN, ZHOU, wanted
from huicheng.exchange.tests.twelve import ZHAO
from huicheng.ground.api import acting_as, deliver_news, events, home, seal, system_actor
from huicheng.lake import api as lake

BUREAU = system_actor("test")
PURPOSE = "核对来访"
PEOPLE = replace(
    VISITS, share="conditional", share_condition="依法履职需要", erasure="满三年删除", key=("number",),
    fields=(*VISITS.fields, exchange.Field("id_number", "证件号码", "person_id", sensitivity="personal")),
)  # fmt: skip
SQL = "SELECT number, id_number FROM raw.visits"


def number_of(place: int) -> str:
    digits = f"21010219600101{place + 1:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


@pytest.fixture
def node(transactional_db: Any, live_server: Any, tmp_path: Path) -> str:
    """One home is node and centre at once; forty visits whose rows stay."""
    exchange.join_centre(live_server.url, invited())
    exchange.offer_resource(PEOPLE, stays=True)
    exchange.node_pass()
    path = tmp_path / "visits.csv"
    lines = [f"V{n:05d},{n % 9},{number_of(n)}" for n in range(40)]
    path.write_text("\n".join(["登记号,人数,证件号码", *lines]), encoding="utf-8")
    exchange.deliver("visits", path, actor=BUREAU)
    return Centre.objects.get().node


def granted(terms: exchange.Terms | None = None, **how: Any) -> exchange.Grant:
    usual = {"columns": ("number", "id_number"), "plain": (), "purpose": PURPOSE}
    asked = exchange.request_access("visits", ZHOU, wanted(**(usual | how)))
    return exchange.grant(exchange.approve_application(asked.id, LIN, terms).grant)


def asked(node: str, sql: str = SQL, **how: Any) -> str:
    question = exchange.ask_node(node, sql, ZHOU, purpose=PURPOSE, **how)
    exchange.node_pass()
    return question


def refusals() -> list[str]:
    return [one.data["reason"] for one in events(kind="exchange.AccessRefused")]


def test_the_asker_is_handed_his_answer_and_each_time_leaves_a_line(node):
    granted()
    question = asked(node)
    assert len(exchange.node_answer(question, ZHOU).table) == 40
    assert len(exchange.node_answer(question, ZHOU).table) == 40
    assert len(events(kind="exchange.NodeAnswerRead")) == 2


def test_a_steward_who_did_not_ask_is_handed_nothing_and_is_written_down(node):
    granted()
    question = asked(node)
    for stranger in (ZHAO, BUREAU):
        with pytest.raises(exchange.NotYourQuestion):
            exchange.node_answer(question, stranger)
    assert refusals() == ["不是提问的人", "不是提问的人"]


def test_a_right_that_ended_meanwhile_opens_no_answer(node):
    grant = granted()
    question = asked(node)
    exchange.revoke_grant(grant.id, LIN, reason="用途结束")
    with pytest.raises(exchange.GrantRevoked):
        exchange.node_answer(question, ZHOU)
    assert refusals() == ["授权已撤销"]


def test_a_right_that_became_another_meanwhile_opens_no_answer(node):
    granted(plain=("id_number",))
    question = asked(node)
    granted()  # the newer one decides, and masks
    with pytest.raises(exchange.RightChanged):
        exchange.node_answer(question, ZHOU)
    assert refusals() == ["提问以后权限已变"]


def test_questions_to_a_node_count_by_the_minute(node):
    granted(exchange.Terms(per_minute=1))
    exchange.ask_node(node, SQL, ZHOU, purpose=PURPOSE)
    with pytest.raises(exchange.QuotaExceeded):
        exchange.ask_node(node, SQL, ZHOU, purpose=PURPOSE)
    assert refusals() == ["超出授权配额"]


def test_rows_of_a_node_count_by_the_day(node):
    """Forty are taken by the node's own policy, which is this home's too; the centre's forty are too many."""
    granted(exchange.Terms(rows_per_day=50))
    found = exchange.node_answer(asked(node), ZHOU)
    assert (found.state, found.table) == ("refused", None)
    assert "每天最多 50 行" in found.reason
    assert Question.objects.get().rows is None
    assert refusals() == ["超出授权配额"]


def test_an_answer_that_comes_twice_at_once_is_taken_once(node, monkeypatch):
    """Forty rows count for the node's own policy, which is this home's too, and forty for the centre's: once."""
    grant, sent = granted(), []
    with monkeypatch.context() as held:
        held.setattr(asking, "answered", lambda *given: sent.append(given))
        asked(node)
    gate, read_in = threading.Barrier(2), telling.read_in
    monkeypatch.setattr(telling, "read_in", lambda *given: (gate.wait(30), read_in(*given))[1])
    at_once([lambda: asking.answered(*sent[0])] * 2)
    assert [len(events(kind=f"exchange.{one}")) for one in ("NodeAnswered", "QuestionAsked")] == [1, 2]
    assert used_of(grant).rows == 80


def test_a_grant_that_asks_for_a_case_number_asks_it_here_too(node):
    granted(exchange.Terms(case_required=True))
    with pytest.raises(exchange.CaseNumberMissing):
        exchange.ask_node(node, SQL, ZHOU, purpose=PURPOSE)
    assert exchange.node_answer(asked(node, case="办2026-7"), ZHOU).state == "answered"


def test_a_grant_for_sums_asks_no_rows_of_a_node(node):
    granted(aggregate_only=True)
    with pytest.raises(exchange.OnlyAggregates):
        exchange.ask_node(node, SQL, ZHOU, purpose=PURPOSE)
    found = exchange.node_answer(asked(node, "SELECT count(*) AS n FROM raw.visits"), ZHOU)
    assert found.table.to_pylist() == [{"n": 40}]


def test_a_question_of_no_table_is_asked_of_nobody(node):
    with pytest.raises(exchange.NodeProblem, match="没有一张表"):
        exchange.ask_node(node, "SELECT 1", ZHOU, purpose=PURPOSE)


def test_a_node_shows_no_more_than_the_centre_lets_through(node):
    within = {"raw.visits": Bounds({"number": "plain"}, (exchange.Condition("number", "=", "V00003"),))}
    sql = "SELECT number FROM raw.visits"
    found = ask_admitted(sql, LIN, "查", admit(sql, LIN, "查", within=within))
    assert found.table.to_pylist() == [{"number": "V00003"}]
    with pytest.raises(lake.QuestionFailed):
        ask_admitted(SQL, LIN, "查", admit(SQL, LIN, "查", within=within))
    with pytest.raises(exchange.AccessDenied):
        admit(SQL, LIN, "查", within={"raw.visits": Bounds({})})


def test_whom_an_answer_is_about_finds_it_in_his_own_log(node):
    granted()
    asked(node, "SELECT number FROM raw.visits WHERE number = 'V00007'")
    told = [part for one in readings_of([number_of(7)]) for part in one.parts if part.get("node")]
    assert [(part["node"], part["rule"], part["rows"]) for part in told] == [(node, "rows", 1)]
    assert not [part for one in readings_of([number_of(8)]) for part in one.parts if part.get("node")]


def test_what_a_node_tells_is_keyed_for_the_centre_alone(node):
    granted()
    asked(node, "SELECT number FROM raw.visits WHERE number = 'V00007'")
    kept = set(SetKey.objects.values_list("key", flat=True))
    assert signed_64(key_of(number_of(7))) in kept  # its own receipt's
    assert len(kept) == 2


def test_words_and_answer_are_wiped_when_their_time_is_over_and_their_hashes_stay(node):
    granted()
    question = asked(node, "SELECT number FROM raw.visits WHERE number = 'V00007'")
    before = Question.objects.get()
    Question.objects.update(asked_at=timezone.now() - KEPT - timedelta(minutes=1))
    Answered.objects.update(at=timezone.now() - KEPT)
    assert {"questions": 1, "answers": 1}.items() <= tidy(None).items()
    row = Question.objects.get()
    assert "V00007" not in json.dumps(row.asked)
    assert (row.rows, row.answer) == (None, before.answer)
    assert row.asked["asked"] == before.answer["document"]["asked"]
    with pytest.raises(exchange.AnswerWiped):
        exchange.node_answer(question, ZHOU)
    assert events(kind="exchange.NodeAnswersWiped")[0].data["questions"] == 1


def everything() -> str:
    """All that lies in this home's files and in its tables, as text."""
    found = []
    for path in sorted(home().rglob("*")):
        if path.is_file():
            found += [path.name, path.read_bytes().decode(errors="replace")]
            found.append(str(pq.read_table(path).to_pylist()) if path.suffix in (".parquet", ".part") else "")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                found += [_text(value) for value in row]
    return "\n".join(found)


def _text(value: Any) -> str:
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)


def erase(place: int) -> None:
    with acting_as(BUREAU):
        exchange.erase("visits", [{"number": f"V{place:05d}"}])
    seal()
    deliver_news()


def test_an_erased_person_lies_nowhere_between_node_and_centre(node, tmp_path):
    granted(plain=("id_number",))
    question = asked(node, f"SELECT number, id_number FROM raw.visits WHERE id_number = '{number_of(7)}'")
    sql = f"SELECT count(*) AS n FROM raw.visits WHERE id_number = '{number_of(7)}'"
    waiting = exchange.ask_node(node, sql, ZHOU, purpose=PURPOSE)
    assert number_of(7) in everything()
    erase(7)
    assert number_of(7) not in everything()
    for one in (question, waiting):
        with pytest.raises(exchange.AnswerWiped):
            exchange.node_answer(one, ZHOU)
    exchange.node_pass()


def test_rows_that_wait_in_the_inbox_are_forgotten_and_sent_anew(published):  # noqa: F811
    spec = replace(VISITS, erasure="满三年删除", key=("number",))
    assert published.publish(spec).status_code == 200
    body = parquet([{"number": "V77777777", "people": 3}, {"number": "V2", "people": 1}], "1/1")
    manifest = published.manifest(body, rows=2)
    published.announce(manifest)
    published.pour(manifest, body)
    assert "V77777777" in everything()
    with acting_as(BUREAU):
        exchange.erase("visits", [{"number": "V77777777"}])
    seal()
    deliver_news()
    assert "V77777777" not in everything()
    assert published.announce(manifest).json() == {"state": "receiving", "offset": 0}
    assert published.deliver(manifest, body).status_code == 200


def test_tidying_takes_what_a_kill_left_of_a_batch_that_was_taken(published):  # noqa: F811
    body = parquet([{"number": "V1", "people": 3}], "1/1")
    manifest = published.manifest(body, rows=1)
    published.deliver(manifest, body)
    node = Node.objects.get(id=published.node)
    left, waits = inbox.whole_of(node, manifest), inbox.whole_of(node, replace(manifest, seq=9, previous="x"))
    for path in (left, waits):
        path.write_bytes(body)
    assert tidy(None)["files"] == 1
    assert (left.exists(), waits.exists()) == (False, True)
    assert Batch.objects.filter(state=Batch.TAKEN).count() == 2
