"""Supervision and the monitor on the desk: what each department sees, and what the bureau sees."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
from huicheng.identity import api as identity


def who(name: str) -> ground.Actor:
    return identity.actor_of(get_user_model().objects.get(username=name))


def heard() -> None:
    ground.seal()
    ground.deliver_news()


@pytest.fixture
def read(wang, li, receipt):
    """王芳 reads her own table, 李强 is turned away from it."""
    exchange.ask("SELECT name FROM raw.police_households", who("wang"), purpose="核对户籍")
    with pytest.raises(exchange.AccessDenied):
        exchange.ask("SELECT name FROM raw.police_households", who("li"), purpose="好奇心")
    heard()


def text(client, place: str) -> str:
    answer = client.get(place)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_department_is_warned_of_its_own_and_the_bureau_of_all(wang, zhao):
    own = wang.get("/desk/supervision/").context
    every = zhao.get("/desk/supervision/").context
    assert {one.owner for one in own["page"].object_list} == {"gongan"}
    assert len({one.owner for one in every["page"].paginator.object_list}) > 3


def test_warnings_are_narrowed_by_department_and_kind(zhao):
    found = zhao.get("/desk/supervision/", {"department": "gongan", "kind": "empty"}).context["page"]
    assert {(one.owner, one.concern) for one in found.paginator.object_list} == {("gongan", "empty")}


def test_a_warning_says_what_to_do_and_leads_to_the_entry(wang):
    said = text(wang, "/desk/supervision/?kind=empty")
    assert "交付第一批数据，或停用这条目录。" in said
    assert "/desk/catalogue/e/police_households/?tab=use" in said


def test_the_bureau_sees_who_read_and_who_was_turned_away(zhao, read):
    said = text(zhao, "/desk/monitor/")
    for words in ("核对户籍", "王芳", "李强", "没有授权"):
        assert words in said


def test_a_department_sees_readings_of_its_own_and_not_of_others(wang, li, read):
    assert wang.get("/desk/monitor/").context["resources"][0]["name"] == "户籍人口信息"
    assert li.get("/desk/monitor/").context["resources"] == []
    assert "核对户籍" not in text(li, "/desk/monitor/?side=ours")


def test_the_receipt_of_a_reading_is_for_its_department_and_proves_itself(wang, li, zhao, read):
    reading = exchange.readings(department="gongan")[0].id
    place = f"/desk/monitor/{reading}/receipt.json"
    assert li.get(place).status_code == 404
    for client in (wang, zhao):
        proven = ground.check_proof(client.get(place).json(), keys=[one.pem for one in ground.public_keys()])
        assert proven.document["purpose"] == "核对户籍"


def test_the_provider_finds_readings_of_its_table_and_opens_their_receipts(wang, li, zhao, read):
    exchange.ask("SELECT name FROM raw.police_households", who("zhao"), purpose="全市盘点")
    heard()
    (shown,) = [one for one in wang.get("/desk/monitor/").context["page"] if one["purpose"] == "全市盘点"]
    place = f"/desk/monitor/{shown['id']}/receipt.json"
    proven = ground.check_proof(wang.get(place).json(), keys=[one.pem for one in ground.public_keys()])
    assert proven.document["department"] == "shuju"
    assert li.get(place).status_code == 404
    assert "全市盘点" not in text(li, "/desk/monitor/")


def test_receipts_are_turned_page_by_page(wang, read, monkeypatch):
    monkeypatch.setattr("huicheng.portals.desk.monitor.NEWEST", 2)
    for number in range(3):
        exchange.ask("SELECT name FROM raw.police_households", who("wang"), purpose=f"第 {number} 次")
    heard()
    pages = [wang.get("/desk/monitor/", {"page": n, "side": "ours"}).context["page"] for n in (1, 2)]
    assert [[one["purpose"] for one in page] for page in pages] == [
        ["第 2 次", "第 1 次"],
        ["第 0 次", "核对户籍"],
    ]


def test_the_rows_of_an_export_stand_in_the_list_once_they_went_out(wang, receipt):
    b"".join(exchange.export("police_households", who("wang"), form="csv", purpose="年度盘点"))
    heard()
    assert [one["rows"] for one in wang.get("/desk/monitor/?side=ours").context["page"]] == [1]


def test_an_event_that_is_no_reading_has_no_receipt_here(zhao, receipt):
    delivery = next(one for one in ground.events(limit=20) if "Delivery" in one.kind)
    assert zhao.get(f"/desk/monitor/{delivery.id}/receipt.json").status_code == 404


def test_an_empty_city_says_so(zhao):
    assert "这段时间没有读取" in text(zhao, "/desk/monitor/?days=7")
