"""Safe aggregates of the registers: counts that say nothing of any one person, firm or house."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa

from huicheng.codes import api as codes
from huicheng.lake import api as lake

HERE = Path(__file__).parent / "questions"
QUESTIONS = {
    "people": ("residents_by_age_district",),
    "firms": ("firms_by_year_district", "firms_by_industry"),
    "houses": ("houses_by_district",),
}


def tables(kinds: tuple[str, ...]) -> Iterator[tuple[str, pa.Table]]:
    for kind in kinds:
        for name in QUESTIONS[kind]:
            answer = lake.ask(
                HERE / f"{name}.sql", {"today": date.today().isoformat()}, everything=True
            ).table
            yield f"stat.{name}", _with_names(answer)


def _with_names(table: pa.Table) -> pa.Table:
    if "district" not in table.column_names:
        return table
    encoded = table["district"].combine_chunks().dictionary_encode()
    names = pa.array([_name(code) for code in encoded.dictionary.to_pylist()], pa.string())
    return table.append_column("district_name", names.take(encoded.indices))


def _name(code: str) -> str | None:
    try:
        return codes.division(code).name
    except codes.Refused:
        return None
