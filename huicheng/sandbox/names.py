"""What invented residents are called: real frequencies by sex and decade, families that share a surname."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from huicheng.sandbox.chance import Draw, Flags, Ints, texts
from huicheng.sandbox.columns import choose, join, take
from huicheng.sandbox.places import DATA

DECADES = (1930, 1960, 1970, 1980, 1990, 2000, 2009)
# How often a given name is one character, and how often it is one of the commonest whole names, by decade.
ONE_CHARACTER = (0.16, 0.22, 0.32, 0.38, 0.30, 0.16, 0.08)
WHOLE_NAME = (0.30, 0.30, 0.30, 0.28, 0.22, 0.12, 0.04)

# Share among residents; which surnames are theirs alone and how often they bear one.
ETHNIC_GROUPS = (
    ("汉族", 0.9060, "", 0.0),
    ("满族", 0.0560, "关佟那赫金富傅白赵", 0.5),
    ("蒙古族", 0.0150, "包白何吴陈", 0.5),
    ("朝鲜族", 0.0110, "金朴崔李郑姜", 0.9),
    ("回族", 0.0060, "马金白杨丁哈", 0.6),
    ("锡伯族", 0.0045, "关佟安吴何", 0.7),
    ("维吾尔族", 0.0008, "", 0.0),
    ("壮族", 0.0004, "韦覃黄", 0.5),
    ("藏族", 0.0003, "", 0.0),
)
UYGHUR = {
    "M": "买买提 艾力 阿卜杜拉 吐尔逊 玉素甫 依明 艾合买提 木合塔尔 阿不都热合曼 库尔班 亚森 热合曼 "
    "卡德尔 麦麦提 伊力哈木",
    "F": "阿依古丽 古丽娜尔 热依汗 帕提古丽 阿米娜 祖丽皮亚 迪丽热巴 阿孜古丽 米日古丽 茹仙古丽 "
    "海热古丽 萨比热",
}
MONGOL = {
    "M": "巴特尔 苏和 那日苏 朝鲁 哈斯巴根 阿拉腾 宝音 特木尔 乌力吉 敖特根 孟和巴雅尔 青格勒",
    "F": "乌云其其格 娜仁花 萨日娜 其其格 托娅 琪琪格 斯琴高娃 乌日娜 高娃 阿茹娜 格日勒",
}
TIBETAN = {"M": "扎西 多吉 次仁 旦增 洛桑 平措 贡布 才让", "F": "卓玛 央金 拉姆 德吉 白玛 曲珍 措姆 梅朵"}


@dataclass(frozen=True)
class Pools:
    surnames: pa.StringArray
    surname: Draw
    characters: pa.StringArray
    character: tuple[tuple[Draw, ...], ...]
    whole: pa.StringArray
    whole_draw: tuple[Draw, Draw]
    sounds: dict[str, str]
    looks: dict[str, str]


def table(name: str) -> list[dict[str, str]]:
    with (DATA / "names" / name).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@cache
def pools() -> Pools:
    families, characters = table("surnames.csv"), table("given_characters.csv")
    whole, alike = table("whole_names.csv"), table("alike.csv")
    by_decade = tuple(
        tuple(Draw([float(row[f"{sex}{decade}"]) for row in characters]) for decade in DECADES)
        for sex in "mf"
    )
    return Pools(
        surnames=texts([row["surname"] for row in families]),
        surname=Draw([float(row["ppm"]) for row in families]),
        characters=texts([row["character"] for row in characters]),
        character=by_decade,
        whole=texts([row["name"] for row in whole]),
        whole_draw=(Draw([float(r["male"]) for r in whole]), Draw([float(r["female"]) for r in whole])),
        sounds={row["character"]: row["same_sound"] for row in alike if row["same_sound"]},
        looks={row["character"]: row["variant"] for row in alike if row["variant"]},
    )


def decade_of(years: Ints) -> Ints:
    return np.clip(np.searchsorted(DECADES, years, side="right") - 1, 0, len(DECADES) - 1)


def given_characters(rng: np.random.Generator, female: Flags, decade: Ints) -> Ints:
    result = np.empty(len(female), np.int64)
    for sex in (0, 1):
        for place in range(len(DECADES)):
            rows = np.flatnonzero((female == sex) & (decade == place))
            result[rows] = pools().character[sex][place].take(rng, len(rows))
    return result


def given_names(
    rng: np.random.Generator, female: Flags, years: Ints, shared: tuple[Flags, Ints]
) -> pa.StringArray:
    """Given names. `shared`: who takes the first character of which sibling (a row number)."""
    decade, size = decade_of(years), len(female)
    first, second = (given_characters(rng, female, decade) for _ in range(2))
    first = np.where(shared[0], first[shared[1]], first)
    # Brothers and sisters may share a first character, never the whole name.
    second = np.where(
        shared[0] & (second == second[shared[1]]), (second + 1) % len(pools().characters), second
    )
    single = (rng.random(size) < np.array(ONE_CHARACTER)[decade]) & ~shared[0]
    taken = (rng.random(size) < np.array(WHOLE_NAME)[decade]) & ~shared[0]
    single[shared[1][shared[0]]] = taken[shared[1][shared[0]]] = False
    head, tail = take(pools().characters, first), take(pools().characters, second)
    popular = np.where(female, *(pools().whole_draw[sex].take(rng, size) for sex in (1, 0)))
    return choose(
        np.where(taken, 2, single.astype(np.int64)), join(head, tail), head, take(pools().whole, popular)
    )


def surnames(rng: np.random.Generator, group: Ints) -> pa.StringArray:
    """One surname each; ethnic groups often bear one of their own."""
    common = take(pools().surnames, pools().surname.take(rng, len(group)))
    own = [character for _, _, letters, _ in ETHNIC_GROUPS for character in letters or " "]
    starts = np.cumsum([0] + [len(letters or " ") for _, _, letters, _ in ETHNIC_GROUPS])
    sizes, chance = np.diff(starts), np.array([share for *_, share in ETHNIC_GROUPS])
    place = starts[group] + (rng.random(len(group)) * sizes[group]).astype(np.int64)
    bears = rng.random(len(group)) < chance[group]
    return choose(bears.astype(np.int64), common, take(texts(own), place))


def long_names(rng: np.random.Generator, group: Ints, female: Flags) -> dict[int, str]:
    """Names that are not surname + given name: Uyghur with ·, Mongol, Tibetan, a few old Manchu ones."""
    result = {}
    wanted = (group == 6) | (group == 8) | ((group == 2) & (rng.random(len(group)) < 0.12))
    wanted |= (group == 1) & (rng.random(len(group)) < 0.004)
    for row in np.flatnonzero(wanted):
        sex, chance = "F" if female[row] else "M", rng.random(3)
        result[int(row)] = _long_name(int(group[row]), sex, chance)
    return result


def _long_name(group: int, sex: str, chance: np.ndarray) -> str:
    def one(words: str, place: int) -> str:
        options = words.split()
        return options[int(chance[place] * len(options))]

    if group == 1:
        return "爱新觉罗·" + one("恒 启 毓 焘 启骧 毓嶦 恒德 启功", 0)
    if group == 2:
        return one(MONGOL[sex], 0)
    if group == 8:
        return one(TIBETAN[sex], 0) + one(TIBETAN["M"], 1)
    return one(UYGHUR[sex], 0) + "·" + one(UYGHUR["M"], 1)
