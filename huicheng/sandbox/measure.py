"""Measures a built city's make-up by comparing every delivered row with the truth; prints Markdown.

python -m huicheng.sandbox.measure FOLDER
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from huicheng.sandbox.building import Manifest, read_manifest
from huicheng.sandbox.layout import LAYOUTS, resources
from huicheng.sandbox.reading import read_extract
from huicheng.sandbox.truth import ENTITY

Row = dict[str, Any]


def narrow(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def codes(row: Row, true: Row, everyone: set[str], names: tuple[str, str]) -> str:
    """What became of a code: fine, short, another's, mistyped, missing."""
    given, own = narrow(row[names[0]] or ""), true[names[1]]
    if given == own:
        return "fine"
    if given in (own[:6] + own[8:17], true.get("taxpayer_no_old")):
        return "short"
    if given in everyone:
        return "another's"
    return "mistyped" if len(given) >= 15 and given.strip("0") else "missing"


def names(row: Row, true: Row, field: str = "name") -> str:
    given = row[field] or ""
    if given == true["name"]:
        return "fine"
    if given == true.get("former_name"):
        return "former"
    return "blanks" if narrow(given) == narrow(true["name"]) else "other"


def births(row: Row, true: Row) -> str:
    figures = re.findall(r"\d+", (row["birth_date"] or "").split(" ")[0])
    if not figures:
        return "missing"
    given = "".join(part.zfill(2) for part in figures)
    return "fine" if given == true["birth_date"].strftime("%Y%m%d") else "wrong"


def phones(row: Row, true: Row) -> str:
    given = re.sub(r"\D", "", narrow(row.get("phone") or ""))[-11:]
    if not given:
        return "missing"
    if given == true["phone"]:
        return "fine" if row["phone"] == true["phone"] else "styled"
    return "former" if given == true["former_phone"] else "other"


def flat(text: str, firm: bool) -> list[str]:
    """Building, unit and room: the last three figures. Of a firm the last: office, gate or flat."""
    return re.findall(r"\d+", narrow(text))[-1 if firm else -3 :]


def addresses(row: Row, true: Row) -> str:
    given = row["address"] or ""
    if not given:
        return "missing"
    firm, former = true.get("use") in (None, "办公", "商业") and "sex" not in true, true.get("former_address")
    if flat(given, firm) == flat(true["address"], firm):
        return "present"
    return "former" if former and flat(given, firm) == flat(former, firm) else "other or vague"


class Measured:
    """Counts of one resource."""

    def __init__(self, resource: str, manifest: Manifest, entities: dict[int, Row]) -> None:
        kind = LAYOUTS[resource].kind
        where = [("resource", "=", resource)]
        keys = pq.read_table(manifest.folder / "truth" / f"{kind}_rows.parquet", filters=where)
        owners = dict(zip(keys["row"].to_pylist(), keys[ENTITY[kind]].to_pylist(), strict=True))
        table = read_extract(manifest.path(resource), LAYOUTS[resource]).to_pylist()
        pairs = [
            (row, entities[owners[place]]) for place, row in enumerate(table, 1) if owners[place] is not None
        ]
        self.resource, self.rows, self.real = resource, len(table), len(pairs)
        self.twice = self.real - len({id(true) for _, true in pairs})
        self.counts = {name: Counter(values) for name, values in self._columns(kind, pairs, entities).items()}

    def _columns(
        self, kind: str, pairs: list[tuple[Row, Row]], entities: dict[int, Row]
    ) -> dict[str, list[str]]:
        if kind == "people":
            everyone = {true["id_number"] for true in entities.values()}
            return {
                "code": [codes(row, true, everyone, ("id_number", "id_number")) for row, true in pairs],
                "name": [names(row, true) for row, true in pairs],
                "birth": [births(row, true) for row, true in pairs],
                "phone": [phones(row, true) for row, true in pairs if "phone" in row],
                "address": [addresses(row, true) for row, true in pairs],
            }
        if kind == "firms":
            everyone = {true["credit_code"] for true in entities.values()}
            field = "taxpayer_no" if self.resource == "tax_payers" else "credit_code"
            return {
                "code": [codes(row, true, everyone, (field, "credit_code")) for row, true in pairs],
                "name": [names(row, true) for row, true in pairs],
                "address": [addresses(row, true) for row, true in pairs],
            }
        places = {"address": [addresses(row, true) for row, true in pairs]}
        if self.resource == "property_titles":
            places["code"] = [codes(row, true, set(), ("house_code", "house_code")) for row, true in pairs]
        return places

    def share(self, column: str, value: str) -> str:
        counts = self.counts.get(column)
        return "–" if not counts else f"{100 * counts[value] / counts.total():.2f}"


COLUMNS = (
    ("code", "missing"), ("code", "mistyped"), ("code", "short"), ("code", "another's"),
    ("name", "former"), ("name", "blanks"), ("name", "other"), ("birth", "missing"), ("birth", "wrong"),
    ("phone", "missing"), ("phone", "styled"), ("phone", "former"), ("phone", "other"),
    ("address", "missing"), ("address", "former"), ("address", "other or vague"),
)  # fmt: skip


def measure(folder: Path, kind: str) -> list[Measured]:
    manifest = read_manifest(folder)
    if manifest is None:
        raise FileNotFoundError(f"{folder} holds no city: manifest.json is missing; build one first")
    truth = pq.read_table(folder / "truth" / f"{kind}.parquet").to_pylist()
    entities = {row[ENTITY[kind]]: row for row in truth}
    return [Measured(resource, manifest, entities) for resource in resources(kind)]


def report(folder: Path) -> str:
    """A Markdown table per kind: per cent of the real rows."""
    lines = []
    for kind in ("people", "firms", "houses"):
        found = measure(folder, kind)
        entities = pq.ParquetFile(folder / "truth" / f"{kind}.parquet").metadata.num_rows
        lines += ["", f"| {kind}: {entities:,} | " + " | ".join(one.resource for one in found) + " |"]
        lines.append("|---|" + "---:|" * len(found))
        rows = [("rows", [f"{one.rows:,}" for one in found])]
        rows.append(("rows each", [f"{one.rows / entities:.3f}" for one in found]))
        rows.append(("garbage %", [f"{100 * (1 - one.real / one.rows):.2f}" for one in found]))
        rows.append(("second row of the same %", [f"{100 * one.twice / one.real:.2f}" for one in found]))
        rows += [(f"{a} {b} %", [one.share(a, b) for one in found]) for a, b in COLUMNS]
        lines += [f"| {title} | " + " | ".join(cells) + " |" for title, cells in rows if set(cells) != {"–"}]
        total = sum(one.rows for one in found)
        lines.append(f"\nIn all {total:,} rows, {total / entities:.2f} each; {_overall(found)}.")
    return "\n".join(lines)


def _overall(found: list[Measured]) -> str:
    counts = sum((one.counts.get("code", Counter()) for one in found), Counter[str]())
    missing, mistyped = (100 * counts[fault] / counts.total() for fault in ("missing", "mistyped"))
    return f"codes {missing:.2f} % missing, {mistyped:.2f} % mistyped"


if __name__ == "__main__":
    sys.stdout.write(report(Path(sys.argv[1])) + "\n")
