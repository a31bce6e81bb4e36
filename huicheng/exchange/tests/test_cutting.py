"""民政局's grant cuts what 卫健委's service answers: its items, its rows, its masks; those it tells of can see it."""

import json

import pytest
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.gateway import calling, circuit
from huicheng.exchange.gateway.models import Service
from huicheng.exchange.gateway.services import publish_service, services
from huicheng.exchange.granting.models import GrantRow, QuotaRow
from huicheng.exchange.tests.listening import listening
from huicheng.exchange.tests.program import Program
from huicheng.exchange.tests.town import SUN, granted, granted_whole, publish_files
from huicheng.ground.api import acting_as, events

pytestmark = pytest.mark.django_db
ITEMS = ("file_no", "id_number", "name", "sex", "phone", "updated_on")
WANG = {"file_no": "JK1", "id_number": "210102196003070001", "name": "王小明", "sex": "1", "phone": "13800000001",
        "updated_on": "2026-01-31"}  # fmt: skip
LI = WANG | {
    "file_no": "JK2",
    "id_number": "210102196003070002",
    "name": "李秀英",
    "sex": "2",
    "secret": "未登记的项",
}


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv(calling.NETWORKS, "127.0.0.0/8")
    with listening() as found:
        yield found


@pytest.fixture
def ask(server, db):
    """Publish a service of this shape and call it: the status and what came."""
    publish_files()

    def asked(body, *, shape="rows", items=ITEMS, status=200, schema=None, **how):
        server.says = (status, body if isinstance(body, bytes) else json.dumps(body).encode())
        spec = exchange.resource("health_files")
        schema = schema or (exchange.schema_of(spec, items, shape) if items else None)
        with acting_as(SUN):
            publish_service(
                "health_files", base_url=f"http://127.0.0.1:{server.server_port}", answer_schema=schema, **how
            )
        answer = Program("minzheng", "read").get("services/health_files/people")
        return answer.status_code, json.loads(answer.content)

    return asked


def receipt():
    return events(kind="exchange.QuestionAsked")[0].data["signed"]["document"]["reads"][0]


@pytest.mark.parametrize(
    ("shape", "body", "cut"),
    [
        ("object", WANG, lambda one: one), ("list", [WANG, LI], lambda one: one[0]),
        ("rows", {"rows": [LI, WANG], "total": "王小明"}, lambda one: one["rows"][1]),
    ],
)  # fmt: skip
def test_only_what_is_granted_comes_and_what_is_not_plain_comes_masked(ask, shape, body, cut):
    granted()
    status, told = ask(body, shape=shape)
    assert (status, cut(told)) == (200, {
        "id_number": "2101**************", "name": "王小明", "phone": "138******01", "updated_on": "2026-01-31",
    })  # fmt: skip
    assert "未登记的项" not in json.dumps(told, ensure_ascii=False)
    assert "total" not in told


def test_rows_outside_the_grant_do_not_come(ask):
    granted(filter=(exchange.Condition("sex", "=", "1"),))
    _status, told = ask([LI, WANG, LI], shape="list")
    assert [one["name"] for one in told] == ["王小明"]


def test_one_that_is_outside_and_one_that_is_not_there_are_answered_alike(ask):
    granted(filter=(exchange.Condition("sex", "=", "1"),))
    outside = ask(LI, shape="object")
    assert outside == ask({"error": "没有李秀英"}, shape="object", status=404)
    assert outside[0] == 404
    assert "李秀英" not in json.dumps(outside[1], ensure_ascii=False)


def test_those_it_tells_of_find_it_in_their_log_and_no_others(ask):
    granted(filter=(exchange.Condition("sex", "=", "1"),))
    ask([WANG, LI], shape="list")
    assert [len(exchange.readings_of([one["id_number"]])) for one in (WANG, LI)] == [1, 0]
    found = receipt()
    assert (found["rows"], found["rule"]) == (1, "rows")
    assert found["tables"]["raw.health_files"]["plain"] == ["name", "updated_on"]
    assert found["tables"]["raw.health_files"]["masked"] == ["id_number", "phone"]


def test_its_rows_are_counted_and_what_is_too_much_for_the_day_stays_away(ask):
    granted()
    GrantRow.objects.update(rows_per_day=3)
    assert ask([WANG, LI], shape="list")[0] == 200
    status, told = ask([WANG, LI], shape="list")
    assert (status, told["error"]) == (429, "quota_exceeded")
    assert QuotaRow.objects.get(span="day").used == 2
    assert len(events(kind="exchange.QuestionAsked")) == 1


