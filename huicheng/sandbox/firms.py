"""The truth about firms: names, codes, where they sit, who leads them, who works there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huicheng.sandbox.chance import Draw, Ints, permuted, pick, texts
from huicheng.sandbox.columns import choose, join, plain, take, text_of
from huicheng.sandbox.households import TODAY, YEAR
from huicheng.sandbox.identifiers import credit_codes, native_codes, years
from huicheng.sandbox.places import OFFICE, SHOP, city
from huicheng.sandbox.residents import DEAD, NORMAL, Ledger, People

PER_RESIDENT = 0.05
ACTIVE, CANCELLED, REVOKED, MOVED_OUT = range(4)
ONE_CODE_SINCE = np.datetime64("2015-10-01", "D").astype(np.int64)
STATES = ("存续", "注销", "吊销", "迁出")
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "厂", "合伙企业(有限合伙)", "分公司")
FORM = Draw([0.72, 0.16, 0.03, 0.05, 0.04])
KINDS = (
    "有限责任公司(自然人投资或控股)",
    "有限责任公司(自然人独资)",
    "股份有限公司(非上市)",
    "集体所有制",
    "合伙企业",
    "分公司",
)
INDUSTRIES = (
    ("商贸", "批发业"),
    ("贸易", "批发业"),
    ("科技", "科技推广和应用服务业"),
    ("信息技术", "软件和信息技术服务业"),
    ("网络科技", "互联网和相关服务"),
    ("建筑工程", "房屋建筑业"),
    ("装饰工程", "建筑装饰业"),
    ("机械制造", "通用设备制造业"),
    ("机械设备", "通用设备制造业"),
    ("汽车零部件", "汽车制造业"),
    ("汽车销售", "零售业"),
    ("电气设备", "电气机械和器材制造业"),
    ("医疗器械", "专用设备制造业"),
    ("医药", "医药制造业"),
    ("食品", "食品制造业"),
    ("餐饮管理", "餐饮业"),
    ("酒店管理", "住宿业"),
    ("物流", "道路运输业"),
    ("货运代理", "装卸搬运和仓储业"),
    ("物业服务", "房地产业"),
    ("房地产开发", "房地产业"),
    ("房地产经纪", "房地产业"),
    ("文化传媒", "新闻和出版业"),
    ("广告", "商务服务业"),
    ("企业管理咨询", "商务服务业"),
    ("人力资源服务", "商务服务业"),
    ("教育咨询", "教育"),
    ("健康管理", "卫生"),
    ("美容美发", "居民服务业"),
    ("家政服务", "居民服务业"),
    ("农业科技", "农业"),
    ("农业种植", "农业"),
    ("畜牧", "畜牧业"),
    ("环保设备", "生态保护和环境治理业"),
    ("新能源", "电力、热力生产和供应业"),
    ("塑料制品", "橡胶和塑料制品业"),
    ("金属材料", "金属制品业"),
    ("包装印刷", "印刷和记录媒介复制业"),
    ("服装", "纺织服装、服饰业"),
    ("家具", "家具制造业"),
)
INDUSTRY = Draw(
    [
        6,
        5,
        6,
        4,
        3,
        5,
        4,
        3,
        4,
        2,
        2,
        2,
        2,
        2,
        2,
        3,
        1,
        4,
        2,
        2,
        1,
        2,
        3,
        3,
        4,
        2,
        3,
        2,
        2,
        1,
        2,
        1,
        1,
        2,
        1,
        1,
        2,
        1,
        2,
        1,
    ]
)
FIRST = "鑫盛恒瑞泰华兴金宏德嘉诚润丰佳永安信天宇博远通达瀚昊铭晟亿源龙腾祥荣福顺众合创联新聚汇中东北辽海"
SECOND = "盛达源泰隆昌发瑞丰润祥和诚信联创业通远航宇峰林海洋洲川江源辉煌旺兴茂华美佳悦雅德康宁安定基石元"
THIRD = "　　　　　　　　　　　　　　　　　　　　　　　鑫诺尔曼特利来斯凯威"
SCOPES = (
    "一般项目：{}产品销售、技术服务、技术开发；货物进出口",
    "许可经营项目：无 一般经营项目：{}；批发、零售",
    "{}（依法须经批准的项目，经相关部门批准后方可开展经营活动。）",
)


@dataclass
class Firms:
    """One chunk of firms; `leader` is a row of the chunk's people, `parent` a row of these firms."""

    first: int
    industry: Ints
    form: Ints
    founded: Ints
    district: Ints
    codes: NDArray[np.uint8]
    names: pa.StringArray
    brands: pa.StringArray
    former_names: pa.StringArray
    renamed_on: Ints
    premises: Ints
    former_premises: Ints
    moved_on: Ints
    leader: Ints
    parent: Ints
    phone: Ints
    state: Ints
    state_on: Ints
    capital: Ints
    size: Ints
    employees: Ints

    @property
    def count(self) -> int:
        return len(self.form)

    @property
    def ids(self) -> Ints:
        return self.first + np.arange(self.count)


