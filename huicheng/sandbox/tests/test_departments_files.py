"""Files are what the departments would send: their headers, their formats, their faults."""

from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from huicheng.codes import api as codes
from huicheng.sandbox.api import LAYOUTS, Manifest
from huicheng.sandbox.files import Workbook, file_name
from huicheng.sandbox.measure import measure
from huicheng.sandbox.reading import read_extract
from huicheng.sandbox.truth import ENTITY


@pytest.mark.parametrize("resource", LAYOUTS)
def test_every_delivered_row_has_its_key_in_the_truth(small_city: Manifest, resource: str) -> None:
    kind = LAYOUTS[resource].kind
    keys = pq.read_table(
        small_city.folder / "truth" / f"{kind}_rows.parquet", filters=[("resource", "=", resource)]
    )
    delivered = read_extract(small_city.path(resource), LAYOUTS[resource])
    assert keys["row"].to_pylist() == list(range(1, delivered.num_rows + 1))


@pytest.mark.parametrize("kind", ENTITY)
def test_keys_name_only_entities_of_the_truth(small_city: Manifest, kind: str) -> None:
    truth = small_city.folder / "truth"
    known = set(pq.read_table(truth / f"{kind}.parquet")[ENTITY[kind]].to_pylist())
    assert set(pq.read_table(truth / f"{kind}_rows.parquet")[ENTITY[kind]].to_pylist()) <= known | {None}


def test_people_rows_hold_the_promised_share_of_faulty_numbers(small_city: Manifest) -> None:
    found = measure(small_city.folder, "people")
    rows = sum(one.real for one in found)
    assert 3.5 < sum(one.rows for one in found) / 2_000 < 3.9
    assert 0.065 < sum(one.counts["code"]["missing"] for one in found) / rows < 0.095
    assert 0.006 < sum(one.counts["code"]["mistyped"] for one in found) / rows < 0.015


def test_credit_codes_are_valid(small_city: Manifest) -> None:
    given = pq.read_table(small_city.folder / "truth" / "firms.parquet")["credit_code"].combine_chunks()
    assert codes.credit_codes(given).problems.null_count == len(given.unique()) == len(given)


def test_keys_of_departments_files_are_not_given_twice(small_city: Manifest) -> None:
    for resource in (
        "insurance_members",
        "health_files",
        "school_rolls",
        "insured_employers",
        "property_titles",
    ):
        table = read_extract(small_city.path(resource), LAYOUTS[resource])
        keys = table.column(0).filter(pc.greater(pc.utf8_length(table.column(0)), 7))
        repeated = keys.value_counts().to_pylist()
        assert sum(one["counts"] > 1 for one in repeated) <= 0.03 * len(keys), resource


def test_a_workbook_opens_in_a_spreadsheet_program(small_city: Manifest) -> None:
    sheet = openpyxl.load_workbook(small_city.path("civil_records")).active
    assert [cell.value for cell in sheet[1]] == LAYOUTS["civil_records"].headers
    assert sheet.max_row > 500


def test_too_many_rows_for_a_worksheet_become_csv() -> None:
    assert file_name(LAYOUTS["civil_records"], 400_000) == "civil_records.xlsx"
    assert file_name(LAYOUTS["civil_records"], 4_000_000) == "civil_records.csv"


def test_a_worksheet_refuses_rows_past_its_end(tmp_path: Path) -> None:
    book = Workbook(tmp_path / "taxes.xlsx", LAYOUTS["property_taxes"])
    book.rows = 1_048_570
    with pytest.raises(ValueError, match="worksheet ends"):
        book.write([pa.nulls(10, pa.string())] * 6)
