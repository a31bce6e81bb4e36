"""郑宏 decides; 李强 delivers for civil affairs and may read no register."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from huicheng.exchange import api as exchange
from huicheng.identity import api as identity

SHAPES = {"date": pa.date32(), "integer": pa.int64(), "number": pa.float64()}


def official(username: str, name: str, **roles: str) -> Client:
    identity.create_official(username, name=name, password="long-enough-password", roles=roles)
    client = Client()
    client.force_login(get_user_model().objects.get(username=username))
    return client


@pytest.fixture
def catalogue(db: Any) -> None:
    exchange.sync_declared()


@pytest.fixture
def mayor(catalogue: None) -> Client:
    return official("mayor", "郑宏", decide="zhengfuban")


@pytest.fixture
def li(catalogue: None) -> Client:
    return official("li", "李强", deliver="minzheng")


def published(code: str, rows: list[dict[str, Any]]) -> None:
    """Rows of a register; what a row does not say is not known."""
    fields = exchange.resource(code).fields
    shape = pa.schema([(field.name, SHAPES.get(field.kind, pa.string())) for field in fields])
    exchange.publish_table(code, pa.Table.from_pylist(rows, schema=shape))


def resident(number: int, **known: Any) -> dict[str, Any]:
    return {"base_id": f"P{number}", "name": "王芳", "status": "正常", **known}


@pytest.fixture
def residents(catalogue: None) -> None:
    """160 who live here and whose birth is known, among them no cell of five; four of whom something is not."""
    born = (date(2003, 5, 1), date(1950, 5, 1))
    rows = [
        resident(0, district=code, birth_date=day, sex=sex)
        for code, count in (("210102", 10), ("210106", 27), ("210103", 3))
        for day in born
        for sex in "12"
        for _each in range(count)
    ]
    rows += [
        resident(1, sex="1", birth_date=born[0]),
        resident(2, sex="2", district="210102"),
        resident(3, birth_date=born[1], district="210102"),
        resident(4, sex="1", birth_date=date(2900, 1, 1), district="210102"),
        resident(5, status="死亡", district="210102", sex="1", birth_date=born[1]),
        resident(6, status="迁出", district="210102", sex="1", birth_date=born[1]),
    ]
    published("base.people", rows)


@pytest.fixture
def firms(catalogue: None) -> None:
    """Ten years of 和平区, one firm from elsewhere, one without a date and one without a place."""
    rows = [
        {"base_id": f"F{year}-{n}", "registered_on": date(year, 3, 1), "district": "210102"}
        for year in range(1990, 2000)
        for n in range(year - 1980)
    ]
    rows += [
        {"base_id": "F1", "registered_on": date(1999, 3, 1), "district": "110108"},
        {"base_id": "F2", "district": "210102"},
        {"base_id": "F3", "registered_on": date(1999, 3, 1)},
    ]
    published("base.firms", rows)


@pytest.fixture
def houses(catalogue: None) -> None:
    known = [(1985, "210102"), (1985, "210102"), (1991, "210106"), (None, "210102"), (2004, None)]
    published(
        "base.houses",
        [{"base_id": f"H{n}", "built_year": year, "district": code} for n, (year, code) in enumerate(known)],
    )


@pytest.fixture
def register(catalogue: None) -> None:
    """王芳 and five neighbours in one community, one lone resident in another, one known only to the district."""
    where = ["210102001002"] * 6 + ["210102001003"]
    rows = [
        resident(
            n, id_number="210102199003070040", birth_date=date(1990, 3, 7), district="210102", household_no=f"H{n}",
            street="210102001", community=place, address="沈阳市和平区文化路11号",
        )
        for n, place in enumerate(where)
    ]  # fmt: skip
    published("base.people", [*rows, resident(9, district="210102")])


def counted(page: Any) -> int:
    """How many the rows behind a figure count: firms one by one, people and houses in groups."""
    names = [one for one in ("residents", "houses") if page["rows"] and one in page["rows"][0]]
    return sum(row[names[0]] for row in page["rows"]) if names else page["all"]