def draw_firms(rng: np.random.Generator, ledger: Ledger, people: People) -> Firms:
    """Firms of a chunk; also gives the chunk's working people their employers."""
    adults = np.flatnonzero((people.age > 23) & (people.age < 68) & (people.state != DEAD))
    count = max(3, round(people.size * PER_RESIDENT))
    nth = ledger.firms + np.arange(count)
    ledger.firms += count
    leader = rng.choice(adults, count)
    founded = _founded(rng, people, leader)
    premises, former, moved = _premises(rng, ledger, people, leader, founded)
    parent, form = _branches(rng, count)
    industry = INDUSTRY.take(rng, count)
    industry = np.where(parent >= 0, industry[np.maximum(parent, 0)], industry)
    district = city().district[former >> 22]
    names, brands, former_names, renamed = _names(rng, nth, industry, form, parent, district, founded)
    state, state_on = _states(rng, founded)
    size = (rng.pareto(1.1, count) * 3 + 1).astype(np.int64)
    employees = _hire(rng, people, np.where(state == ACTIVE, np.minimum(size, 3000), 0))
    newer = founded > ONE_CODE_SINCE
    capital = np.array([10, 20, 30, 50, 50, 100, 100, 200, 300, 500, 1000, 2000, 5000])[
        rng.integers(0, 13, count)
    ]
    return Firms(
        int(nth[0]),
        industry,
        form,
        founded,
        district,
        credit_codes(nth, native_codes(district, years(founded)), newer),
        names,
        brands,
        former_names,
        renamed,
        premises,
        former,
        moved,
        leader,
        parent,
        _phones(ledger, people, leader, rng),
        state,
        state_on,
        capital,
        size,
        employees,
    )


def _founded(rng: np.random.Generator, people: People, leader: Ints) -> Ints:
    days = TODAY - 20 - np.minimum(rng.gamma(1.6, 6.5, len(leader)), 43) * YEAR
    return np.maximum(days, people.members.born[leader] + 20 * YEAR).astype(np.int64)


def _premises(
    rng: np.random.Generator, ledger: Ledger, people: People, leader: Ints, founded: Ints
) -> tuple[Ints, Ints, Ints]:
    """In an office, a shop, or where the founder lives."""
    count = len(leader)
    sort = np.where(rng.random(count) < 0.6, OFFICE, SHOP)
    here, before = (ledger.homes.next(ledger.homes.urban.take(rng, count), sort) for _ in range(2))
    here = np.where(rng.random(count) < 0.2, people.homes[leader], here)
    moved = rng.random(count) < 0.22
    span = np.maximum(TODAY - founded, 40)
    day = np.where(moved, TODAY - (rng.random(count) * span * 0.9).astype(np.int64), 0)
    return here, np.where(moved, before, here), day


def _branches(rng: np.random.Generator, count: int) -> tuple[Ints, Ints]:
    branch = rng.random(count) < 0.06
    branch[:2] = False
    parents = np.flatnonzero(~branch)
    form = FORM.take(rng, count)
    limited = parents[form[parents] < 3]
    limited = limited if len(limited) else parents[:1]
    parent = np.where(branch, limited[rng.integers(0, len(limited), count)], -1)
    return parent, np.where(branch, 5, form)


