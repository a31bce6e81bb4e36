"""Whatever the lake holds, only resources declared open are ever shown."""

import pyarrow as pa
import pytest

from huicheng.exchange import api as exchange

PAGES = ("/open/{}/", "/open/{}/rows/", "/open/{}/fields/", "/open/{}/api/", "/open/{}/download/csv/")
API = ("/open/api/v1/datasets/{}", "/open/api/v1/datasets/{}/rows")


def closed() -> list[str]:
    return [one.code for one in exchange.resources() if not one.open]


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
    for one in exchange.resources(open_only=True):
        assert all(field.sensitivity != "personal" for field in one.fields), one.code
