"""卫健委 publishes a service; 民政局's program calls it under its grant, and the service is slow, failing or lying."""

import hashlib
import json
import subprocess
import sys
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.gateway import calling, circuit
from huicheng.exchange.gateway.fitting import fits
from huicheng.exchange.gateway.models import Service
from huicheng.exchange.gateway.refusals import AnswerUnfit, NotYoursToPublish, ServiceUnfit
from huicheng.exchange.gateway.services import publish_service, services, withdraw_service
from huicheng.exchange.tests.program import Program
from huicheng.exchange.tests.town import QIAN, SUN, granted_whole, publish_files
from huicheng.ground.api import acting_as, deliver_news, events, seal

pytestmark = pytest.mark.django_db
SPEC = "https://json-schema.org/draft/2020-12/schema"
SCHEMA = {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer"}}}


@pytest.fixture(scope="module")
def moody():
    script = Path(__file__).with_name("moody.py")
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    process.kill()
    process.wait()


@pytest.fixture
def service(db, moody, monkeypatch):
    monkeypatch.setenv(calling.NETWORKS, "127.0.0.0/8")
    publish_files()
    granted_whole()
    with acting_as(SUN):
        return publish_service(
            "health_files", base_url=f"{moody}/base", methods=["GET", "POST"], timeout=1, answer_schema=SCHEMA
        )


@pytest.fixture
def program():
    return Program("minzheng", "read")


def called(program, path, **more):
    return program.get(f"services/health_files/{path}", **more)


def error(answer):
    return answer.status_code, json.loads(answer.content)["error"]


def last_call():
    return events(kind="exchange.ServiceCalled")[0].data


def test_a_call_reaches_its_service_with_who_and_why_and_without_the_key(service, program):
    answer = called(program, "people/7?a=1&b=%E4%B8%AD", Authorization="Bearer hck_secret", Cookie="a=b")
    told = json.loads(answer.content)
    assert told["path"] == "/base/people/7?a=1&b=%E4%B8%AD"
    assert told["headers"]["X-Huicheng-Department"] == "minzheng"
    assert not {"Authorization", "Cookie"} & set(told["headers"])


def test_what_is_sent_arrives(service, program):
    answer = program.post("services/health_files/look", '{"id": 1}')
    assert json.loads(answer.content)["body"] == '{"id": 1}'


def test_a_call_names_its_receipt_which_knows_the_answer(service, program):
    answer = called(program, "people/7")
    told = json.loads(program.get(f"receipts/{answer['Huicheng-Receipt']}").content)
    (part,) = told["event"]["data"]["signed"]["document"]["reads"]
    assert part["answer"] == hashlib.sha256(answer.content).hexdigest()


def test_a_call_leaves_a_line_without_path_or_body(service, program):
    called(program, "people/210102199003070046?name=x")
    line = last_call()
    assert (line["method"], line["status"], line["outcome"]) == ("GET", 200, "ok")
    assert "210102199003070046" not in json.dumps(line)


@pytest.mark.parametrize(
    ("mood", "expected"),
    [
        ("slow", (504, "service_timed_out")), ("dripping", (504, "service_timed_out")),
        ("failing", (502, "service_failed")), ("lying", (502, "answer_unfit")),
        ("not-json", (502, "answer_unfit")), ("moved", (502, "service_redirected")),
        ("endless", (502, "answer_too_large")), ("cut", (502, "service_unreachable")),
        ("dripping-head", (504, "service_timed_out")),
    ],
)  # fmt: skip
def test_a_bad_answer_is_named_counted_and_not_passed_on(service, program, mood, expected):
    answer = called(program, mood)
    assert error(answer) == expected
    assert b"secrets" not in answer.content
    assert Service.objects.get().failures == 1
    assert last_call()["outcome"].lower() == expected[1].replace("_", "")


@pytest.mark.parametrize("schema", [{"$ref": "#"}, {"$ref": "http://127.0.0.1/elsewhere"}])
def test_a_schema_that_cannot_be_checked_lets_nothing_through_and_leaves_its_line(service, program, schema):
    Service.objects.update(answer_schema=schema)
    assert error(called(program, "good")) == (502, "answer_unfit")
    assert last_call()["outcome"] == "AnswerUnfit"


def test_what_the_service_says_no_to_is_the_callers_affair(service, program):
    assert called(program, "missing").status_code == 404
    assert Service.objects.get().failures == 0


def test_the_circuit_opens_after_failures_in_a_row_and_one_probe_closes_it(service, program):
    for _time in range(circuit.FAILURES):
        called(program, "failing")
    answer = called(program, "good")
    assert error(answer) == (503, "circuit_open")
    assert int(answer["Retry-After"]) > 0
    assert events(kind="exchange.CircuitOpened")
    Service.objects.update(opened_at=timezone.now() - circuit.REST)
    assert services()[0].circuit == "half-open"
    assert called(program, "good").status_code == 200
    assert (services()[0].circuit, services()[0].failures) == ("closed", 0)


def test_a_probe_that_fails_opens_it_again_and_only_one_probes_at_a_time(service, program):
    Service.objects.update(failures=5, opened_at=timezone.now() - circuit.REST)
    assert error(called(program, "failing")) == (502, "service_failed")
    assert error(called(program, "good")) == (503, "circuit_open")
    Service.objects.update(opened_at=timezone.now() - circuit.REST, probe_at=timezone.now())
    assert error(called(program, "good")) == (503, "circuit_open")


def test_one_failure_between_good_answers_opens_nothing(service, program):
    for mood in ("failing", "good") * circuit.FAILURES:
        called(program, mood)
    assert services()[0].circuit == "closed"


@pytest.mark.parametrize(
    "path", ["../admin", "a/../../b", "a//b", "a%23b", "a%5Cb", "a%0d%0aHost:x", "%2e%2e/b"]
)
def test_no_path_leads_elsewhere(service, program, path):
    from urllib.parse import unquote

    from huicheng.exchange.gateway.refusals import BadPath
    from huicheng.exchange.gateway.services import Asked, call_service
    from huicheng.exchange.sending import Asking
    from huicheng.exchange.tests.town import PURPOSE

    asked = Asked("GET", unquote(path), "", "", "", b"")
    with pytest.raises(BadPath):
        call_service("health_files", Asking(program.actor, PURPOSE), asked)


def test_inner_addresses_are_closed_unless_they_are_listed(service, program, monkeypatch):
    monkeypatch.setenv(calling.NETWORKS, "10.8.0.0/16")
    assert error(called(program, "good")) == (502, "address_not_allowed")
    shut = (
        "127.0.0.1",
        "10.9.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "fd00::1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::7f00:1",
    )
    assert not [one for one in shut if calling.allowed(ip_address(one))]
    assert all(calling.allowed(ip_address(one)) for one in ("10.8.3.4", "::ffff:10.8.3.4", "8.8.8.8"))


def test_without_a_grant_nobody_calls(service):
    assert error(called(Program("gongan", "read"), "good")) == (403, "no_grant")


def test_a_grant_for_another_purpose_does_not_open_it(service, program):
    assert error(called(program, "good", purpose="别的用途")) == (403, "no_grant")


def test_a_department_calls_as_often_as_it_may(service, program):
    Service.objects.update(per_minute=2)
    answers = [called(program, "good") for _time in range(3)]
    if timezone.now().second < 2:  # a minute began meanwhile
        answers = [called(program, "good") for _time in range(3)]
    assert error(answers[-1]) == (429, "too_many_calls")


def test_a_method_that_was_not_published_is_refused(service, program):
    Service.objects.update(methods=["POST"])
    assert error(called(program, "good")) == (405, "method_not_published")


def test_what_was_withdrawn_is_gone(service, program):
    with acting_as(SUN):
        withdraw_service("health_files")
    assert error(called(program, "good")) == (404, "no_such_service")


@pytest.mark.parametrize(
    "how",
    [
        {"base_url": "ftp://x/"}, {"base_url": "http://u:p@x/"}, {"base_url": "http:///x"}, {"base_url": "http://x/?a"},
        {"base_url": "http://x:99999/"}, {"methods": ["TRACE"]}, {"methods": []}, {"timeout": 0}, {"timeout": 61},
        {"base_url": "http://x/接口"}, {"base_url": "http://x/a b"}, {"per_minute": 0}, {"answer_schema": {"type": "nonsense"}},
    ],
)  # fmt: skip
def test_what_cannot_be_published_is_told_so(db, how):
    with acting_as(SUN), pytest.raises(ServiceUnfit):
        publish_service("health_files", **{"base_url": "http://x/", **how})


def test_only_its_department_publishes_a_service(db):
    with acting_as(QIAN), pytest.raises(NotYoursToPublish):
        publish_service("health_files", base_url="http://x/")


def test_a_dead_probe_does_not_keep_the_circuit_open_for_ever(service, program):
    long_ago = timezone.now() - circuit.REST - timedelta(seconds=60)
    Service.objects.update(failures=5, opened_at=long_ago, probe_at=long_ago)
    assert called(program, "good").status_code == 200


def test_an_answer_that_does_not_fit_is_passed_on_with_a_remark_where_the_provider_says_so(service, program):
    Service.objects.update(on_mismatch="note")
    answer = called(program, "lying")
    assert (answer.status_code, answer["Huicheng-Unfit"]) == (200, "count%20type")
    assert (last_call()["outcome"], last_call()["unfit"]) == ("ok", "count type")
    assert Service.objects.get().failures == 0


def test_a_paused_service_answers_nobody_until_it_is_resumed(service, program):
    with acting_as(SUN):
        exchange.pause_service("health_files")
    assert error(called(program, "good")) == (503, "service_is_paused")
    assert services()[0].circuit == "paused"
    with acting_as(SUN):
        exchange.resume_service("health_files")
    assert called(program, "good").status_code == 200


def test_only_its_provider_pauses_a_service_or_tries_one(service, moody):
    with acting_as(QIAN), pytest.raises(NotYoursToPublish):
        exchange.pause_service("health_files")
    with acting_as(QIAN), pytest.raises(NotYoursToPublish):
        exchange.try_service("health_files", base_url=moody)


@pytest.mark.parametrize(
    ("path", "problem"), [("good", ""), ("lying", "不符"), ("failing", "出错"), ("slow", "没有答完")]
)
def test_a_service_is_tried_before_it_is_published(moody, monkeypatch, path, problem):
    monkeypatch.setenv(calling.NETWORKS, "127.0.0.0/8")
    with acting_as(SUN):
        found = exchange.try_service(
            "health_files", base_url=moody, path=path, timeout=1, answer_schema=SCHEMA
        )
    assert problem in found.problem
    assert bool(problem) == bool(found.problem)
    assert services() == []
    assert events(kind="exchange.ServiceTried")[0].data["resource"] == "health_files"


def test_nothing_inside_is_tried(monkeypatch, moody):
    monkeypatch.delenv(calling.NETWORKS, raising=False)
    with acting_as(SUN):
        found = exchange.try_service("health_files", base_url=moody)
    assert "内网地址" in found.problem
    assert found.body == ""


@pytest.mark.parametrize("shape", ["object", "list", "rows"])
def test_a_schema_of_items_is_known_again(shape):
    spec = exchange.resource("health_files")
    schema = exchange.schema_of(spec, ("name", "updated_on"), shape)
    assert exchange.items_of(spec, schema) == (shape, ("name", "updated_on"))
    assert exchange.items_of(spec, SCHEMA) == ("", ())


@pytest.mark.django_db(transaction=True)
def test_calls_failures_and_pace_are_counted_once_each(service, program):
    for path in ("good", "failing", "good"):
        called(program, path)
    for _again in range(2):
        seal()
        deliver_news()
    found = exchange.use_of_service("health_files")
    assert (found.calls, found.failures, found.days[-1].calls) == (3, 1, 3)
    assert found.middle is not None
    assert [one.outcome for one in exchange.calls_of("health_files")] == ["ok", "ServiceFailed", "ok"]


HUNG = "(a+)+$"


@pytest.mark.parametrize("at", [{"pattern": "(?=a)b"}, {"patternProperties": {HUNG: True}},
                                {"$schema": "http://json-schema.org/draft-07/schema#", "pattern": HUNG}])  # fmt: skip
def test_a_schema_that_could_not_be_checked_in_time_is_not_published_nor_used(service, program, at):
    schema = {"$schema": SPEC, "anyOf": [at, True]}
    with acting_as(SUN), pytest.raises(ServiceUnfit, match="不能用"):
        publish_service("health_files", base_url="http://x/", answer_schema=schema)
    Service.objects.update(answer_schema=schema)
    assert error(called(program, "good")) == (502, "answer_unfit")


@pytest.mark.parametrize(
    ("text", "fit"), [("b" + "a" * 5000, True), ("a" * 5000 + "!", False), ("\ud800a", True)]
)
@pytest.mark.parametrize(
    "schema", [{"pattern": HUNG}, {"$schema": SPEC, "$ref": "#/$defs/a", "$defs": {"a": {"pattern": HUNG}}}]
)
def test_a_pattern_is_looked_for_in_a_time_that_grows_with_the_text_alone(schema, text, fit):
    try:
        fits(schema, text)
    except AnswerUnfit:
        assert not fit
    else:
        assert fit
