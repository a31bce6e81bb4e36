from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huicheng.exchange.api import (
    AccessDenied,
    Field,
    NoData,
    ask,
    decide,
    declare,
    publish_table,
    resource,
    resources,
    sample,
)
from huicheng.exchange.asking import admit, ask_admitted
from huicheng.exchange.figures import declared_statistics, is_statistic
from huicheng.exchange.policy import MASKS, Bounds, bounds_of, masked
from huicheng.ground.api import ANONYMOUS, Actor, events, system_actor
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db

ZHAO = Actor(id="a1", name="赵敏", kind="official", department="shuju", duties=frozenset({"steward"}))
SUN = Actor(
    id="a2", name="孙丽", kind="official", department="weijian", duties=frozenset({"read", "deliver"})
)
WANG = Actor(id="a3", name="王芳", kind="resident", person="P000000000001")
LI = Actor(id="a4", name="李强", kind="resident", person="P000000000002")


@pytest.fixture
def people():
    spec = resource("base.people")
    wang = {
        "base_id": "P000000000001",
        "name": "王芳",
        "id_number": "210102199003078888",
        "phone": "13812345678",
    }
    li = {
        "base_id": "P000000000002",
        "name": "李强",
        "id_number": "210103198001019999",
        "phone": "13998765432",
    }
    address = {"address": "辽宁省沈阳市和平区南京南街12号3单元502室"}
    rows = [{f.name: (one | address).get(f.name) for f in spec.fields} for one in (wang, li)]
    layout = pa.schema([(f.name, pa.string()) for f in spec.fields])
    publish_table("base.people", pa.Table.from_pylist(rows, schema=layout))


NAMES = "SELECT name, id_number, phone, address FROM base.people ORDER BY base_id"


def test_a_stranger_reads_no_person(people):
    with pytest.raises(AccessDenied, match="人口基础库"):
        ask(NAMES, ANONYMOUS, purpose="好奇")


def test_a_resident_reads_his_own_row_and_no_other(people):
    assert ask(NAMES, WANG, purpose="本人查询").table["name"].to_pylist() == ["王芳"]


def test_what_bounds_a_resident_bounds_his_question_in_another_city(people):
    own = bounds_of(decide(resource("base.people"), WANG, "查看本人信息")).as_dict()
    everything = system_actor("another city")  # whose own rules would show it all
    sql, within = "SELECT name FROM base.people", {"base.people": Bounds.from_dict(own)}
    admitted = admit(sql, everything, "查看本人信息", within=within)
    answer = ask_admitted(sql, everything, "查看本人信息", admitted)
    assert answer.table.to_pylist() == [{"name": "王芳"}]


def test_a_steward_sees_people_masked(people):
    row = ask(NAMES, ZHAO, purpose="质量核查").table.to_pylist()[0]
    assert row["name"] == "王*"
    assert row["id_number"] == "2101**************"
    assert row["phone"] == "138******78"
    assert row["address"].startswith("辽宁省沈阳市和平区")
    assert "南京南街" not in row["address"]


def test_without_a_purpose_even_a_steward_is_refused(people):
    with pytest.raises(AccessDenied, match="用途"):
        ask(NAMES, ZHAO, purpose=" ")


def test_a_filter_cannot_find_what_is_masked(people):
    sql = "SELECT count(*) AS n FROM base.people WHERE id_number = '210102199003078888'"
    assert ask(sql, ZHAO, purpose="试探").table["n"].to_pylist() == [0]


def test_links_are_for_stewards_only(people):
    assert not decide(resource("base.people_links"), SUN, "核对").allowed


def program(department: str, *duties: str) -> Actor:
    return Actor(id="key:1", name="学籍系统", kind="machine", department=department, duties=frozenset(duties))


@pytest.mark.parametrize(
    "code", ["base.people", "base.houses", "base.people_fields", "base.relations", "base.people_links"]
)
@pytest.mark.parametrize("duty", ["read", "decide"])
def test_a_register_that_is_not_for_all_needs_a_grant(code, duty):
    zheng = replace(SUN, department="zhengfuban", duties=frozenset({duty}))
    assert not decide(resource(code), program("jiaoyu", "read", duty), "想看看").allowed
    assert not decide(resource(code), zheng, "想看看").allowed


@pytest.mark.parametrize("code", ["base.relations", "base.people_links", "base.houses_links"])
def test_what_is_not_shared_is_for_the_steward_and_whom_it_is_about(code):
    reader = replace(ZHAO, duties=frozenset({"read", "deliver", "decide"}))
    assert not decide(resource(code), reader, "核对").allowed
    assert decide(resource(code), ZHAO, "平台运行").allowed
    assert decide(resource(code), WANG, "本人查询").allowed == (code == "base.relations")


