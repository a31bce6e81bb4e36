from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huicheng.codes import api as codes
from huicheng.codes.tests.corpus import f1, shenyang_firms

DISTRICTS = {
    "和平区": "210102",
    "沈河区": "210103",
    "大东区": "210104",
    "皇姑区": "210105",
    "铁西区": "210106",
    "苏家屯区": "210111",
    "浑南区": "210112",
    "东陵区": "210112",
    "浑南新区": "210112",
    "沈北新区": "210113",
    "新城子区": "210113",
    "于洪区": "210114",
    "辽中县": "210115",
    "辽中区": "210115",
    "康平县": "210123",
    "法库县": "210124",
    "新民市": "210181",
}
NAMED = re.compile("|".join(sorted(DISTRICTS, key=len, reverse=True)))
NUMBERED = re.compile(r"[路街巷道][^0-9０-９]{0,3}[0-9０-９]+(?:[-－—之]\d+)*[甲乙丙]?号")
SAME_FLAT = [
    "辽宁省沈阳市和平区南京南街12号3号楼2单元501室",
    "沈阳市和平区南京南街12号3-2-501",
    "和平区南京南街１２号万科城3#2-501",
    "沈阳市和平区南京南街十二号三号楼二单元五〇一室",
    "沈阳市和平区南京南街12号（3栋2单元501）",
    "沈阳和平区 南京南街12号3幢2-501",
]


@pytest.mark.parametrize("text", SAME_FLAT)
def test_one_flat_has_one_key_however_it_is_written(text: str) -> None:
    assert codes.address_key(text) == "210102|南京南街12|3|2|501"


@given(
    st.sampled_from(["南京南街", "三好街", "北一西路", "长白东路"]),
    st.integers(1, 400),
    st.integers(1, 30),
    st.integers(1, 9),
    st.integers(101, 3310),
)
def test_any_flat_written_long_and_short_is_the_same(
    road: str, number: int, building: int, unit: int, room: int
) -> None:
    long = f"辽宁省沈阳市和平区{road}{number}号{building}号楼{unit}单元{room}室"
    short = f"和平区{road}{number}号{building}-{unit}-{room}"
    assert codes.address_key(long) == codes.address_key(short)


@pytest.mark.parametrize(
    ("text", "division"),
    [
        ("沈阳市东陵区文溯街16-1号", "210112"),
        ("东陵区(浑南新区)文溯街16-1号", "210112"),
        ("沈阳市新城子区中央路37号", "210113"),
        ("辽中县辽中镇北一路51号", "210115"),
        ("沈阳经济技术开发区花海路30-1号", "210106"),
        ("铁西区路官一街16号", "210106"),
        ("中国(辽宁)自由贸易试验区沈阳片区南京南街1220号", "210112"),
        ("北京市朝阳区建国路88号", "110105"),
        ("法库双台子乡双台子村", "210124"),
        ("沈阳市东陵区南塔街道文萃路9号", "210103"),
        ("沈阳市东陵区南塔街道前桑林子村", "210112"),
        ("沈阳路12号", ""),
        ("和平胜景一街12号", "210102"),
        ("沈阳市于洪桃源巷87号", "210114"),
        ("沈阳市沈北新枫丹南湖小区2号楼", "210113"),
        ("大东小北关街5号", "210104"),
        ("铁西北一西路52号", "210106"),
        ("东陵文萃路9号", "210112"),
        ("和平街12号", ""),
        ("大东路12号", ""),
        ("皇姑屯12号", ""),
        ("沈阳市和平区沈阳市和平区南京南街12号", "210102"),
        ("浙江省海宁市马桥街道浙江省海宁市丰收路3号", "330481"),
    ],
)
def test_the_district_of_today_is_found(text: str, division: str) -> None:
    assert codes.parse_address(text).division == division


