"""A file of insured people with one row, whose last column's name says nothing."""

from pathlib import Path
from typing import Any

import pytest

from huicheng.exchange import api as exchange
from huicheng.lake import api as lake

HEADER = "个人编号,证件号码,姓名,出生年月日,dz\n"
WANG = "1,210102199001010023,王芳,1990-01-01,沈阳市和平区安图街80号\n"


@pytest.fixture(name="file")
def insured_file(tmp_path: Path) -> Path:
    exchange.sync_declared()
    path = tmp_path / "参保人.csv"
    path.write_text(HEADER + WANG)
    return path


def stored() -> dict[str, Any]:
    row: dict[str, Any] = lake.read("raw.insurance_members").read_all().to_pylist()[0]
    return row