def test_a_leader_asks_what_is_declared_and_gets_sums(people):
    zheng = replace(SUN, department="zhengfuban", duties=frozenset({"decide"}))
    (counted,) = [path for _t, path in declared_statistics() if path.name == "residents.sql"]
    assert ask(counted, zheng, purpose="城市一览", params={"district": ""}).table["value"].to_pylist() == [2]
    with pytest.raises(AccessDenied, match="人口基础库"):
        ask(counted.read_text(encoding="utf-8"), zheng, purpose="城市一览", params={"district": ""})


def test_every_declared_statistic_of_a_closed_register_hands_on_sums():
    closed = {
        one.table for one in resources() if one.code.startswith("base.") and one.share != "unconditional"
    }
    asked = [path for _t, path in declared_statistics() if closed & set(lake.tables_in(path))]
    assert len(asked) >= 8
    assert not [path.name for path in asked if not is_statistic(path)]


def test_a_declared_question_that_lists_rows_is_no_statistic(tmp_path, monkeypatch):
    listing = tmp_path / "list.sql"
    listing.write_text("SELECT name, birth_date FROM base.people")
    monkeypatch.setattr("huicheng.exchange.figures.declared_statistics", lambda: [("名单", listing)])
    assert not is_statistic(listing)


def test_what_is_internal_is_withheld_where_what_is_personal_is_masked():
    seen = decide(resource("base.people"), ZHAO, "质量核查").columns
    assert not {"birth_date", "household_no"} & set(seen)
    assert seen["home_id"] == "masked"
    assert decide(resource("health_files"), SUN, "核对").columns["birth_date"] == "plain"


def test_a_department_reads_its_own_and_not_its_neighbours():
    assert decide(resource("health_files"), SUN, "核对").allowed
    assert not decide(resource("police_households"), SUN, "核对").allowed


def test_a_table_that_is_not_in_the_catalogue_is_nobodys(people):
    with pytest.raises(AccessDenied, match="目录里没有表"):
        ask("SELECT * FROM base.secret", system_actor("fusion"), purpose="运行")


def test_a_question_leaves_a_trace_and_so_does_a_refusal(people):
    ask(NAMES, ZHAO, purpose="质量核查")
    with pytest.raises(AccessDenied):
        ask(NAMES, ANONYMOUS, purpose="好奇")
    kinds = [e.kind for e in events(subject="resource:base.people")]
    assert kinds[:2] == ["exchange.AccessRefused", "exchange.QuestionAsked"]


def test_what_nobody_delivered_yet_is_said(people):
    with pytest.raises(NoData):
        sample("police_households", system_actor("test"))


def test_nothing_open_holds_a_personal_field():
    assert not [r.code for r in resources() if r.open for f in r.fields if f.sensitivity == "personal"]


duties = st.frozensets(st.sampled_from(["read", "deliver", "decide", "steward"]))
actors = st.builds(
    Actor,
    id=st.just("x"), name=st.just("某人"), duties=duties,
    kind=st.sampled_from(["anonymous", "resident", "official"]),
    department=st.sampled_from([None, "shuju", "weijian", "gongan", "zhengfuban"]),
    person=st.sampled_from([None, "P000000000001"]),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(actor=actors, purpose=st.sampled_from(["", "核对"]))
def test_no_person_ever_sees_a_strangers_personal_value_in_bulk(actor, purpose):
    for spec in resources():
        decision = decide(spec, actor, purpose)
        plain = {name for name, show in decision.columns.items() if show == "plain"}
        leaked = [f.name for f in spec.fields if f.sensitivity == "personal" and f.name in plain]
        assert not leaked or (decision.where and actor.person and actor.person in decision.where)


def test_a_field_declared_after_the_last_version_reads_as_empty(people):
    spec = resource("base.people")
    declare(replace(spec, fields=(*spec.fields, Field("weighed_on", "称重日期", "date"))))
    asked = "SELECT count(*) AS n FROM base.people WHERE weighed_on IS NULL OR weighed_on > DATE '2020-01-01'"
    assert ask(asked, ZHAO, purpose="质量核查").table["n"].to_pylist() == [2]


def shown(mask, value: str) -> str:
    return lake.ask(f"SELECT {masked(mask, lake.literal(value))} AS v").table["v"][0].as_py()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(MASKS)), st.text("省市区县路街号小新区沈阳0128E", min_size=1, max_size=24))
def test_a_mask_shows_at_most_half_of_a_value_and_hides_six_characters(mask, value):
    plain = shown(mask, value).replace("*", "")
    assert len(plain) * 2 <= len(value)
    assert not plain or mask == "name" or len(value) - len(plain) >= 6
    assert len(plain) <= {"id": 4, "phone": 5, "name": 1, "hide": 0}.get(mask, 24)


@pytest.mark.parametrize(
    ("mask", "value", "seen"),
    [("id", "E1234567", "**********"), ("phone", "2345678", "******"), ("name", "王", "*"),
     ("address", "青年大街12号小区3栋", "******"), ("address", "沈河区青年大街12号3栋", "沈河区******")],
)  # fmt: skip
def test_what_is_short_is_hidden_whole(mask, value, seen):
    assert shown(mask, value) == seen
