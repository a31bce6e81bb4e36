"""A catalogue with three tables in it: air is open, households are not, streets hold text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from huicheng.exchange import api as exchange


def air_rows(hours: int = 30) -> pa.Table:
    spec = exchange.resource("air_hourly")
    row: dict[str, Any] = dict.fromkeys((f.name for f in spec.fields), None)
    numbers = {f.name: pa.float64() for f in spec.fields if f.kind == "number"}
    shape = pa.schema(
        [
            (f.name, numbers.get(f.name, pa.timestamp("us") if f.name == "time" else pa.string()))
            for f in spec.fields
        ]
    )
    rows = [
        {
            **row,
            "time": datetime(2015, 11, 8 + h // 24, h % 24),
            "pm25_taiyuanjie": float(h),
            "wind_direction": "东北",
        }
        for h in range(hours)
    ]
    return pa.Table.from_pylist(rows, schema=shape)


@pytest.fixture
def catalogue(db: Any) -> None:
    exchange.sync_declared()


@pytest.fixture
def air(catalogue: None) -> None:
    exchange.publish_table("air_hourly", air_rows())


@pytest.fixture
def census(catalogue: None) -> None:
    rows = [
        {
            "district": "210102",
            "district_name": "和平区",
            "residents": 730800,
            "change_2010": 29793,
            "rounded": True,
        },
        {
            "district": "210106",
            "district_name": "铁西区",
            "residents": 1335935,
            "change_2010": None,
            "rounded": False,
        },
    ]
    exchange.publish_table("census_2020", pa.Table.from_pylist(rows))
