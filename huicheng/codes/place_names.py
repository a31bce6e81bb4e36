"""What a division is called in English: its sound in pinyin and the usual word for its kind, Heping District."""

from __future__ import annotations

import re
from functools import cache

from huicheng.codes.divisions import Division, find
from huicheng.codes.files import ADMIN, TABLES, rows
from huicheng.codes.sounds import syllables

# The longest first: 满族自治县 is no 县, 街道 no 道.
KINDS = (
    ("经济技术开发区", "Economic and Technological Development Zone"),
    ("高新技术产业开发区", "High-tech Industrial Development Zone"), ("开发区", "Development Zone"),
    ("居民委员会", "Community"), ("社区居委会", "Community"), ("村民委员会", "Village"), ("特别行政区", ""), ("自治区", ""),
    ("自治州", "Autonomous Prefecture"), ("自治县", "Autonomous County"), ("自治旗", "Autonomous Banner"),
    ("街道办事处", "Subdistrict"), ("地区办事处", "Subdistrict"), ("居委会", "Community"), ("村委会", "Village"),
    ("新区", "New Area"), ("地区", "Prefecture"), ("街道", "Subdistrict"), ("社区", "Community"), ("林区", "Forestry District"),
    ("矿区", "Mining District"), ("苏木", "Sum"), ("省", ""), ("市", ""), ("区", "District"), ("县", "County"), ("旗", "Banner"),
    ("盟", "League"), ("镇", "Town"), ("乡", "Township"), ("村", "Village"),
)  # fmt: skip
PEOPLES = {
    "满族": "Manchu", "蒙古族": "Mongol", "回族": "Hui", "朝鲜族": "Korean", "锡伯族": "Xibe", "藏族": "Tibetan", "苗族": "Miao",
    "土家族": "Tujia", "壮族": "Zhuang", "彝族": "Yi", "侗族": "Dong", "瑶族": "Yao", "维吾尔": "Uyghur",
}  # fmt: skip
PEOPLE = re.compile(f"(?:{'|'.join(PEOPLES)})$")


def english_name(one: Division) -> str:
    """Shenyang, Heping District, Taiyuanjie Subdistrict; what the table of exceptions names is called so."""
    if known := _exceptions().get(one.name):
        return known
    root, kind = next(
        (
            (one.name.removesuffix(end), word)
            for end, word in KINDS
            if one.name.endswith(end) and one.name != end
        ),
        (one.name, ""),
    )
    peoples: list[str] = []
    while (found := PEOPLE.search(root)) and found[0] != root:
        peoples.insert(0, PEOPLES[found[0]])
        root = root.removesuffix(found[0])
    return " ".join([_sound(one.code, root), *peoples, kind]).strip()


def english_place(name: str, *, within: str = "") -> str:
    """The English of a Chinese name, full or short, of a division; else the name itself."""
    found = find(name, within=within)
    return english_name(found[0]) if found else name


def _sound(code: str, root: str) -> str:
    """As the Ministry of Civil Affairs spells: one word, an apostrophe before a, o or e; 长白 is changbai here."""
    known = _pinyin().get((code[:6], root)) or _pinyin().get(("", root)) or ""
    words = known.split() if len(known.split()) == len(root) else syllables(root)
    joined = "".join("'" + one if n and one[0] in "aoe" else one for n, one in enumerate(words))
    return joined.replace("lv", "lü").replace("nv", "nü").capitalize()


@cache
def _pinyin() -> dict[tuple[str, str], str]:
    """By county and name, then by name alone: all of China to the counties, Liaoning and Jilin to the streets."""
    found = rows(ADMIN / "areacity_pinyin_level4_ln_jl.csv.gz")
    table: dict[tuple[str, str], str] = {}
    for row in found:
        table[row["id"][:6].ljust(6, "0"), row["name"]] = row["pinyin"]
        table.setdefault(("", row["name"]), row["pinyin"])
    return table


@cache
def _exceptions() -> dict[str, str]:
    return {row["name"]: row["english"] for row in rows(TABLES / "place_names.csv")}