def _brands(nth: Ints) -> pa.StringArray:
    space = len(FIRST) * len(SECOND) * len(THIRD)
    place = permuted(nth % space, space, 19)
    place, third = np.divmod(place, len(THIRD))
    first, second = np.divmod(place, len(SECOND))
    thirds = texts([letter.strip() for letter in THIRD])
    return join(take(texts(list(FIRST)), first), take(texts(list(SECOND)), second), take(thirds, third))


def _names(
    rng: np.random.Generator,
    nth: Ints,
    industry: Ints,
    form: Ints,
    parent: Ints,
    district: Ints,
    founded: Ints,
) -> tuple[pa.StringArray, pa.StringArray, pa.StringArray, Ints]:
    """地区 + 字号 + 行业 + 组织形式; a branch bears its parent's name and its place."""
    brand, words = _brands(nth), texts([word for word, _ in INDUSTRIES])
    brand = take(brand, np.where(parent >= 0, parent, np.arange(len(nth))))
    style = rng.random(len(nth))
    ahead = choose(
        np.digitize(style, [0.55, 0.80, 0.92]),
        pa.repeat("沈阳", len(nth)),
        pa.repeat("沈阳市", len(nth)),
        pa.repeat("辽宁", len(nth)),
        pa.repeat("", len(nth)),
    )
    tail = take(texts(list(FORMS)), form)
    word = take(words, industry)
    central = choose((style < 0.92).astype(np.int64), join(brand, "(沈阳)"), brand)
    names = join(ahead, central, word, tail)
    branch = parent >= 0
    area = take(texts([name[:-1] for name in city().districts.to_pylist()]), district)
    names = choose(branch.astype(np.int64), names, join(take(names, np.maximum(parent, 0)), area, "分公司"))
    renamed = (rng.random(len(nth)) < 0.10) & ~branch & (founded < TODAY - 3 * YEAR)
    other = join(
        ahead,
        choose((rng.random(len(nth)) < 0.5).astype(np.int64), brand, _brands(nth + 7_777_777)),
        take(words, INDUSTRY.take(rng, len(nth))),
        tail,
    )
    day = np.where(renamed, TODAY - (rng.random(len(nth)) * (TODAY - founded) * 0.9).astype(np.int64), 0)
    return names, brand, choose(renamed.astype(np.int64), names, other), day


def _states(rng: np.random.Generator, founded: Ints) -> tuple[Ints, Ints]:
    chance = rng.random(len(founded))
    state = np.digitize(chance, [0.78, 0.93, 0.985])
    day = founded + ((TODAY - founded) * (0.3 + 0.69 * rng.random(len(founded)))).astype(np.int64)
    return state, np.where(state == ACTIVE, 0, day)


def _phones(ledger: Ledger, people: People, leader: Ints, rng: np.random.Generator) -> Ints:
    """The leader's own number, or a line of the office (8 digits)."""
    line = 22_000_000 + pick(ledger.firms + np.arange(len(leader)), 12, 66_000_000)
    return np.where(rng.random(len(leader)) < 0.6, people.phone[leader], line)


def _hire(rng: np.random.Generator, people: People, wanted: Ints) -> Ints:
    limit = np.where(people.members.female, 55, 60)
    able = (people.age > 20) & (people.age < limit) & (people.state == NORMAL)
    people.working = able & (rng.random(people.size) < 0.72)
    rows = np.flatnonzero(people.working)
    employer = Draw(wanted + 1e-9).take(rng, len(rows))
    people.employer = np.full(people.size, -1)
    people.employer[rows] = employer
    return np.bincount(employer, minlength=len(wanted))


def taxpayer_numbers(firms: Firms) -> pa.StringArray:
    """The number of before 2015: six digits of division, nine of organisation code."""
    grid = np.concatenate([firms.codes[:, 2:8], firms.codes[:, 8:17]], axis=1)
    return text_of(grid)


def capital(firms: Firms) -> pa.StringArray:
    """As the register writes it: two ways, and often not at all."""
    way = pick(firms.ids, 13, 10)
    text = plain(firms.capital)
    return choose(
        np.digitize(way, [5, 8]),
        join(text, "万元人民币"),
        join(text, "(万元人民币)"),
        pa.repeat("N/A", firms.count),
    )
