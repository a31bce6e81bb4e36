"""Strangers' harvesters: DCAT-AP by its own shapes, CKAN by its own client, against a running server."""

import json
from pathlib import Path

import pytest
from ckanapi import NotFound, RemoteCKAN, ValidationError
from django.test import Client
from rdflib import Graph
from rdflib.namespace import DCAT, DCTERMS, RDF

from huicheng.exchange.api import resources

SHAPES = Path(__file__).parent / "shapes" / "dcat-ap-3.0.1-shapes.ttl"
pytestmark = pytest.mark.django_db


def catalogue(form="ttl", **asked):
    answer = Client().get(f"/open/catalog.{form}", asked)
    assert answer.status_code == 200, answer.content.decode()
    return Graph().parse(
        data=answer.content, format={"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml"}[form]
    )


def test_the_catalogue_keeps_to_dcat_ap_3():
    from pyshacl import validate

    made = catalogue()
    assert len(list(made.subjects(RDF.type, DCAT.Dataset))) == len(resources(listed=True))
    good, _graph, said = validate(made, shacl_graph=Graph().parse(SHAPES), advanced=True)
    assert good, said


@pytest.mark.parametrize("form", ["jsonld", "rdf"])
def test_every_form_says_the_same(form):
    titles = [set(map(str, made.objects(None, DCTERMS.title))) for made in (catalogue(), catalogue(form))]
    assert titles[0] == titles[1]


def test_no_closed_resource_is_in_the_catalogue():
    about = {str(s) for s in catalogue().subjects(RDF.type, DCAT.Dataset)}
    closed = [r.code for r in resources() if r.openness == "none"]
    assert closed
    assert not [code for code in closed if any(a.endswith(f"/{code}/") for a in about)]


def test_pages_end_and_none_points_at_itself(monkeypatch):
    monkeypatch.setattr("huicheng.portals.open.dcat.PAGE", 10)
    seen, number = set(), 1
    while True:
        made = catalogue(page=number)
        seen |= set(made.subjects(RDF.type, DCAT.Dataset))
        following = [o for _s, p, o in made if str(p).endswith("#nextPage")]
        if not following:
            break
        assert str(following[0]).endswith(f"page={number + 1}")
        number += 1
    assert len(seen) == len(resources(listed=True))


def test_links_are_made_of_our_own_address_and_not_of_the_request(settings):
    settings.PUBLIC_URL = "https://data.shenyang.example"
    text = Client().get("/open/catalog.ttl", HTTP_X_FORWARDED_HOST="evil.example").content.decode()
    assert "https://data.shenyang.example/open/" in text
    assert "testserver" not in text
    assert "evil" not in text


@pytest.mark.parametrize(("path", "status"), [
    ("catalog.xlsx", 404), ("catalog.ttl?page=99", 404), ("catalog.ttl?page=x", 400), ("base.people/dcat.ttl", 404),
    ("nothing/dcat.ttl", 404), ("metro_stations/dcat.doc", 404),
])  # fmt: skip
def test_what_is_not_there_is_said_without_a_crash(path, status):
    assert Client().get(f"/open/{path}").status_code == status


@pytest.fixture
def ckan(live_server):
    return RemoteCKAN(f"{live_server.url}/open/ckan")


@pytest.mark.django_db(transaction=True)
class TestCkan:
    def test_its_client_lists_shows_and_searches(self, ckan):
        names = ckan.action.package_list()
        assert set(names) == {r.code for r in resources(listed=True)}
        shown = ckan.action.package_show(id="metro_stations")
        assert shown["organization"]["name"] == "jiaotong"
        assert ckan.action.package_search(q="地铁")["results"][0]["name"] == "metro_stations"

    def test_a_filter_by_organization_narrows_the_search(self, ckan):
        found = ckan.action.package_search(fq="organization:tongji", rows=50)
        assert {one["owner_org"] for one in found["results"]} == {"tongji"}
        assert found["count"] == len(found["results"])

    def test_what_is_closed_is_not_found_as_if_it_were_not_there(self, ckan):
        said = []
        for name in ("base.people", "no_such_thing"):
            with pytest.raises(NotFound) as lost:
                ckan.action.package_show(id=name)
            said.append(str(lost.value))
            with pytest.raises(NotFound):
                ckan.action.datastore_search(resource_id=name)
        assert said[0] == said[1]

    def test_its_client_shows_a_resource_with_its_address(self, ckan):
        shown = ckan.action.resource_show(id="metro_stations:csv")
        assert (shown["format"], shown["package_id"]) == ("CSV", "metro_stations")
        assert shown["url"].endswith("/open/metro_stations/download/csv/")
        with pytest.raises(NotFound):
            ckan.action.resource_show(id="base.people:csv")

    def test_its_client_gets_rows(self, ckan, air):
        found = ckan.action.datastore_search(
            resource_id="air_hourly", filters={"pm25_taiyuanjie": 7}, fields=["time", "pm25_taiyuanjie"]
        )
        assert [(row["time"][:13], row["pm25_taiyuanjie"]) for row in found["records"]] == [
            ("2015-11-08T07", 7.0)
        ]
        assert (found["total"], [one["id"] for one in found["fields"]]) == (1, ["time", "pm25_taiyuanjie"])

    def test_a_missing_parameter_is_a_validation_error(self, ckan):
        with pytest.raises(ValidationError):
            ckan.action.package_show()

    def test_an_unknown_action_is_not_found(self, ckan):
        with pytest.raises(NotFound):
            ckan.action.package_delete(id="metro_stations")


def act(name, **asked):
    return (
        Client()
        .post(f"/open/ckan/api/3/action/{name}", json.dumps(asked), content_type="application/json")
        .json()
    )


def test_rows_are_searched_filtered_sorted_and_paged_as_ckan_does(air):
    found = act("datastore_search", resource_id="air_hourly", sort="pm25_taiyuanjie desc", limit=2, offset=1)[
        "result"
    ]
    assert (found["total"], [row["pm25_taiyuanjie"] for row in found["records"]]) == (30, [28.0, 27.0])
    one = act("datastore_search", resource_id="air_hourly:csv", filters={"pm25_taiyuanjie": 5})["result"]
    assert one["total"] == 1
    assert (
        act("datastore_search", resource_id="air_hourly", q="东北", fields=["time"])["result"]["total"] == 30
    )


@pytest.mark.parametrize("asked", [
    {"filters": {"nothing": 1}}, {"filters": [1]}, {"limit": -1}, {"limit": {}}, {"sort": "nothing desc"},
    {"fields": ["nothing"]}, {"filters": {"time": "yesterday"}}, {"offset": "1e9"}, {"q": {"nothing": "x"}},
])  # fmt: skip
def test_a_wrong_question_is_a_validation_error_in_words(air, asked):
    said = act("datastore_search", resource_id="air_hourly", **asked)
    assert said["error"]["__type"] == "Validation Error"
    assert said["error"]["message"]


@pytest.mark.parametrize("body", [b"[1]", b"{", b'"x"', b"\xff", b"[" * 20_000])
def test_a_body_that_is_no_object_is_refused_in_words(body):
    answer = Client().post("/open/ckan/api/3/action/package_list", body, content_type="application/json")
    assert answer.status_code == 409
    assert json.loads(answer.content)["success"] is False
