"""王芳 sees what is held about her; what 李强 reads of her she sees too."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from huicheng.bases import api as bases
from huicheng.exchange import api as exchange
from huicheng.fusion.api import FusionFinished
from huicheng.ground.api import Actor, act, check_proof, events, public_keys, publish
from huicheng.portals.citizen import mine

pytestmark = pytest.mark.django_db
LI = Actor(id="account:9", name="李强", kind="official", department="minzheng", duties=frozenset({"read"}))


RESOURCES = {
    "gongan": "police_households", "jiaoyu": "school_rolls", "renshe": "insurance_members", "weijian": "health_files",
}  # fmt: skip


def field(name, value, department, chosen, as_of=date(2026, 3, 1)):
    return {
        "base_id": "PWANG0000001", "field": name, "value": value, "department": department,
        "resource": RESOURCES[department], "delivery": "D1", "row": 1, "as_of": as_of,
        "rule": "户口登记项目", "score": 1.0, "chosen": chosen,
    }  # fmt: skip


ROWS = [
    field("name", "王芳", "gongan", True),
    field("id_number", "210102199003070040", "gongan", True),
    field("address", "沈阳市和平区文化路11号", "weijian", True),
    field("address", "沈阳市铁西区兴华街3号", "gongan", False, date(2001, 9, 1)),
    field("address", "沈阳市浑南区高荣路5号", "jiaoyu", False, date(2024, 9, 1)),
    field("phone", "13812345678", "renshe", True),
    field("phone", "13987654321", "jiaoyu", False),
    field("address", "沈阳市和平区文化路11号", "renshe", False),
]


@pytest.fixture
def registers():
    exchange.sync_declared()
    spec = exchange.resource("base.people_fields")
    table = pa.Table.from_pylist(ROWS).select([one.name for one in spec.fields])
    exchange.publish_table("base.people_fields", table)


def resident(username="wang", name="王芳", person="PWANG0000001"):
    account = get_user_model().objects.create_user(username, display_name=name, person=person)
    client = Client()
    client.force_login(account)
    return client


def test_every_value_says_who_supplied_it_and_when(registers):
    html = resident().get("/me/data/").content.decode()
    assert "来自公安局，2026年3月1日" in html


def test_where_departments_differ_both_are_shown(registers):
    page = resident().get("/me/data/")
    address = next(one for s in page.context["sections"] for one in s.fields if one.name == "address")
    assert [(one.department, one.shown) for one in address.differs] == [("jiaoyu", "沈阳市浑南区高荣路5号")]


def held(client):
    page = client.get("/me/data/")
    return {one.name: one for section in page.context["sections"] for one in section.fields}


def test_the_registered_address_is_a_fact_of_its_own_and_no_contradiction(registers):
    mine = held(resident())
    assert (mine["registered_address"].department, mine["registered_address"].differs) == ("gongan", [])
    assert "gongan" not in [one.department for one in mine["address"].differs]


def test_a_parents_telephone_in_the_school_roll_is_not_held_against_her_own(registers):
    mine = held(resident())
    assert mine["phone"].differs == []
    assert mine["guardian_phone"].covered == "139******21"


def test_whom_to_turn_to_has_a_number(registers):
    assert "先打 12345 问清楚" in resident().get("/me/data/").content.decode()


def said(name, value, department):
    return bases.FieldValue(
        field=name, value=value, department=department, resource="r", delivery="D1", row=1, as_of=None,
        rule="", score=1.0, chosen=department == "gongan",
    )  # fmt: skip


def said_otherwise(name, chosen, other):
    rows = [said(name, chosen, "gongan"), said(name, other, "jiaoyu")]
    return mine._others(name, rows[0], rows)


@pytest.mark.parametrize(
    ("name", "chosen", "other"),
    [
        ("address", "沈阳市苏家屯区三家子村852号", "辽宁省沈阳市苏家屯区姚千街道三家子村852号"),
        ("name", "王芳", "王　芳"),
        ("name", "陶哲", "陶喆"),
        ("partner_name", "欧阳娜娜", "欧阳 娜娜"),
    ],
)
def test_one_thing_written_two_ways_is_no_difference(name, chosen, other):
    assert said_otherwise(name, chosen, other) == []


WHOLE = "辽宁省沈阳市康平县白杨北街481号万和左岸名苑1号楼4单元202室"


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("沈阳市康平县胜利街道万和左岸名苑1栋4-202", True),
        ("沈阳市康平县白杨北街481号1-4-202", True),
        ("沈阳市康平县白杨北街481号1-4-203", False),
        ("沈阳市康平县白杨北街482号1-4-202", False),
        ("看不懂", False),
    ],
)
def test_a_door_has_two_names_and_the_register_of_dwellings_knows_both(address, same):
    assert mine.same_door(address, WHOLE) is same


@pytest.mark.parametrize(
    ("name", "chosen", "other"),
    [
        ("address", "沈阳市苏家屯区三家子村852号", "沈阳市苏家屯区三家子村853号"),
        ("address", "看不懂", "也看不懂"),
        ("name", "王芳", "王方"),
    ],
)
def test_what_truly_differs_is_shown(name, chosen, other):
    assert [one.shown for one in said_otherwise(name, chosen, other)] == [other]


def test_the_number_is_covered_until_asked_for(registers):
    assert "2101**************" in resident().get("/me/data/").content.decode()


def test_another_resident_sees_nothing_of_her(registers):
    html = resident("li", "李强", "PLI000000001").get("/me/data/").content.decode()
    assert "王芳" not in html
    assert "现在看不到您的数据" in html


def test_an_account_without_a_person_is_told_what_to_do(registers):
    assert "先完成实名" in resident(person="").get("/me/data/").content.decode()


def test_before_the_first_fusion_the_page_still_opens():
    exchange.sync_declared()
    assert resident().get("/me/data/").status_code == 200


def test_who_read_her_stands_on_her_page_with_the_purpose(registers):
    with pytest.raises(exchange.AccessDenied):
        bases.person_fields("PWANG0000001", actor=LI, purpose="核对低保")
    html = resident().get("/me/reads/").content.decode()
    assert "民政局 李强" in html
    assert "核对低保" in html


def test_her_own_reading_stands_apart(registers):
    client = resident()
    client.get("/me/data/")
    assert client.get("/me/reads/").context["others_count"] == 0
    own = client.get("/me/reads/?mine=1").context["page"]
    assert {one.purpose for one in own} == {"本人查看自己的数据"}


def test_home_says_what_waits(registers):
    assert "有 1 项，各部门记录得不一样" in resident().get("/me/").content.decode()


def test_an_official_is_not_let_into_a_residents_pages(client, registers):
    assert client.get("/me/")["Location"].startswith("/account/login/")


SUN = Actor(id="account:8", name="孙丽", kind="official", department="shuju", duties=frozenset({"read"}))

ZHAO = Actor(id="account:9", name="赵敏", kind="official", department="shuju", duties=frozenset({"steward"}))


@pytest.fixture
def people(registers):
    names = [one.name for one in exchange.resource("base.people").fields]
    rows = [
        {"base_id": "PWANG0000001", "name": "王芳", "sex": "2"},
        {"base_id": "PLI000000001", "name": "李强"},
    ]
    layout = pa.schema([(name, pa.string()) for name in names])
    table = pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows], schema=layout)
    exchange.publish_table("base.people", table)


def test_a_bulk_reading_stands_on_her_page_with_its_fields_and_its_receipt(people):
    exchange.ask("SELECT name, sex FROM base.people WHERE sex = '2'", SUN, purpose="慢病随访")
    client = resident()
    html = client.get("/me/reads/").content.decode()
    assert "数据局 孙丽" in html
    assert "查阅了 1 行数据，其中有您的" in html
    assert "人口基础库：性别；姓名（已遮掩）" in html
    (read,) = client.get("/me/reads/").context["page"].object_list
    proof = client.get(f"/me/reads/{read.receipt}/receipt.json").json()
    proven = check_proof(proof, keys=[one.pem for one in public_keys()])
    assert (proven.document["name"], proven.members) == ("孙丽", ("PWANG0000001",))


def test_an_export_says_how_many_rows_went_out_once_they_did(people):
    pieces = exchange.export("base.people", ZHAO, form="csv", purpose="全市盘点")
    assert "导出了整张表" in resident().get("/me/reads/").content.decode()
    b"".join(pieces)
    (begun,) = exchange.readings(department="shuju")
    assert exchange.rows_handed_out(begun) == 2


def test_a_bulk_reading_of_others_is_not_hers_nor_is_its_receipt(people):
    exchange.ask("SELECT name FROM base.people WHERE sex = '2'", SUN, purpose="慢病随访")
    event = events(kind=exchange.QuestionAsked.kind())[0].id
    client = resident("li", "李强", "PLI000000001")
    assert client.get("/me/reads/").context["others_count"] == 0
    assert client.get(f"/me/reads/{event}/receipt.json").status_code == 404


def test_the_platforms_own_runs_are_one_line(people):
    for run in ("1", "2"):
        fused(run)
    (read,) = resident().get("/me/reads/").context["page"].object_list
    assert "共 2 次" in read.what


@act
def fused(run):
    publish(FusionFinished(run=run))
