"""Applications and grants on the desk: 李强 of civil affairs asks, 孙丽 of the health commission answers."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.portals.desk.tests.conftest import person

pytestmark = pytest.mark.django_db(transaction=True)
APPLY = "/desk/access/apply/health_files/"


@pytest.fixture
def sun(city):
    return person("sun", "孙丽", read="weijian", grant="weijian")


def form(**how):
    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    usual = {"column": ["name", "phone"], "plain": ["name"], "purpose": "核对高龄津贴", "basis": "《老年人权益保障法》",
             "until": until, "filter-field": ["sex", "", ""], "filter-op": ["=", "=", "="],
             "filter-value": ["1", "", ""]}  # fmt: skip
    return {**usual, **how}


def one_file() -> None:
    """A health file of 2020, as it was delivered."""
    known = {"file_no": "JK1", "name": "王小明", "sex": "1", "updated_on": date(2020, 5, 1)}
    fields = exchange.resource("health_files").fields
    shape = pa.schema([(one.name, pa.date32() if one.kind == "date" else pa.string()) for one in fields])
    exchange.publish_table("health_files", pa.Table.from_pylist([known], schema=shape))


def applied(client) -> str:
    return client.post(APPLY, form())["Location"]


def test_he_applies_and_sees_when_it_is_answered(li):
    place = applied(li)
    page = li.get(place).content.decode()
    assert "等提供方答复" in page
    assert "撤回申请" in page
    (asked,) = exchange.applications_of("minzheng")
    assert asked.wanted.filter == (exchange.Condition("sex", "=", "1"),)


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(li):
    answer = li.post(APPLY, form(basis=""))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "必须写明依据的法律条文" in page
    assert 'value="核对高龄津贴"' in page


def test_she_grants_less_and_he_finds_the_grant(li, sun):
    place = applied(li)
    assert "同意给哪些信息项" in sun.get(place).content.decode()
    answer = {"do": "approve", "column": ["name"], "per_minute": "5", "rows_per_day": "1000"}
    assert sun.post(place, answer).status_code == 302
    (one,) = exchange.grants_of("minzheng")
    assert (one.columns, one.plain, one.per_minute) == (("name",), (), 5)
    assert "今天还可以取" in li.get(f"/desk/access/grants/{one.id}/").content.decode()


def test_she_returns_it_and_he_mends_it(li, sun):
    place = applied(li)
    assert sun.post(place, {"do": "return"}).status_code == 400
    sun.post(place, {"do": "return", "reason": "请写到条"})
    assert "请写到条" in li.get(place).content.decode()
    assert li.post(f"{place}amend/", form(basis="《老年人权益保障法》第三十三条")).status_code == 302
    assert exchange.applications_of("minzheng")[0].state == "submitted"


def test_revoking_says_why(li, sun):
    place = applied(li)
    sun.post(place, {"do": "approve", "column": ["name"]})
    (one,) = exchange.grants_of("minzheng")
    sun.post(f"/desk/access/grants/{one.id}/", {"do": "revoke", "reason": "已办结"})
    page = li.get(f"/desk/access/grants/{one.id}/").content.decode()
    assert "授权已撤销" in page
    assert "已办结" in page


def test_a_third_department_learns_nothing(li, wang, sun):
    place = applied(li)
    assert wang.get(place).status_code == 404
    sun.post(place, {"do": "approve", "column": ["name"]})
    (one,) = exchange.grants_of("minzheng")
    assert wang.get(f"/desk/access/grants/{one.id}/").status_code == 404


def test_a_colleague_who_may_not_grant_sees_no_form(li, city):
    colleague = person("qian", "钱明", read="weijian")
    place = applied(li)
    assert "同意给哪些信息项" not in colleague.get(place).content.decode()
    assert colleague.post(place, {"do": "approve", "column": ["name"]}).status_code == 400


def test_own_and_open_resources_need_no_application(li):
    assert li.get("/desk/access/apply/civil_records/").status_code == 403
    assert li.get("/desk/access/apply/air_hourly/").status_code == 403
    assert li.get("/desk/access/apply/nothing/").status_code == 404


def test_the_lists_say_what_waits_for_whom(li, sun):
    applied(li)
    assert "居民健康档案" in li.get("/desk/access/?show=mine").content.decode()
    assert "等提供方答复" in sun.get("/desk/access/").content.decode()
    assert "还没有得到授权" in li.get("/desk/access/?show=held").content.decode()


def test_a_figure_that_is_no_number_is_said(li, sun):
    answer = sun.post(applied(li), {"do": "approve", "column": ["name"], "per_minute": "很多"})
    assert answer.status_code == 400
    assert "“很多”不是整数" in answer.content.decode()


def test_what_waits_for_her_answer_stands_on_her_desk_and_what_came_back_on_his(li, sun):
    place = applied(li)
    assert place in sun.get("/desk/").content.decode()
    assert place not in li.get("/desk/").content.decode()
    sun.post(place, {"do": "return", "reason": "请写到条"})
    assert place not in sun.get("/desk/").content.decode()
    assert place in li.get("/desk/").content.decode()


def test_an_entry_of_another_department_leads_to_its_application(li):
    assert APPLY in li.get("/desk/catalogue/e/health_files/").content.decode()
    assert "/desk/access/apply/" not in li.get("/desk/catalogue/e/civil_records/").content.decode()


def test_she_narrows_the_rows_before_she_grants(li, sun):
    place = applied(li)
    assert "＝ 1" in sun.get(place).content.decode()
    rows = {
        "filter-field": ["updated_on", "", ""],
        "filter-op": [">=", "=", "="],
        "filter-value": ["2026-01-01", "", ""],
    }
    answer = {"do": "approve", "column": ["name"], **rows}
    assert sun.post(place, answer).status_code == 302
    (one,) = exchange.grants_of("minzheng")
    assert one.filter == (
        exchange.Condition("sex", "=", "1"),
        exchange.Condition("updated_on", ">=", "2026-01-01"),
    )


def test_a_narrowing_is_tried_before_it_is_granted_and_keeps_what_was_typed(li, sun):
    one_file()
    place = applied(li)
    rows = {"filter-field": ["updated_on"], "filter-op": ["<"], "filter-value": ["1990-01-01"]}
    answer = sun.post(place, {"do": "preview", "column": ["name"], "per_minute": "7", **rows})
    page = answer.content.decode()
    assert (answer.status_code, exchange.grants_of("minzheng")) == (200, [])
    assert "申请的行范围里现在没有行" in page
    assert 'value="1990-01-01"' in page
    assert 'value="7"' in page


def test_a_narrowing_that_fits_no_item_is_said(li, sun):
    place = applied(li)
    rows = {"filter-field": ["updated_on"], "filter-op": ["<"], "filter-value": ["昨天"]}
    answer = sun.post(place, {"do": "approve", "column": ["name"], **rows})
    assert (answer.status_code, exchange.grants_of("minzheng")) == (400, [])
    assert 'href="#rows"' in answer.content.decode()
