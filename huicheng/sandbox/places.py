"""Where the invented city stands: real districts, streets, communities; invented roads and compounds."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from huicheng.sandbox.chance import Counters, Draw, Ints, nth_of_its_kind, permuted, pick, texts

DATA = Path(__file__).parents[2] / "data"

DWELLING, OFFICE, SHOP = 0, 1, 2
SLOT_BITS = 20  # house number inside its community; two more bits above say dwelling, office or shop


@dataclass(frozen=True)
class District:
    """`residents` of the 2020 census; `old` the name before it changed; `lng`/`lat` a rough centre."""

    code: int
    name: str
    residents: int
    lng: float
    lat: float
    spread: float
    rural: float = 0.0
    old: str = ""
    old_code: int = 0
    changed: int = 0


DISTRICTS = (
    District(210102, "和平区", 730_800, 123.40, 41.79, 0.03),
    District(210103, "沈河区", 782_600, 123.45, 41.79, 0.03),
    District(210104, "大东区", 755_000, 123.47, 41.81, 0.04),
    District(210105, "皇姑区", 877_300, 123.41, 41.83, 0.04),
    District(210106, "铁西区", 1_335_935, 123.33, 41.78, 0.06, 0.06),
    District(210111, "苏家屯区", 524_300, 123.34, 41.66, 0.10, 0.30),
    District(210112, "浑南区", 798_800, 123.46, 41.74, 0.12, 0.20, "东陵区", 210112, 2014),
    District(210113, "沈北新区", 619_400, 123.52, 42.05, 0.14, 0.25, "新城子区", 210113, 2006),
    District(210114, "于洪区", 1_066_100, 123.31, 41.80, 0.10, 0.12),
    District(210115, "辽中区", 395_000, 122.73, 41.51, 0.16, 0.65, "辽中县", 210122, 2016),
    District(210123, "康平县", 278_384, 123.35, 42.74, 0.20, 0.70),
    District(210124, "法库县", 340_900, 123.42, 42.51, 0.20, 0.75),
    District(210181, "新民市", 565_600, 122.83, 42.00, 0.20, 0.65, "新民县", 210121, 1993),
)

ROAD_HEADS = [
    "长青",
    "文华",
    "建业",
    "松山",
    "青年",
    "泰和",
    "昌盛",
    "望湖",
    "云峰",
    "安康",
    "凯旋",
    "银杏",
    "紫荆",
    "学苑",
    "丰收",
    "迎春",
    "朝阳",
    "东风",
    "向荣",
    "春晖",
    "惠民",
    "北海",
    "南屏",
    "西关",
    "宁山",
    "嘉陵",
    "珠江",
    "岷江",
    "汾河",
    "泗水",
    "沂水",
    "淮河",
    "怒江",
    "塔湾",
    "龙江",
    "牡丹",
    "丁香",
    "海棠",
    "翠柏",
    "白杨",
    "桃源",
    "红霞",
    "金山",
    "银河",
    "天坛",
    "祥云",
    "瑞光",
    "仁和",
    "崇德",
    "明德",
    "勤工",
    "兴工",
    "富民",
    "广场",
    "展望",
    "体育",
    "科普",
    "光荣",
    "胜景",
    "双河",
    "三义",
    "八家",
    "百鸟",
    "鹤鸣",
]
ROAD_TAILS = ["路", "街", "路", "东路", "西路", "北街", "南街", "巷", "大街", "一街", "二路", "三街"]
COMPOUND_HEADS = [
    "阳光",
    "金地",
    "万和",
    "碧水",
    "锦绣",
    "华府",
    "御景",
    "盛世",
    "江南",
    "书香",
    "格林",
    "丽水",
    "银河",
    "世纪",
    "东方",
    "国际",
    "中央",
    "幸福",
    "和谐",
    "安泰",
    "福康",
    "龙湖",
    "凤凰",
    "翰林",
    "香榭",
    "枫丹",
    "新都",
    "城建",
    "名仕",
    "康宁",
    "水木",
    "紫薇",
    "滨河",
    "北辰",
    "观澜",
    "澜山",
    "雅居",
    "橡树",
    "天成",
    "汇金",
    "宏发",
    "亿丰",
    "铁路",
    "机床",
    "电缆",
    "重型",
    "教师",
    "工人",
    "商业",
    "粮库",
]
COMPOUND_MIDDLES = [
    "",
    "华庭",
    "南湖",
    "东方",
    "北苑",
    "一品",
    "尚城",
    "湾畔",
    "春天",
    "明珠",
    "新世界",
    "左岸",
    "第二",
    "上东",
]
COMPOUND_TAILS = [
    "小区",
    "花园",
    "家园",
    "新村",
    "嘉园",
    "苑",
    "新城",
    "名苑",
    "公馆",
    "里",
    "花园二期",
    "小区北区",
]
TOWER_HEADS = [
    "环球",
    "时代",
    "财富",
    "中汇",
    "华强",
    "方圆",
    "海润",
    "嘉里",
    "裕宁",
    "数码",
    "三洋",
    "五金",
    "和泰",
    "长峰",
    "总统",
    "皇朝",
    "甲子",
    "星河",
    "宏伟",
    "北约",
]
TOWER_TAILS = ["大厦", "广场", "中心", "国际大厦", "商务楼", "写字楼"]


@dataclass(frozen=True)
class City:
    codes: Ints
    names: pa.StringArray
    village: Ints
    district: Ints
    street: Ints
    street_names: pa.StringArray
    rank: Ints
    rank_in_district: Ints
    weight: np.ndarray
    road_names: pa.StringArray
    lng: np.ndarray
    lat: np.ndarray

    @property
    def districts(self) -> pa.StringArray:
        return texts([district.name for district in DISTRICTS])


def _rows(name: str, start: str) -> Iterator[dict[str, str]]:
    """Rows of a division file whose code begins so. Gzipped or not."""
    path = DATA / "admin" / name
    path = path if path.exists() else path.with_name(name + ".gz")
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as text:
        yield from (row for row in csv.DictReader(text) if row["code"].startswith(start))


def _community_name(name: str) -> str:
    for tail in ("社区村民委员会", "村民委员会", "村委会", "居委会"):
        if name.endswith(tail):
            stem = name.removesuffix(tail)
            return stem if stem.endswith(("村", "社区")) else stem + ("社区" if tail == "居委会" else "村")
    return name


def _weights(district: Ints, village: Ints) -> np.ndarray:
    weight = np.empty(len(district))
    for place, about in enumerate(DISTRICTS):
        for rural, share in ((1, about.rural), (0, 1 - about.rural)):
            inside = (district == place) & (village == rural)
            share = share if ((district == place) & (village != rural)).any() else 1.0
            weight[inside] = about.residents * share / max(1, inside.sum())
    return weight


@cache
def city() -> City:
    """Every community of Shenyang, with its weight and its three roads."""
    rows = list(_rows("liaoning_villages.csv", "2101"))
    names = [_community_name(row["name"]) for row in rows]
    codes = np.array([int(row["code"]) for row in rows])
    known = {int(row["code"]): row["name"] for row in _rows("china_streets.csv", "2101")}
    streets, street = np.unique(codes // 1000, return_inverse=True)
    district = np.searchsorted([d.code for d in DISTRICTS], codes // 10**6)
    village = np.array([int(not name.endswith("社区")) for name in names])
    centre = np.array([(d.lng, d.lat, d.spread) for d in DISTRICTS])[district]
    off = [(pick(codes, salt, 2001) - 1000) / 1000 for salt in (1, 2)]
    return City(
        codes=codes,
        names=texts(names),
        village=village,
        district=district,
        street=street,
        street_names=texts([known[int(code)] for code in streets]),
        rank=nth_of_its_kind(street),
        rank_in_district=nth_of_its_kind(district),
        weight=_weights(district, village),
        road_names=_roads(np.searchsorted([d.code for d in DISTRICTS], streets // 1000)),
        lng=centre[:, 0] + centre[:, 2] * off[0] * 1.3,
        lat=centre[:, 1] + centre[:, 2] * off[1],
    )


def _roads(district_of_street: Ints) -> pa.StringArray:
    """Twelve roads a street, unique in their district; a name may return in another one, as in life."""
    districts = np.repeat(district_of_street, 12)
    every = nth_of_its_kind(districts) + districts * 97
    places = permuted(every, len(ROAD_HEADS) * len(ROAD_TAILS), 17)
    return texts([ROAD_HEADS[n // len(ROAD_TAILS)] + ROAD_TAILS[n % len(ROAD_TAILS)] for n in places])


@cache
def compound_names() -> pa.StringArray:
    return texts([h + m + t for h in COMPOUND_HEADS for m in COMPOUND_MIDDLES for t in COMPOUND_TAILS])


@cache
def tower_names() -> pa.StringArray:
    return texts([h + t for h in TOWER_HEADS for t in TOWER_TAILS])


class Homes:
    """Hands out houses that nobody has yet: scattered over the compounds of a community."""

    def __init__(self, residents: int) -> None:
        weight = city().weight / city().weight.sum()
        self.draw = Draw(weight)
        self.urban = Draw(weight * (city().village == 0))
        need = residents * 0.65 * weight * 1.5
        self.space = 2 ** np.clip(np.ceil(np.log2(need + 1)), 10, SLOT_BITS).astype(np.int64)
        self.given = Counters(len(weight) * 4)

    def next(self, communities: Ints, sort: int | Ints = DWELLING) -> Ints:
        """House numbers: community, sort and slot in one integer."""
        nth = self.given.next(communities * 4 + sort)
        space = self.space[communities]
        slot = (nth * 421 + pick(communities, 3, 1024)) % space
        return (communities << (SLOT_BITS + 2)) | (np.asarray(sort) << SLOT_BITS) | slot


@dataclass(frozen=True)
class Doors:
    """Houses unpacked: what an address can name."""

    community: Ints
    sort: Ints
    village: Ints
    compound_name: Ints
    road: Ints
    number: Ints
    building: Ints
    unit: Ints
    floor: Ints
    door: Ints


# floors, rooms per floor, units per building: old walk-ups, newer walk-ups, towers, tall towers
STYLES = np.array([(6, 2, 4), (7, 3, 3), (18, 4, 2), (33, 4, 1)])


def doors(houses: Ints) -> Doors:
    """Where a house number is; a pure function, so no table of all houses is ever held."""
    where = city()
    community = houses >> (SLOT_BITS + 2)
    sort = (houses >> SLOT_BITS) & 3
    slot = houses & ((1 << SLOT_BITS) - 1)
    block = slot >> 8
    compound = (community << 14) | (sort << 12) | block
    style = STYLES[np.where(sort == DWELLING, pick(compound, 4, 4), 2)]
    floors, rooms, units = style.T
    inside = slot & 255
    building, rest = np.divmod(inside, floors * rooms * units)
    unit, rest = np.divmod(rest, floors * rooms)
    floor, room = np.divmod(rest, rooms)
    office = sort == OFFICE
    floor, room = np.where(office, inside // 12, floor), np.where(office, inside % 12, room)
    road = where.street[community] * 12 + (where.rank[community] * 2 + pick(compound, 5, 3)) % 12
    number = where.rank[community] * 40 + (block * 3 + sort) % 40 + 1 + (block // 13) * 1600
    village = where.village[community] * (sort == DWELLING)
    local = where.rank_in_district[community] * 32 + block % 32
    name = permuted(local, len(compound_names()), 11)
    return Doors(
        community,
        sort,
        village,
        np.where(sort == OFFICE, name % len(tower_names()), name),
        road,
        np.where(village, slot + 1, number),
        building + 1,
        unit + 1,
        floor + 1,
        np.where(sort == SHOP, inside + 1, (floor + 1) * 100 + room + 1),
    )
