"""王芳 is held by three departments, her employer by two: what they say differently, and what only looks different."""

from __future__ import annotations

from pathlib import Path

import pytest

from huicheng.exchange import api as exchange
from huicheng.fusion import api as fusion
from huicheng.fusion.meaning import fact_of, meaning
from huicheng.ground.api import acting_as, system_actor
from huicheng.lake import api as lake

NUMBER = "210102199003070046"
CODE = "91210102117776048G"
FILES = {
    "police_households": "公民身份号码,姓名,性别,出生日期,户号,户籍地址,登记日期,状态\n"
    f"{NUMBER},王芳,女,1990-03-07,H1,沈阳市和平区文化路11号2号楼1单元301室,2001-01-01,正常\n",
    "health_files": "档案编号,身份证件号,姓名,性别,出生日期,现住址,血型,建档日期\n"
    f"1,{NUMBER},王芳,女,1990-03-07,沈阳市浑南区高荣路5号3号楼2单元502室,N/A,2020-01-01\n"
    f"2,{NUMBER},王 芳,女,1990-03-07,沈阳市浑南区高荣路5号3号楼2单元502室,O型,2021-01-01\n",
    "insurance_members": "个人编号,证件号码,姓名,出生年月日,联系地址,更新日期\n"
    f"7,{NUMBER},王芳,1990-03-07,浑南区高荣路5号3-2-502,2024-01-01\n",
    "civil_records": "身份证号,姓名,性别,出生日期,业务类别,配偶姓名,办理日期\n"
    f"{NUMBER},王芳,女,1990-03-07,结婚登记,李强,2019-01-01\n"
    f"{NUMBER},王芳,女,1990-03-07,高龄津贴,,2019-02-01\n",
    "firm_registrations": "统一社会信用代码,企业名称,注册日期,企业类型,经营状态\n"
    f"{CODE},沈阳市友谊印刷有限责任公司,1980-01-05,股份合作制,存续\n",
    "tax_payers": "纳税人识别号,纳税人名称,登记日期,纳税人状态\n"
    f"{CODE},沈阳市友谊印刷有限公司,1980-02-20,正常\n",
}  # fmt: skip


@pytest.fixture
def figures(transactional_db, tmp_path: Path):
    exchange.sync_declared()
    with acting_as(system_actor("tests")):
        for code, text in FILES.items():
            path = tmp_path / f"{code}.csv"
            path.write_text(text, encoding="utf-8")
            exchange.deliver(code, path)
    fusion.fuse()
    lines = lake.read("stat.quality").read_all().to_pylist()
    return {(one["resource"], one["field"]): one for one in lines}


def test_values_are_held_against_each_other_by_what_they_mean(figures):
    home = figures["health_files", "address"]
    assert (home["compared"], home["consistent"]) == (2, 2)
    assert figures["police_households", "address"]["compared"] == 0
    assert figures["tax_payers", "registered_on"]["compared"] == 0
    name, state = figures["tax_payers", "name"], figures["tax_payers", "status"]
    assert (name["compared"], name["consistent"]) == (1, 1)
    assert (state["compared"], state["consistent"]) == (1, 1)


def test_the_reference_is_held_against_the_others_and_not_against_itself(figures):
    name, home = figures["police_households", "name"], figures["police_households", "address"]
    assert (name["compared"], name["consistent"]) == (1, 1)
    assert home["compared"] == 0


def test_what_says_nothing_is_not_filled_in(figures):
    blood = figures["health_files", "blood_type"]
    assert (blood["rows"], blood["filled"], blood["valid"]) == (2, 1, 1)


def test_only_marriage_business_tells_who_is_married(figures):
    married = figures["civil_records", "marital"]
    assert (married["rows"], married["filled"], married["valid"]) == (1, 1, 1)


def test_one_number_in_two_rows_is_counted_where_it_should_stand_once(figures):
    assert figures["health_files", "id_number"]["repeated"] == 2
    assert figures["civil_records", "id_number"]["repeated"] is None


def test_the_registers_own_wording_of_a_kind_is_known(figures):
    assert figures["firm_registrations", "kind"]["valid"] == 1


def test_rows_behind_a_figure_are_named_by_number_alone(figures):
    rows = lake.read("base.quality_rows").read_all().to_pylist()
    (empty,) = [one for one in rows if (one["field"], one["what"]) == ("blood_type", "empty")]
    assert (empty["resource"], empty["row"]) == ("health_files", 1)
    assert "王芳" not in str(rows)


def test_every_run_adds_a_page_to_the_history(figures):
    once = lake.rows("stat.quality_history")
    fusion.fuse()
    assert lake.rows("stat.quality_history") == 2 * once


@pytest.mark.parametrize(
    ("kind", "field", "one", "other"),
    [
        ("people", "name", "陶喆", "陶哲"),
        ("people", "address", "沈阳市浑南区高荣路5号3号楼2单元502室", "浑南区高荣路5号3-2-502"),
        ("firms", "name", "沈阳友谊有限责任公司", "沈阳友谊有限公司"),
        ("houses", "area", "89.32", "89.3"),
    ],
)
def test_two_ways_of_writing_mean_the_same(kind, field, one, other):
    assert meaning(kind, field, one) == meaning(kind, field, other)


def test_a_firm_that_does_not_file_taxes_may_be_in_any_state():
    assert meaning("firms", "status", "非正常户") == ""


def test_the_registered_address_is_a_fact_of_its_own():
    assert fact_of("police_households", "address") == "registered_address"
    assert fact_of("health_files", "address") == "address"
