from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huicheng.codes import api as codes

FIFTH = date(2020, 1, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2020-1-5",
        "20200105",
        "2020/1/5",
        "2020年1月5日",
        "二〇二〇年一月五日",
        "民国一百零九年一月五日",
        "43835",
        "2020.01.05",
        "２０２０－０１－０５",
        "2020-01-05 08:30:00",
        "20200105083000",
    ],
)
def test_one_day_however_it_is_written(text: str) -> None:
    assert codes.read_date(text) == FIFTH


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2020-02-30", "date.impossible"),
        ("20201301", "date.impossible"),
        ("1700-01-01", "date.range"),
        ("5/1/2020", "date.form"),
        ("2020", "date.form"),
        ("明天", "date.form"),
    ],
)
def test_a_day_that_is_not_there_is_refused(text: str, problem: str) -> None:
    with pytest.raises(codes.Refused) as refusal:
        codes.read_date(text)
    assert refusal.value.code == problem


@given(
    st.lists(st.dates(date(1850, 1, 1), date(2100, 12, 31))),
    st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y年%m月%d日"]),
)
def test_a_column_of_days_comes_back_whole(days: list[date], shape: str) -> None:
    column = pa.array([f"{day:{shape}}" for day in days], pa.string())
    assert codes.dates(column).values.to_pylist() == days


@given(st.lists(st.text("0123456789-/.年月日 ", min_size=1, max_size=11)))
def test_the_column_of_dates_judges_as_the_single_date(texts: list[str]) -> None:
    checked = codes.dates(pa.array(texts, pa.string()))
    for text, value, problem in zip(texts, *map(pa.Array.to_pylist, checked), strict=True):
        assert not text.strip() or judged(text) == (value, problem)


def judged(text: str) -> tuple[date | None, str | None]:
    try:
        return codes.read_date(text), None
    except codes.Refused as refusal:
        return None, refusal.code


def test_a_time_without_a_clock_is_midnight() -> None:
    assert codes.read_datetime("2020年1月5日") == datetime(2020, 1, 5)


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("50(万元人民币)", 500_000),
        ("16.4万人民币", 164_000),
        ("1,165(万元人民币)", 11_650_000),
        ("伍拾万元整", 500_000),
        ("￥3,000.50", "3000.50"),
        ("3亿", 300_000_000),
        ("人民币壹佰万元整", 1_000_000),
        ("1,289.2000(万元人民币)", 12_892_000),
    ],
)
def test_money_is_counted_in_yuan(text: str, yuan: int | str) -> None:
    assert codes.read_money(text).yuan == Decimal(yuan)


def test_foreign_money_says_that_it_was_converted() -> None:
    assert codes.read_money("2,000(万美元)").currency == "USD"
    assert codes.check("money", pa.array(["2,000(万美元)"])).problems.to_pylist() == ["money.foreign"]


@pytest.mark.parametrize("text", ["万", "N/A", "50万(万元)", "12火星币", ""])
def test_money_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(codes.Refused):
        codes.read_money(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("138 0013 8001", "13800138001"),
        ("+86-138-0013-8001", "13800138001"),
        ("（024）2325-6677", "024-23256677"),
        ("23256677", "024-23256677"),
        ("024-23256677转801", "024-23256677-801"),
        ("013800138001", "13800138001"),
        ("１３８００１３８００１", "13800138001"),
        ("13800138001/23256677", "13800138001"),
        ("0411-84211234", "0411-84211234"),
    ],
)
def test_a_telephone_number_has_one_form(text: str, number: str) -> None:
    assert codes.phone(text) == number
    assert codes.phones(pa.array([text])).values.to_pylist() == [number]


def test_an_invented_telephone_number_is_refused() -> None:
    checked = codes.phones(pa.array(["13888888888", "13800138001"]))
    assert checked.problems.to_pylist() == ["phone.invented", None]


@given(st.lists(st.text("0123456789-+ ()转/", min_size=1, max_size=16)))
def test_a_number_read_twice_is_the_same_number(texts: list[str]) -> None:
    once = codes.phones(pa.array(texts, pa.string())).values
    again = codes.phones(once).values
    assert again.to_pylist() == once.to_pylist()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("欧阳 娜娜", "欧阳娜娜"),
        ("買買提．吐尔逊", "买买提·吐尔逊"),
        ("ＬＩ　Lei", "LI Lei"),
        ("王芳（已故）", "王芳"),
        ("陈昇", "陈昇"),
    ],
)
def test_a_persons_name_has_one_form(text: str, name: str) -> None:
    assert codes.person_name(text) == name


@pytest.mark.parametrize("text", ["测试", "无名氏", "123", "张某某", "test", "王王王", "李", "?"])
def test_a_name_nobody_bears_is_refused(text: str) -> None:
    with pytest.raises(codes.Refused):
        codes.person_name(text)


def test_names_that_sound_alike_share_a_key() -> None:
    assert codes.sound_key("张静") == codes.sound_key("章晶") != codes.sound_key("李强")


def test_a_firms_name_falls_into_four_parts() -> None:
    found = codes.split_firm_name("沈阳 大商科技有限公司（沈阳）")
    assert (codes.split_firm_name("沈阳大商科技有限公司").brand, found.region) == ("大商", "沈阳")
    branch = codes.split_firm_name("沈阳市好运物流有限公司铁西分公司")
    assert (branch.brand, branch.trade, branch.branch) == ("好运", "物流", "铁西分公司")


@given(st.text(max_size=30))
def test_standard_forms_are_stable(text: str) -> None:
    for standard in (codes.person_name, codes.firm_name):
        try:
            once = standard(text)
        except codes.Refused:
            continue
        assert standard(once) == once


def test_a_code_table_knows_names_aliases_and_its_source() -> None:
    sex = codes.table("sex")
    assert [sex.code(text) for text in ("男", "1", "01", "M", "男性")] == ["1"] * 5
    assert sex.source.startswith("GB/T 2261.1")
    assert codes.label("ethnicity", "11") == "满族"
