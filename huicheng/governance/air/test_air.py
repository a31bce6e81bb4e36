"""The pack over the real six years: it must find 8 November 2015."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from huicheng.exchange import api as exchange
from huicheng.ground.api import acting_as, system_actor

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "data" / "air"
WATCHMAN = system_actor("sensing")


@pytest.fixture
def air(transactional_db):
    exchange.sync_declared()
    with acting_as(system_actor("setup")):
        exchange.deliver("air_hourly", DATA / "shenyang_hourly.csv.gz")
        exchange.deliver("aqi_breakpoints", DATA / "hj633_2012.csv")


def ask(question: str) -> list[dict[str, Any]]:
    return exchange.ask(HERE / question, WATCHMAN, purpose="测试").table.to_pylist()


def test_the_worst_hour_is_found_and_red(air):
    worst = max(ask("heavy_hours.sql"), key=lambda row: row["pm25"])
    assert worst["at"] == datetime(2015, 11, 8, 13)
    assert (worst["grade"], worst["iaqi"], round(worst["pm25"])) == ("red", 500, 1135)


def test_every_hour_above_the_table_and_no_other_is_red(air):
    rows = ask("heavy_hours.sql")
    assert sum(row["grade"] == "red" for row in rows) == 82
    assert sum(row["pm25"] > 250 for row in rows) == 851


def test_grades_follow_the_steps_of_the_standard(air):
    for row in ask("heavy_hours.sql"):
        expected = (
            "red"
            if row["pm25"] > 500
            else "orange"
            if row["iaqi"] > 400
            else "yellow"
            if row["iaqi"] > 300
            else "blue"
        )
        assert row["grade"] == expected
        assert row["iaqi"] > 200


def test_an_alarm_is_raised_once_per_hour(air):
    keys = [row["key"] for row in ask("heavy_hours.sql")]
    assert len(keys) == len(set(keys)) == 3102


def test_the_index_is_the_formula_of_the_standard(air):
    row = next(r for r in ask("heavy_hours.sql") if r["key"] == "shenyang:2013-01-04T03")
    assert row["iaqi"] == 234  # 184 lies 34 % of the way from 150 to 250, so 200 + 34


def test_the_year_is_compared_with_the_one_before(air):
    (row,) = ask("yearly_mean.sql")
    assert (row["value"], row["previous"], row["period"]) == (74.9, 77.4, 2015)


def test_good_days_are_a_share(air):
    (row,) = ask("good_days.sql")
    assert row["value"] == 64.9
