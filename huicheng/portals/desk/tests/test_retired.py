"""An entry that 数据局 takes out of the catalogue leaves receipts and readings behind: their pages still open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import get_resolver

from huicheng.exchange import api as exchange
from huicheng.ground.api import acting_as, run_waiting, submit, system_actor
from huicheng.portals.desk.tests.conftest import person
from tests import house

# A stream without an end, and Django's own pages.
NOT_OPENED = ("city/live/", "admin/")


@pytest.fixture
def retired(receipt: Any) -> Any:
    """Delivered by 王芳, read by fusion, then taken out by the bureau."""
    with acting_as(system_actor("test")):
        submit("fusion.run", key="all")
        run_waiting()
        exchange.retire("police_households", system_actor("test"), why="并入新的资源")
    return receipt


def resident() -> Client:
    account = get_user_model().objects.create_user("sun", display_name="孙丽", person="PSUN00000001")
    client = Client()
    client.force_login(account)
    return client


def addresses(receipt: Any) -> Iterator[str]:
    given = {"<str:receipt_id>": receipt.id, "<str:code>": receipt.resource, "<str:field>": "name"}
    for address, _name, _view in house.routes(get_resolver().url_patterns):
        for name, value in given.items():
            address = address.replace(name, value)
        if "<" not in address and not address.startswith(NOT_OPENED):
            yield f"/{address}"


@pytest.mark.parametrize("who", ["nobody", "resident", "deliverer", "steward", "leader"])
def test_every_page_opens_when_a_delivered_entry_is_retired(who, wang, zhao, retired):
    client = {
        "nobody": Client, "resident": resident, "deliverer": lambda: wang, "steward": lambda: zhao,
        "leader": lambda: person("zheng", "郑宏", decide="zhengfuban"),
    }[who]()  # fmt: skip
    client.raise_request_exception = False
    opened = {address: client.get(address).status_code for address in addresses(retired)}
    assert len(opened) > 30
    assert {address for address, status in opened.items() if status >= 500} == set()


def test_a_retired_entrys_receipt_keeps_its_name(wang, retired):
    assert exchange.resource("police_households", retired=True).title in (
        wang.get(f"/desk/deliveries/{retired.id}/").content.decode()
    )


def test_a_retired_entrys_quality_and_issues_are_still_told(zhao, retired):
    assert zhao.get("/desk/quality/police_households/name/").status_code == 200
    issues = zhao.get(f"/desk/deliveries/{retired.id}/issues/", {"purpose": "核对数据质量"})
    assert "姓名" in b"".join(issues.streaming_content).decode()
