"""Whatever the lake holds, only what is open is shown, and of what is open on a condition its entry alone."""

from dataclasses import replace

import pyarrow as pa
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS

from huicheng.exchange import api as exchange

PAGES = ("/open/{}/", "/open/{}/rows/", "/open/{}/fields/", "/open/{}/api/", "/open/{}/download/csv/")
API = ("/open/api/v1/datasets/{}", "/open/api/v1/datasets/{}/rows")


def closed() -> list[str]:
    return [one.code for one in exchange.resources() if not one.listed]


@pytest.fixture
def wang(catalogue):
    """王芳 is in the police's table."""
    spec = exchange.resource("police_households")
    exchange.publish_table(spec.code, pa.table({f.name: ["王芳"] for f in spec.fields}))


@pytest.mark.parametrize("page", PAGES + API)
def test_a_personal_table_cannot_be_reached(client, wang, page):
    response = client.get(page.format("police_households"))
    assert response.status_code == 404
    assert "王芳" not in response.content.decode()


@pytest.mark.parametrize("page", PAGES[:1] + API)
def test_no_closed_resource_can_be_reached_by_its_code_or_its_table(client, catalogue, page):
    assert len(closed()) > 10
    for code in closed():
        assert client.get(page.format(code)).status_code == 404, code
        assert client.get(page.format(f"raw.{code}")).status_code == 404, code


def test_the_raw_name_of_an_open_table_is_no_second_address(client, air):
    assert client.get("/open/raw.air_hourly/").status_code == 404


def test_the_catalogue_lists_no_closed_resource(client, catalogue):
    listed = {one["code"] for one in client.get("/open/api/v1/datasets").json()["datasets"]}
    assert listed
    assert not listed & set(closed())


def test_no_open_resource_declares_a_personal_field(catalogue):
    for one in filter(lambda one: one.open, exchange.resources(listed=True)):
        assert all(field.sensitivity != "personal" for field in one.fields), one.code


SAID, NAME = "限于学术研究，不得转让", "欧阳雪晴"
CONDITIONAL = (
    "/open/lamps/rows/", "/open/lamps/api/", "/open/lamps/download/csv/", "/open/lamps/download/geojson/",
    "/open/api/v1/datasets/lamps/rows", "/open/ckan/api/3/action/datastore_search?resource_id=lamps",
    "/open/ckan/api/3/action/resource_show?id=lamps:csv",
)  # fmt: skip
ENTRY = (
    "/open/lamps/", "/open/lamps/fields/", "/open/api/v1/datasets/lamps", "/open/lamps/dcat.ttl", "/open/catalog.ttl",
    "/open/ckan/api/3/action/package_show?id=lamps", "/open/api/v1/datasets?q=路灯", "/open/?openness=conditional",
)  # fmt: skip


@pytest.fixture
def lamps(catalogue):
    """Open on a condition; one value stands in its table."""
    fields = (
        exchange.Field("lamp", "灯杆", "text"),
        exchange.Field("keeper", "养护人", "text", sensitivity="internal"),
    )
    air = exchange.resource("air_hourly")
    exchange.declare(
        replace(air, code="lamps", title="路灯", fields=fields, key=(), share="conditional", openness="conditional", open_condition=SAID)
    )  # fmt: skip
    exchange.publish_table("lamps", pa.table({"lamp": [NAME], "keeper": [NAME]}))


@pytest.mark.parametrize("page", CONDITIONAL)
def test_of_what_is_open_on_a_condition_nobody_outside_gets_a_row(client, lamps, page):
    answer = client.get(page)
    assert answer.status_code == 403
    assert NAME not in answer.content.decode()


@pytest.mark.parametrize("page", ENTRY)
def test_of_what_is_open_on_a_condition_everybody_sees_the_entry(client, lamps, page):
    text = client.get(page).content.decode()
    assert "lamps" in text
    assert NAME not in text


def test_the_condition_is_said_to_people_and_to_programs(client, lamps):
    assert SAID in client.get("/open/lamps/").content.decode()
    told = client.get("/open/api/v1/datasets/lamps").json()
    assert (told["openness"], told["condition"], told["address"], told["rows"]) == (
        "conditional",
        SAID,
        None,
        None,
    )


def test_harvesters_are_told_that_access_is_restricted_and_find_nothing_to_download(client, lamps):
    made = Graph().parse(data=client.get("/open/lamps/dcat.ttl").content, format="turtle")
    rights = URIRef("http://publications.europa.eu/resource/authority/access-right/RESTRICTED")
    assert list(made.objects(None, DCTERMS.accessRights)) == [rights]
    assert list(made.objects(None, DCAT.accessURL))
    assert not list(made.objects(None, DCAT.downloadURL))
