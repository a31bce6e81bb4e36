"""Derive the compact name tables of this folder from published name frequencies.

    python data/names/derive.py DIRECTORY_OF_SOURCES

Only relative frequencies (facts) are taken: the few hundred commonest entries, as parts per million rounded.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections import defaultdict
from pathlib import Path

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

HERE = Path(__file__).parent
DECADES = ("1930_1959", "1960_1969", "1970_1979", "1980_1989", "1990_1999", "2000_2008")
# Characters parents turned to after the source ends; the weights are our own estimate.
SINCE_2009 = {
    "male": "梓宇轩浩泽子睿俊博文奕辰晨沐一铭瑞嘉诺皓航翊宸霖然哲逸明思佑昊源煜恒天佳承安景熙禹锦洋乐凯麟",
    "female": "梓涵欣怡诗雨子萱妍语桐若一诺汐可馨佳琪雅思彤梦瑶悦艺"
    "艾沐心婉芸瑾熙伊依晨菲钰琳语嫣念清悠曦安宁月灵",
}
VARIANTS = (
    "峰峯 群羣 坤堃 升昇 柏栢 佩珮 晖暉 喆哲 淼渺 苏甦 泰㤗 翠翆 "
    "雪䨮 吴吳 黄黃 吕呂 岭嶺 启啟 岩巖 勋勛 棱稜 杰傑 荣榮"
)


def rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def put(name: str, header: list[str], lines: list[list[object]]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)


def surnames(source: Path) -> list[str]:
    counted = [
        (row["surname"], float(row["ppm.1930_2008"]))
        for row in rows(source / "chinesenames_familyname.csv.gz")
    ]
    best = sorted(counted, key=lambda pair: -pair[1])
    kept = [pair for pair in best if len(pair[0]) == 1][:400]
    kept += [pair for pair in best if len(pair[0]) == 2][:8]
    put("surnames.csv", ["surname", "ppm"], [[name, max(1, round(ppm))] for name, ppm in kept])
    return [name for name, _ in kept]


def characters(source: Path) -> list[str]:
    weights: dict[str, list[float]] = {}
    for row in rows(source / "chinesenames_givenname.csv.gz"):
        males, females = float(row["n.male"]), float(row["n.female"])
        share = males / max(1.0, males + females)
        ppm = [float(row["ppm." + decade]) for decade in DECADES]
        weights[row["character"]] = [p * share for p in ppm] + [p * (1 - share) for p in ppm]
    kept = sorted(weights, key=lambda character: -sum(weights[character]))[:1000]
    totals = [sum(weights[character][place] for character in kept) for place in range(12)]
    header = ["character", *("m" + d[:4] for d in DECADES), "m2009", *("f" + d[:4] for d in DECADES), "f2009"]
    put("given_characters.csv", header, [_line(character, weights[character], totals) for character in kept])
    return kept


def _line(character: str, weights: list[float], totals: list[float]) -> list[object]:
    ppm = [round(weight * 1e6 / total) for weight, total in zip(weights, totals, strict=True)]
    late = [
        ppm[5 + 6 * sex] // 3 + 15000 * (character in SINCE_2009[key])
        for sex, key in enumerate(("male", "female"))
    ]
    return [character, *ppm[:6], late[0], *ppm[6:], late[1]]


def whole_names(source: Path) -> None:
    lines = []
    for row in rows(source / "chinesenames_top1000name.prov.csv.gz"):
        males, females, local = float(row["n.male"]), float(row["n.female"]), float(row["liaoning"])
        share = males / max(1.0, males + females)
        lines.append((row["name"], local * share, local * (1 - share)))
    best = sorted(lines, key=lambda line: -(line[1] + line[2]))[:500]
    totals = [sum(line[1] for line in best), sum(line[2] for line in best)]
    put(
        "whole_names.csv",
        ["name", "male", "female"],
        [[n, round(m * 1e6 / totals[0]), round(f * 1e6 / totals[1])] for n, m, f in best],
    )


def look_and_sound_alikes(known: list[str]) -> None:
    by_sound = defaultdict(list)
    for character in known:
        by_sound[lazy_pinyin(character, style=Style.NORMAL)[0]].append(character)
    traditional = OpenCC("s2t")
    variant = {pair[0]: pair[1] for pair in VARIANTS.split()}
    lines = []
    for character in known:
        alike = by_sound[lazy_pinyin(character, style=Style.NORMAL)[0]]
        sounds = "".join(c for c in alike if c != character)[:6]
        other = traditional.convert(character)
        look = variant.get(character) or (other if other != character and len(other) == 1 else "")
        if sounds or look:
            lines.append([character, sounds, look])
    put("alike.csv", ["character", "same_sound", "variant"], lines)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    families, given = surnames(folder), characters(folder)
    whole_names(folder)
    look_and_sound_alikes(list(dict.fromkeys([f for f in families if len(f) == 1] + given)))
