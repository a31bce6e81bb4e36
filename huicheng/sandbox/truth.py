"""The truth, kept: who is who, and which delivered row is about whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from huicheng.sandbox import firms as firm_words
from huicheng.sandbox.addresses import FORMATS, Written
from huicheng.sandbox.chance import Ints, texts
from huicheng.sandbox.columns import blank, numbered, plain, take, text_of
from huicheng.sandbox.firms import INDUSTRIES, ONE_CODE_SINCE, Firms, taxpayer_numbers
from huicheng.sandbox.households import RELATIONS
from huicheng.sandbox.houses import USES, Houses, coordinates
from huicheng.sandbox.names import ETHNIC_GROUPS
from huicheng.sandbox.people_extracts import Extract
from huicheng.sandbox.places import city
from huicheng.sandbox.residents import MARITAL, STATES, People, siblings
from huicheng.sandbox.schools import school_of, schools

ENTITY = {"people": "person_id", "firms": "firm_id", "houses": "house_id"}


class TruthFile:
    """One parquet file that grows by a row group a chunk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer: pq.ParquetWriter | None = None

    def write(self, columns: dict[str, Any]) -> None:
        table = pa.table(columns)
        if self.writer is None:
            self.writer = pq.ParquetWriter(self.path, table.schema, compression="zstd", compression_level=1)
        self.writer.write_table(table)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()


def key_columns(extract: Extract, kind: str, first_row: int) -> dict[str, Any]:
    """Which row is whose. `valid_code` packs the valid code a row bears (0: none), for counting conflicts."""
    rows = np.arange(first_row, first_row + len(extract.entity))
    resource = pa.DictionaryArray.from_arrays(np.zeros(len(rows), np.int8), texts([extract.resource]))
    return {
        "resource": resource.cast(pa.string()),
        "row": rows,
        ENTITY[kind]: entity(extract.entity),
        "valid_code": extract.valid,
    }


def entity(numbers: Ints) -> Any:
    return pa.array(numbers, mask=numbers < 0)


def day(days: Ints) -> Any:
    return pa.array(days.astype(np.int32), mask=days == 0).cast(pa.date32())


def standard_addresses(houses: Ints) -> pa.StringArray:
    return Written(houses).write(np.full(len(houses), FORMATS.index("full")))


def people_columns(people: People, first_firm: int) -> dict[str, Any]:
    members, where = people.members, city()
    community = people.homes >> 22
    pupil = (people.age >= 3.5) & (people.age < 18.2)
    return {
        "person_id": people.ids,
        "id_number": text_of(people.numbers),
        "name": people.names,
        "former_name": blank(people.former_names, people.renamed_on <= members.born),
        "sex": take(texts(["1", "2"]), members.female.astype(np.int64)),
        "birth_date": pa.array(members.born.astype(np.int32)).cast(pa.date32()),
        "ethnicity": take(texts([name for name, *_ in ETHNIC_GROUPS]), people.ethnicity),
        "district": plain(where.codes[community] // 10**6),
        "street": plain(where.codes[community] // 1000),
        "community": plain(where.codes[community]),
        "address": standard_addresses(people.homes),
        "former_address": blank(standard_addresses(people.former_homes), people.moved_on == 0),
        "moved_on": day(people.moved_on),
        "house_id": people.homes,
        "phone": numbered(people.phone, 11),
        "former_phone": numbered(people.former_phone, 11),
        "household_id": people.first_household + members.household,
        "relation": take(texts(list(RELATIONS)), members.role),
        "guardian": entity(
            np.where(people.guardian != np.arange(people.size), people.first + people.guardian, -1)
        ),
        "partner": entity(np.where(people.partner < 0, -1, people.first + people.partner)),
        "twin": entity(np.where(siblings(members) < 0, -1, people.first + siblings(members))),
        "marital": take(texts(list(MARITAL)), people.marital),
        "married_on": day(people.married_on),
        "status": take(texts(list(STATES)), people.state),
        "status_on": day(people.state_on),
        "employer": entity(np.where(people.working, first_firm + people.employer, -1)),
        "school": blank(take(schools(), school_of(people.homes, people.age)), ~pupil),
    }


def firm_columns(firms: Firms, people: People) -> dict[str, Any]:
    return {
        "firm_id": firms.ids,
        "credit_code": text_of(firms.codes),
        "taxpayer_no_old": blank(taxpayer_numbers(firms), firms.founded > ONE_CODE_SINCE),
        "name": firms.names,
        "brand": firms.brands,
        "former_name": blank(firms.former_names, firms.renamed_on == 0),
        "renamed_on": day(firms.renamed_on),
        "registered_on": day(firms.founded),
        "kind": take(texts(list(firm_words.KINDS)), firms.form),
        "industry": take(texts([about for _, about in INDUSTRIES]), firms.industry),
        "capital_yuan": firms.capital * 10_000,
        "house_id": firms.premises,
        "address": standard_addresses(firms.premises),
        "district": plain(city().codes[firms.premises >> 22] // 10**6),
        "former_address": blank(standard_addresses(firms.former_premises), firms.moved_on == 0),
        "moved_on": day(firms.moved_on),
        "legal_person": entity(people.first + firms.leader),
        "parent": entity(np.where(firms.parent < 0, -1, firms.first + firms.parent)),
        "employees": firms.employees,
        "status": take(texts(list(firm_words.STATES)), firms.state),
        "status_on": day(firms.state_on),
    }


def house_columns(houses: Houses, people: People) -> dict[str, Any]:
    community = houses.numbers >> 22
    lng, lat = coordinates(houses.numbers)
    return {
        "house_id": houses.numbers,
        "house_code": numbered(houses.codes, 16),
        "address": standard_addresses(houses.numbers),
        "district": plain(city().codes[community] // 10**6),
        "community": plain(city().codes[community]),
        "area": houses.areas / 100,
        "use": take(texts(list(USES)), houses.uses),
        "built_year": houses.built,
        "owner": entity(np.where(houses.owner < 0, -1, people.first + houses.owner)),
        "residents": houses.residents,
        "lng": lng,
        "lat": lat,
    }