@pytest.mark.parametrize(
    ("text", "number", "room"),
    [
        ("铁西区北一西路52甲号BD座1102", "52甲", "1102"),
        ("沈河区北站路55号（C座1单元14楼1号）", "55", "1401"),
        ("和平区太原南街236号（1-9-3）", "236", "903"),
        ("于洪区沈北西路86号(9门", "86", "9"),
        ("浑南区世纪路19之2号316室", "19-2", "316"),
        ("东陵区万柳塘路105号甲", "105甲", ""),
        ("皇姑区北陵大街20号甲（鸿阳大厦1103室）", "20甲", "1103"),
        ("和平区文化路三十二—五号", "32-5", ""),
        ("和平区文化路十二之三号", "12-3", ""),
        ("铁西区北一西路８号三单元五〇一", "8", "501"),
        ("铁西区北一西路8号二栋一-二〇一", "8", "201"),
        ("铁西区北一西路94一7号", "94-7", ""),
    ],
)
def test_numbers_are_told_apart_by_the_word_behind_them(text: str, number: str, room: str) -> None:
    found = codes.parse_address(text)
    assert (found.number, found.room) == (number, room)


@pytest.mark.parametrize("name", ["甲子中心", "丁香花园", "乙烯大厦"])
def test_a_name_that_begins_with_甲_is_no_second_door(name: str) -> None:
    found = codes.parse_address(f"沈河区万柳塘路405号{name}")
    assert (found.number, found.compound) == ("405", name)


def test_a_farm_without_a_committee_is_a_community_with_or_without_虚拟() -> None:
    for text in ("沈北新区青年农场虚拟生活区5号", "沈北新区青年农场生活区5号"):
        assert codes.parse_address(text).community_code == "210113401598"


def test_a_village_named_after_its_street_is_a_village() -> None:
    assert codes.parse_address("苏家屯区十里河街道五里街村692号").community == "五里街村"


def test_a_number_behind_a_弄_is_a_building() -> None:
    found = codes.parse_address("宁波市海曙区彩虹南路387弄126号826室")
    assert (found.number, found.building, found.room) == ("387弄", "126", "826")


def test_streets_and_communities_carry_their_codes() -> None:
    found = codes.parse_address("沈阳市法库县双台子乡双台子村12号")
    assert (found.street_code, found.community_code, found.level) == ("210124209", "210124209207", "number")


def test_a_column_reads_equal_texts_once_and_keeps_nulls() -> None:
    table = codes.parse_addresses(pa.array([SAME_FLAT[0], None, SAME_FLAT[1], SAME_FLAT[0]]))
    assert table["key"].to_pylist() == [
        codes.address_key(SAME_FLAT[0]),
        None,
        *[codes.address_key(SAME_FLAT[0])] * 2,
    ]


def test_real_addresses_that_name_a_district_get_it() -> None:
    named = [(text, found[0]) for text in firms() if (found := NAMED.findall(text))]
    right = sum(codes.parse_address(text).division == DISTRICTS[name] for text, name in named)
    assert right / len(named) >= 0.97


def test_real_roads_and_numbers_are_found() -> None:
    numbered = [codes.parse_address(text) for text in firms() if NUMBERED.search(text)]
    assert sum(bool(found.road and found.number) for found in numbered) / len(numbered) >= 0.99


def test_the_districts_agree_with_the_firms_own_codes() -> None:
    pairs = [
        (codes.parse_address(firm["注册地址"]).division, firm["统一社会信用代码"][2:8])
        for firm in shenyang_firms()
    ]
    pairs = [(found, "210115" if code == "210122" else code) for found, code in pairs]
    known = [(found, code) for found, code in pairs if found and code in DISTRICTS.values()]
    assert sum(found == code for found, code in known) / len(known) >= 0.95


def test_a_foreign_corpus_is_read_better_than_by_a_plain_pattern() -> None:
    assert f1("huicheng") >= 0.82 > f1("plain")


def firms() -> list[str]:
    return [firm["注册地址"] for firm in shenyang_firms()]
