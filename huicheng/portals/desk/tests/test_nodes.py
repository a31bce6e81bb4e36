"""The bureau's page of nodes: who is how, who may join, whose right is taken away."""

import re

import pytest

from huicheng.exchange import api as exchange

pytestmark = pytest.mark.django_db(transaction=True)
FORM = {"department": "minzheng", "title": "民政局机房", "level": "department", "division": "", "hours": "24"}
CODE = re.compile(r"[2-9A-Z]{5}(?:-[2-9A-Z]{5}){3}")


def test_without_nodes_the_page_says_how_to_begin(zhao):
    page = zhao.get("/desk/nodes/").content.decode()
    assert "还没有节点" in page
    assert "/desk/nodes/invite/" in page


def test_a_code_is_shown_once(zhao):
    made = zhao.post("/desk/nodes/invite/", FORM).content.decode()
    assert CODE.search(made)
    listed = zhao.get("/desk/nodes/").content.decode()
    assert "民政局机房" in listed
    assert not CODE.search(listed)


def test_a_district_without_its_division_is_told_what_is_missing(zhao):
    answer = zhao.post("/desk/nodes/invite/", {**FORM, "level": "district"})
    assert answer.status_code == 400
    assert "6 位行政区划代码" in answer.content.decode()
    assert exchange.open_invitations() == []


@pytest.mark.parametrize("odd", [{"department": "moon"}, {"hours": "9" * 9}, {"level": ""}, {}])
def test_no_form_breaks_the_page(zhao, odd):
    assert zhao.post("/desk/nodes/invite/", {**FORM, **odd} if odd else {}).status_code in (200, 400)


def test_a_node_that_is_not_there_is_not_found(zhao):
    assert zhao.get("/desk/nodes/N0123456789/").status_code == 404
    assert zhao.post("/desk/nodes/N0123456789/revoke/", {"why": "机房撤销"}).status_code == 404


def test_only_the_bureau_sees_nodes(li):
    assert li.get("/desk/nodes/").status_code == 403
    assert li.post("/desk/nodes/invite/", FORM).status_code == 403
