"""郑宏 decides; 李强 delivers for civil affairs and may read no register."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from huicheng.exchange import api as exchange
from huicheng.identity import api as identity


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


@pytest.fixture
def residents(catalogue: None) -> None:
    rows = [
        {"district": code, "district_name": name, "age_band": band, "sex": sex, "residents": count}
        for code, name, count in (("210102", "和平区", 10), ("210106", "铁西区", 30))
        for band in ("20–24", "65–69")
        for sex in "12"
    ]
    exchange.publish_table("stat.residents_by_age_district", pa.Table.from_pylist(rows))


@pytest.fixture
def firms(catalogue: None) -> None:
    rows = [
        {"year": year, "district": "210102", "district_name": "和平区", "firms": year - 1980}
        for year in range(1990, 2000)
    ]
    exchange.publish_table("stat.firms_by_year_district", pa.Table.from_pylist(rows))


@pytest.fixture
def register(catalogue: None) -> None:
    """王芳 and five neighbours in one community, one lone resident in another."""
    spec = exchange.resource("base.people")
    blank: dict[str, Any] = dict.fromkeys((f.name for f in spec.fields), "")
    blank |= {"birth_date": None, "first_seen": None, "updated_on": None, "rows": 1}
    places = ["210102001002"] * 6 + ["210102001003"]
    rows = [
        {
            **blank, "base_id": f"P{n}", "name": "王芳", "id_number": "210102199003070040", "district": "210102",
            "street": "210102001", "community": place, "address": "沈阳市和平区文化路11号", "household_no": f"H{n}",
        }
        for n, place in enumerate(places)
    ]  # fmt: skip
    dates = {"birth_date", "first_seen", "updated_on"}
    shape = pa.schema(
        [
            (f.name, pa.date32() if f.name in dates else pa.int64() if f.name == "rows" else pa.string())
            for f in spec.fields
        ]
    )
    exchange.publish_table("base.people", pa.Table.from_pylist(rows, schema=shape))