def test_a_grant_for_sums_opens_no_service(ask):
    granted(aggregate_only=True)
    status, told = ask([WANG], shape="list")
    assert (status, told["error"]) == (403, "only_aggregates")
    assert not events(kind="exchange.ServiceCalled")


@pytest.mark.parametrize(
    "how",
    [
        {"items": ()},
        {"items": ("name", "phone")},
        {"items": ("file_no", "sex")},
        {"schema": {"type": "array"}},
    ],
)
def test_what_cannot_be_cut_is_for_those_alone_who_take_the_whole(ask, how):
    granted()
    status, told = ask([WANG], shape="list", **how)
    assert (status, told["error"]) == (403, "whole_answer_only")
    assert events(kind="exchange.AccessRefused")[0].data["tables"] == ["raw.health_files"]
    assert not events(kind="exchange.ServiceCalled")
    granted_whole()
    assert ask([WANG], shape="list", **how)[0] == 200


def test_an_answer_nobody_can_read_is_noted_for_everybody_in_the_table(ask):
    granted_whole()
    assert ask(b'"210102196003070001"', items=())[0] == 200
    assert receipt()["rule"] == "everyone"
    assert len(exchange.readings_of(["210102196003070000"])) == 1


def test_a_whole_answer_comes_as_it_is_and_names_those_in_it(ask):
    granted_whole()
    names = tuple(f.name for f in exchange.resource("health_files").fields)
    status, told = ask({"rows": [LI], "total": 1}, items=names)
    assert (status, told) == (200, {"rows": [LI], "total": 1})
    assert [len(exchange.readings_of([one["id_number"]])) for one in (WANG, LI)] == [0, 1]


def test_a_row_that_does_not_say_whose_it_is_counts_as_everybodys(ask):
    granted()
    ask([WANG | {"id_number": None}], shape="list")
    assert receipt()["rule"] == "everyone"


@pytest.mark.parametrize("on_mismatch", ["refuse", "note"])
@pytest.mark.parametrize(
    "body",
    [
        b"[",
        b'"x"',
        b"[1]",
        b"NaN",
        [WANG | {"name": {"phone": "13800000001"}}],
        b'{"rows": 1}',
        b"[" * 100_000,
    ],
)
def test_what_is_not_as_declared_is_never_passed_on_to_who_is_shown_a_part(ask, body, on_mismatch):
    granted()
    status, told = ask(body, shape="list", on_mismatch=on_mismatch)
    assert (status, told["error"]) == (502, "answer_unfit")
    assert "138000" not in json.dumps(told)


def test_what_is_wrong_with_what_is_hidden_is_not_told(ask):
    granted(columns=("name",), plain=("name",))
    assert ask([WANG | {"phone": {"a": 1}, "sex": 7}], shape="list") == (200, [{"name": "王小明"}])


def test_half_characters_and_strange_values_break_nothing(ask):
    granted()
    strange = WANG | {"phone": [1, {"x": "\ud800"}], "name": "a\ud800b", "id_number": "\u0000"}
    assert ask([strange], shape="list")[0] == 200


def test_unconditionally_shared_rows_come_masked_to_everybody(ask):
    from dataclasses import replace

    spec = replace(exchange.resource("health_files"), share="unconditional")
    exchange.declare(spec, by_pack=False)
    assert ask([WANG], shape="list")[1][0]["name"] == "王**"
    assert len(exchange.readings_of([WANG["id_number"]])) == 1


def test_a_nested_value_shows_nothing_through_a_mask(ask):
    granted()
    body = [WANG | {"phone": {"number": "13800000001"}, "id_number": [WANG["id_number"]]}]
    _status, told = ask(body, shape="list")
    assert (told[0]["phone"], told[0]["id_number"]) == ("******", "**********")
    assert receipt()["rule"] == "everyone"


@pytest.mark.parametrize(("on_mismatch", "state"), [("note", "closed"), ("refuse", "open")])
def test_a_narrow_grant_shuts_a_service_for_nobody_whom_it_would_serve(ask, on_mismatch, state):
    granted()
    ask({"rows": [WANG | {"name": 7}]}, on_mismatch=on_mismatch)
    for _again in range(circuit.FAILURES):
        Program("minzheng", "read").get("services/health_files/people")
    assert services()[0].circuit == state


def test_a_probe_that_only_a_narrow_grant_cannot_use_closes_the_circuit(ask):
    granted()
    ask({"rows": [WANG | {"name": 7}]}, on_mismatch="note")
    Service.objects.update(failures=5, opened_at=timezone.now() - circuit.REST)
    Program("minzheng", "read").get("services/health_files/people")
    assert services()[0].circuit == "closed"
