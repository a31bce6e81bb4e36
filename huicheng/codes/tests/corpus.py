"""The two held-out sets, read where they lie beside the checkout; no line of either is kept here."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from huicheng.codes.addresses import parse_address, tidy_address

SHARED = Path(__file__).parents[4] / "shared" / "data"
LABELS = {
    "district": "district",
    "town": "street",
    "community": "community",
    "road": "road",
    "roadno": "number",
    "houseno": "building",
    "cellno": "unit",
    "roomno": "room",
}
SUFFIX = re.compile(r"(?:号楼|号院|号|栋|幢|座|单元|室|#|楼|户)$")
PLAIN = re.compile(
    r"(?:[^0-9]{2,7}?(?:省|自治区))?(?:[^0-9]{2,6}?市)?(?P<district>[^0-9]{1,6}?[区县市])?"
    r"(?P<street>[^0-9]{1,8}?(?:街道|镇|乡))?(?P<community>[^0-9]{1,8}?(?:社区|村))?(?P<road>.{1,10}?(?:路|街|大道|巷))?"
    r"(?P<number>[0-9-]+号)?(?:[^0-9]*?(?P<building>[0-9]+(?:号楼|栋|幢|座)))?(?:[^0-9]*?(?P<unit>[0-9]+单元))?"
    r"(?:[^0-9]*?(?P<room>[0-9]+)室?)?"
)


def rows_of(path: Path) -> list[str]:
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this checkout; it has no licence to travel with it")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return list(lines)


def shenyang_firms() -> list[dict[str, str]]:
    return list(csv.DictReader(rows_of(SHARED / "enterprise" / "shenyang_enterprises.csv.gz")))


def labelled_addresses() -> Iterator[tuple[str, dict[str, str]]]:
    text, parts, last = "", {}, ""
    for line in rows_of(SHARED / "nlp" / "chinese_address_parsing_dev.txt.gz"):
        if not line.strip():
            yield text, parts
            text, parts, last = "", {}, ""
            continue
        piece, _, tag = line.rstrip("\n").rpartition(" ")
        text += piece
        name = LABELS.get(tag[2:], "")
        if name and (name not in parts or last == tag[2:]):
            parts[name] = parts.get(name, "") + piece
        last = tag[2:]


def bare(name: str, value: str) -> str:
    value = tidy_address(value)
    return value[:2] if name == "district" else SUFFIX.sub("", value)


def f1(read: str) -> float:
    """Micro F1 over the parts both sides name; `read` is huicheng or plain."""
    right = found = wanted = 0
    for text, gold in labelled_addresses():
        mine = parts_of(text) if read == "huicheng" else plain_parts(text)
        want = {(name, bare(name, value)) for name, value in gold.items()}
        have = {(name, bare(name, value)) for name, value in mine.items() if value}
        right, found, wanted = right + len(want & have), found + len(have), wanted + len(want)
    return 2 * right / (found + wanted)


def parts_of(text: str) -> dict[str, str]:
    found = parse_address(text, home="")._asdict()
    return {name: found[name] for name in LABELS.values()}


def plain_parts(text: str) -> dict[str, str]:
    found = PLAIN.match(tidy_address(text))
    return {name: value or "" for name, value in found.groupdict().items()} if found else {}
