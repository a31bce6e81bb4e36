"""No refusal of the exchange without its line in the audit: every class of them, on every route that programs call."""

import json
from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.urls import get_resolver
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.answering import to_programs
from huicheng.exchange.gateway import circuit, services
from huicheng.exchange.gateway.models import Service
from huicheng.exchange.sharing import http, links
from huicheng.exchange.tests.program import Program
from huicheng.exchange.tests.test_changes import FILES, publish
from huicheng.exchange.tests.town import SUN, granted, granted_whole, official, publish_files
from huicheng.ground.api import BadInput, acting_as, events
from huicheng.identity import api as identity
from tests import house

pytestmark = pytest.mark.django_db
# These refuse nothing, or write down themselves what they refuse; what is said here of the last ones stands below.
OWN = {
    "huicheng.exchange.querying.http.document": "nothing to refuse",
    "huicheng.exchange.evidence.http.keys": "nothing to refuse",
    "huicheng.exchange.sharing.http.file": "an address is the right; one line a minute",
}
NODES = "huicheng.exchange.nodes.http"


def below(kind):
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


def refusals():
    found = {one for one in below(BadInput) if one.__module__.startswith("huicheng.exchange.")}
    return sorted((one for one in found if ".tests." not in one.__module__), key=lambda one: one.__qualname__)


def lines():
    return [
        *events(kind="exchange.QueryRefused", limit=1000),
        *events(kind="exchange.AccessRefused", limit=1000),
    ]


@pytest.mark.parametrize("kind", refusals(), ids=lambda kind: kind.__name__)
def test_whatever_a_route_refuses_leaves_one_line_that_names_it(kind):
    @to_programs("GET")
    def view(request, code):
        raise kind.__new__(kind, "说明")

    with acting_as(SUN):
        answer = view(RequestFactory().get("/"), code="lamps")
    assert answer.status_code in range(400, 600)
    (line,) = lines()
    assert (line.subject, line.actor) == ("resource:lamps", SUN.id)
    assert line.data["error"] == json.loads(answer.content)["error"]


def test_there_are_refusals_to_walk():
    assert len(refusals()) > 60


def test_every_route_of_the_exchange_writes_down_what_it_refuses():
    found = {}
    for _place, _name, view in house.routes(get_resolver().url_patterns):
        name = f"{view.__module__}.{view.__name__}"
        if view.__module__.startswith("huicheng.exchange."):
            found[name] = getattr(view, "notes_refusals", False) or name in OWN or view.__module__ == NODES
    assert len(found) > 20
    assert not [name for name, noted in found.items() if not noted]


@pytest.fixture
def program():
    publish(FILES)
    granted()
    return Program("minzheng", "read")


def told(answer):
    """The error's name, and what the newest line says of it."""
    line = max(lines(), key=lambda one: one.at)
    return json.loads(answer.content)["error"], line.data.get("error"), line.subject


@pytest.mark.parametrize("place", ["?since=none", "?since=%E4%B8%AD"])
def test_a_cursor_that_is_none(program, place):
    answer = program.get(f"resources/health_files/changes{place}")
    assert told(answer) == ("bad_changes_cursor", "bad_changes_cursor", "resource:health_files")


def test_a_cursor_whose_version_is_gone(program, monkeypatch):
    cursor = json.loads(program.get("resources/health_files/changes").content)["cursor"]
    publish({**FILES, "JK9": ("新", "1")})

    def gone(*_args, **_named):
        raise exchange.ChangesExpired("x")

    from huicheng.exchange.subscribing import changes

    monkeypatch.setattr(changes, "page", gone)
    answer = program.get(f"resources/health_files/changes?since={cursor}")
    assert told(answer) == ("changes_expired", "changes_expired", "resource:health_files")


@pytest.fixture
def service(program):
    granted_whole()
    with acting_as(SUN):
        services.publish_service("health_files", base_url="https://10.0.0.1/x", per_minute=1)


@pytest.mark.parametrize(
    ("path", "body", "error"), [("x", "{}", "method_not_published"), ("a//b", None, "bad_path")]
)
def test_what_the_gateway_refuses(service, program, path, body, error):
    place = f"services/health_files/{path}"
    answer = program.post(place, body) if body else program.get(place)
    assert told(answer) == (error, error, "service:health_files")


def test_one_call_too_many_and_an_open_circuit(service, program):
    program.get("services/health_files/x")
    answer = program.get("services/health_files/x")
    assert told(answer) == ("too_many_calls", "too_many_calls", "service:health_files")
    Service.objects.update(failures=circuit.FAILURES, opened_at=timezone.now(), per_minute=100)
    answer = program.get("services/health_files/x")
    assert told(answer) == ("circuit_open", "circuit_open", "service:health_files")


@pytest.mark.parametrize(
    ("code", "error"), [("nothing", "unknown_resource"), ("health_files", "no_such_service")]
)
def test_a_service_that_is_none(program, code, error):
    assert told(program.get(f"services/{code}/x")) == (error, error, f"service:{code}")


def test_a_refused_reading_leaves_one_line_not_two(program):
    program.get("resources/health_files/rows", purpose="别的用途")
    assert len(lines()) == 1


def fetched(ticket, mark):
    return http.file(RequestFactory().get("/", {"X-Amz-Signature": mark}), ticket=ticket)


def test_an_address_that_is_none_leaves_one_line_a_minute():
    publish_files()
    for _time in range(3):
        assert fetched("bm9uZQ", "0" * 64).status_code == 403
    assert [one.data for one in lines()] == [{"error": "address_refused"}]


@pytest.fixture
def holder(program):
    """Who came with a key of civil affairs, where 陈静 keeps them."""
    with acting_as(official(99, "陈静", "minzheng", "keys", "read")):
        ends = timezone.now() + timedelta(days=1)
        made = identity.make_key("发放系统", of="minzheng", duties=("read",), expires=ends)
    return identity.machine_of(made.token)


def test_an_address_that_ran_out_and_a_file_that_is_gone(holder, monkeypatch):
    from huicheng.exchange.sharing import making

    grant = exchange.grants_of("minzheng")[0]
    shared = making.current(grant, holder)
    good = links.address_of(shared, holder.id)
    making.file_of(shared).unlink()
    assert fetched(good.ticket, good.mark).status_code == 404
    monkeypatch.setattr(links, "LIVES", -1)
    late = links.address_of(shared, holder.id)
    assert fetched(late.ticket, late.mark).status_code == 403
    assert {one.data["error"] for one in lines()} == {"no_such_share_version", "address_refused"}


def test_an_address_has_one_way_to_be_written(holder):
    from huicheng.exchange.sharing import making

    shared = making.current(exchange.grants_of("minzheng")[0], holder)
    good = links.address_of(shared, holder.id)
    assert fetched(good.ticket, good.mark).status_code == 200
    for other in (
        good.ticket + "=",
        good.ticket[:5] + "!" + good.ticket[5:],
        good.ticket + "\n",
        good.ticket + "!",
    ):
        assert fetched(other, good.mark).status_code == 403, other
    assert len(events(kind="exchange.SharedFileFetched")) == 1
