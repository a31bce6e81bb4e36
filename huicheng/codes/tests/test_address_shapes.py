"""Reading by shape gives what reading one by one gives, on made and on real addresses."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from huicheng.codes import address_fronts, address_text, addresses
from huicheng.codes import api as codes
from huicheng.codes.address_columns import address_parts, judge_addresses, reader_of
from huicheng.codes.columns import one_by_one
from huicheng.codes.tests.corpus import labelled_addresses, shenyang_firms

HEADS = (
    "辽宁省沈阳市和平区",
    "沈阳市新民市前当堡镇",
    "于洪",
    "沈阳市",
    "",
    "辽中县辽中镇",
    "大东区东站街道瑞家社区",
)
ROADS = ("南京南街", "北一西路", "路官一街", "中央路", "16号街", "金山二路", "幸福里", "孙家窝堡村", "前进村")
NAMES = ("", "", "春天花园二期", "第二新村", "南湖小区北区", "铁路家园", "甲子中心", "518创意园", "生活区")
TAILS = (
    "{a}号{n}{b}号楼{c}单元{d}室",
    "{a}号{n}{b}-{c}-{d}",
    "{a}-{b}号{n}",
    "{n}{b}栋{c}-{d}",
    "{a}号{n}{c}楼{b}号",
    "{a}号甲{n}{d}",
    "{a}号{n}Ｂ座{d}",
    "{a}号{n}三号楼二单元五〇一",
    "{n}-{a}",
    "{a}号之{b}（{n}{c}门）",
    "{a}段{b}号",
)


def made_addresses(count: int) -> list[str]:
    draw = random.Random(7)
    return [
        draw.choice(HEADS)
        + draw.choice(ROADS)
        + draw.choice(TAILS).format(
            a=draw.choice((draw.randint(1, 1200), f"0{draw.randint(1, 9)}")),
            b=draw.randint(1, 40),
            c=draw.randint(1, 12),
            d=draw.randint(101, 3310),
            n=draw.choice(NAMES),
        )
        for _ in range(count)
    ]


def in_full(plain: str) -> codes.Address:
    """Read without sharing anything with another text."""
    front = address_fronts.read_front(plain, addresses.HOME)
    flat = addresses.flat_of(plain, front.end, road=bool(front.road), village=bool(front.low[2]))
    return addresses.assemble(front, flat)


def assert_same(texts: list[str]) -> None:
    plain = [address_text.tidy_address(text) for text in texts]
    assert address_text.tidy_addresses(texts) == plain
    reader = reader_of(addresses.HOME)
    different = [text for text, one in zip(texts, plain, strict=True) if reader.address(one) != in_full(one)]
    assert not different[:5]
    parts = address_parts(pa.array(texts)).to_pylist()
    full = [in_full(one) for one in plain]
    assert parts == [{name: getattr(one, name) or None for name in parts[0]} for one in full]
    judged, alone = (
        judge_addresses(pa.array(texts)),
        one_by_one(pa.array(texts), addresses.judge_address, pa.string()),
    )
    assert judged.values.equals(alone.values)
    assert judged.problems.dictionary_decode().equals(alone.problems.dictionary_decode())


def test_two_hundred_thousand_made_addresses_read_alike_both_ways() -> None:
    assert_same(sorted(set(made_addresses(200_000))))


@pytest.mark.parametrize("corpus", ["firms", "labelled"])
def test_real_addresses_read_alike_both_ways(corpus: str) -> None:
    firms = corpus == "firms"
    assert_same(
        [row["注册地址"] for row in shenyang_firms()] if firms else [text for text, _ in labelled_addresses()]
    )


@settings(deadline=None)
@example(["0街0一段"])
@given(
    st.lists(
        st.text(
            "0123456789号路街区市县村镇栋单元室楼层-#（)甲沈阳和平 A一二五〇百里园段邮编%\ue001弄之",
            min_size=1,
        ),
        min_size=1,
    )
)
def test_no_texts_read_together_spoil_one_another(texts: list[str]) -> None:
    plain = address_text.tidy_addresses(texts)
    assert plain == [address_text.tidy_address(text) for text in texts]
    assert [reader_of(addresses.HOME).address(one) for one in plain] == [in_full(one) for one in plain]
    parts, whole = address_parts(pa.array(texts)), codes.parse_addresses(pa.array(texts))
    assert all(parts[name].equals(whole[name]) for name in parts.column_names)


def test_the_parts_alone_are_the_parts_of_the_whole() -> None:
    texts = pa.array([*made_addresses(2000), None, ""])
    parts, whole = address_parts(texts), codes.parse_addresses(texts)
    assert all(parts[name].equals(whole[name]) for name in parts.column_names)
