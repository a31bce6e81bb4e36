"""王芳 finds her household, her home and her firms among her data, and on the way in the air and her district."""

from __future__ import annotations

import pyarrow as pa
import pytest

from huicheng.exchange import api as exchange
from huicheng.fusion.api import AUTHORITY
from huicheng.portals.citizen import ties, today
from huicheng.portals.citizen.tests.test_my_data import registers, resident

__all__ = ["registers"]
pytestmark = pytest.mark.django_db
ME = "PWANG0000001"


def publish(code, *rows):
    spec = exchange.resource(code)
    kinds = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "date": pa.date32()}
    layout = pa.schema([(one.name, kinds.get(one.kind, pa.string())) for one in spec.fields])
    names = layout.names
    exchange.publish_table(
        code, pa.Table.from_pylist([{n: row.get(n) for n in names} for row in rows], layout)
    )


def value(base_id, field, text, resource, department):
    return {
        "base_id": base_id, "field": field, "value": text, "department": department, "resource": resource,
        "delivery": "D1", "chosen": resource != "tax_payers",
    }  # fmt: skip


@pytest.fixture
def tied(registers):
    publish("base.people", {"base_id": ME, "name": "王芳", "employer_id": "F1", "home_id": "H1"})
    publish("base.houses", {"base_id": "H1", "owner_person": ME})
    publish("base.firms", {"base_id": "F1"})
    publish("base.houses_fields", value("H1", "area", "89.3", "property_titles", "fangchan"))
    publish(
        "base.firms_fields",
        value("F1", "name", "沈阳甲厂", "firm_registrations", "shichang"),
        value("F1", "registered_on", "1980-01-05", "firm_registrations", "shichang"),
        value("F1", "registered_on", "1980-02-20", "tax_payers", "shuiwu"),
    )


def test_her_home_and_her_firm_stand_among_her_data_with_who_supplied_them(tied):
    html = resident().get("/me/data/").content.decode()
    assert "我名下、我住的房屋" in html
    assert "89.3 平方米" in html
    assert "来自房产局" in html
    assert "沈阳甲厂" in html


def test_the_day_of_tax_registration_does_not_contradict_the_founding_day(tied):
    page = resident().get("/me/data/")
    firm = next(one for one in page.context["ties"].sections if one.icon == "firm")
    days = {one.name: (one.value, list(one.differs)) for one in firm.fields}
    assert days["registered_on"] == ("1980年1月5日", [])
    assert days["tax_registered_on"] == ("1980年2月20日", [])


def test_another_resident_sees_nothing_of_her_ties(tied):
    assert "沈阳甲厂" not in resident("li", "李强", "PLI000000001").get("/me/data/").content.decode()


def test_every_way_of_being_tied_has_a_name():
    for how in (("home",), ("owner",), ("home", "owner"), ("employer",), ("employer", "legal_person")):
        assert ties._title(how)
        assert ties._note(how)


def test_every_field_that_is_shown_says_why_this_value(registers):
    said = {(one.kind, one.field) for one in AUTHORITY}
    assert {("houses", name) for name in ties._house()} <= said


def hour(**measured):
    return {"time": "2015-12-31 23:00:00", "temperature": -6.0, "humidity": 79.0, **measured}


@pytest.fixture
def open_data(registers):
    table = pa.Table.from_pylist([hour(pm25_us_post=275.0)])
    columns = {one.name: one for one in exchange.resource("air_hourly").fields}
    full = {name: pa.array([hour(pm25_us_post=275.0).get(name)]) for name in columns}
    full["time"] = table["time"].cast(pa.timestamp("us"))
    for name in ("pm25_taiyuanjie", "pm25_xiaoheyan"):
        full[name] = pa.nulls(1, pa.float64())
    exchange.publish_table("air_hourly", pa.table(full))
    step = {
        "pollutant": "PM2.5",
        "period": "24h",
        "iaqi_low": 300,
        "iaqi_high": 400,
        "low": 250.0,
        "high": 350.0,
    }
    publish("aqi_breakpoints", step)
    publish("census_2020", {"district": "210102", "district_name": "和平区", "residents": 730800})
    publish("service_items", {"item_code": "1", "name": "社会保险登记", "department": "区人社局"})


def test_the_last_air_on_record_says_of_when_it_is(open_data):
    html = resident().get("/me/").content.decode()
    assert "PM2.5 275 微克/立方米" in html
    assert "严重污染" in html
    assert "2015年12月31日 23:00的观测，是现有的最后一次，不是今天的" in html


def test_her_district_is_that_of_her_present_address(open_data):
    html = resident().get("/me/").content.decode()
    assert "我所在的和平区" in html
    assert "2020 年人口普查" in html


def test_without_open_data_the_home_still_opens_and_invents_nothing(registers):
    html = resident().get("/me/").content.decode()
    assert "PM2.5" not in html
    assert "我所在的" not in html


@pytest.mark.parametrize("asked", ["社会保险", "shehui", "shbxdj"])
def test_services_and_data_sets_are_found_beside_her_own_data(open_data, asked):
    page = resident().get("/me/search/", {"q": asked})
    found = {group.title: [one.title for one in group.found] for group in page.context["groups"]}
    assert found["办事"] == ["社会保险登记"]
    assert "只作参考" in page.content.decode()


def test_an_open_data_set_is_found_by_its_sound(registers):
    page = resident().get("/me/search/", {"q": "kongqi"})
    assert "逐小时空气与气象（沈阳）" in page.content.decode()


def test_the_steps_of_the_standard_have_its_words():
    assert [today.grade(one) for one in (50, 51, 150, 200, 300, 301)] == [
        "优", "良", "轻度污染", "中度污染", "重度污染", "严重污染",
    ]  # fmt: skip
