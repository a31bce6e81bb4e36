"""What is masked stays open among many, whatever is shown beside it and in the tables that it joins."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huicheng.codes import api as codes
from huicheng.exchange.api import ask, decide, publish_table, resource, resources
from huicheng.exchange.policy import masked
from huicheng.exchange.tests.twelve import ZHAO
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db
STREET = {
    "district": "210102",
    "street": "210102001",
    "community": "210102001002",
    "sex": "1",
    "status": "正常",
}


def numbers(day: date, sex: int) -> list[str]:
    """Every citizen number of one district, one day of birth and one sex."""
    stems = [f"210102{day:%Y%m%d}{place:03d}" for place in range(1000) if place % 2 == sex]
    return [stem + codes.person_check_digit(stem) for stem in stems]


def shown(values: list[str]) -> list[str]:
    said = ", ".join(f"({lake.literal(one)})" for one in values)
    sql = f"SELECT {masked('id', 'n')} AS v FROM (VALUES {said}) AS given(n)"
    return lake.ask(sql).table["v"].to_pylist()


@settings(max_examples=20, deadline=None)
@given(st.dates(date(1930, 1, 1), date(2025, 12, 31)), st.sampled_from([0, 1]))
def test_district_birthday_and_sex_beside_a_masked_number_leave_hundreds_of_numbers(day, sex):
    assert len(set(shown(numbers(day, sex)))) == 1


def test_who_sees_a_number_masked_by_rule_does_not_see_the_day_of_birth():
    for spec in resources():
        seen = decide(spec, ZHAO, "质量核查").columns
        inner = [f.name for f in spec.fields if f.sensitivity == "internal" and f.name in seen]
        assert spec.open or not inner, (spec.code, inner)


@pytest.fixture
def street():
    """Twelve men of one community, each in a flat of his own that is his."""
    publish("base.people", [_man(place) | STREET for place in range(12)])
    publish("base.houses", [_flat(place) | STREET for place in range(12)])
    publish("police_addresses", [_door(place) for place in range(12)])


def _man(place: int) -> dict[str, object]:
    return {
        "base_id": f"P{place}", "name": f"王{place}", "id_number": f"2101021990030700{place:02d}", "home_id": f"H{place}",
        "address": _where(place), "household_no": f"B{place}", "employer_id": f"F{place}",
    }  # fmt: skip


def _flat(place: int) -> dict[str, object]:
    return {
        "base_id": f"H{place}", "house_code": f"C{place}", "address": _where(place), "road": "文化路", "number": "11号",
        "room": f"{place}01", "owner_name": f"王{place}", "owner_person": f"P{place}", "lng": f"123.4{place}", "lat": f"41.7{place}",
    }  # fmt: skip


def _door(place: int) -> dict[str, object]:
    return {
        "address_code": f"C{place}",
        "address": _where(place),
        "lng": f"123.4{place}",
        "lat": f"41.7{place}",
    }


def _where(place: int) -> str:
    return f"沈阳市和平区文化路11号{place}栋{place}01室"


def publish(code: str, rows: list[dict[str, object]]) -> None:
    names = [f.name for f in resource(code).fields]
    layout = pa.schema([(name, pa.string()) for name in names])
    publish_table(code, pa.Table.from_pylist([{n: row.get(n) for n in names} for row in rows], schema=layout))


def seen(code: str) -> list[str]:
    return list(decide(resource(code), ZHAO, "质量核查").columns)


def least(code: str, here: str, other: str, there: str) -> int:
    """How many rows of the other table the rows of this one are joined to at least, where they are at all."""
    sql = (
        f"SELECT min(n) AS n FROM (SELECT count(*) AS n FROM {resource(code).table} a JOIN {resource(other).table} b "
        f'ON CAST(a."{here}" AS VARCHAR) = CAST(b."{there}" AS VARCHAR) GROUP BY a.base_id)'
    )
    return ask(sql, ZHAO, purpose="质量核查").table["n"][0].as_py() or 12


@pytest.mark.parametrize(
    ("code", "other"),
    [("base.people", "base.houses"), ("base.houses", "police_addresses"), ("base.houses", "base.people")],
)
def test_no_column_of_a_neighbour_leads_from_a_row_to_the_one_that_tells_it(street, code, other):
    hidden = (
        "home_id",
        "owner_person",
        "base_id",
        "house_code",
        "address",
        "address_code",
        "lng",
        "lat",
        "room",
    )
    pairs = [(h, t) for h in seen(code) for t in seen(other) if {h, t} & set(hidden)]
    assert len(pairs) > 20
    assert not [pair for pair in pairs if least(code, pair[0], other, pair[1]) < 12]


def test_no_whole_address_stands_beside_a_masked_one(street):
    for code in ("base.people", "base.houses"):
        told = str(ask(f"SELECT * FROM {code}", ZHAO, purpose="质量核查").table.to_pylist())
        assert "01室" not in told
        assert "'1101'" not in told
