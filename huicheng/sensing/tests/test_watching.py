from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from huicheng.exchange.api import Field, Resource, declare, publish_table
from huicheng.ground.api import Declared, Pack, Watch, events, job_view, run_waiting, submit
from huicheng.sensing import watching
from huicheng.sensing.api import alarm_counts, alarms, run_watch

pytestmark = pytest.mark.django_db
NOON = datetime(2015, 11, 8, 12)
SQL = """SELECT strftime("at", '%Y%m%d%H') AS key, CASE WHEN level > 9 THEN 'red' ELSE 'blue' END AS grade, "at",
'水位 ' || level || ' 米' AS message FROM stat.river WHERE level > 5"""


@pytest.fixture(autouse=True)
def river(tmp_path: Path, monkeypatch):
    (tmp_path / "high.sql").write_text(SQL, encoding="utf-8")
    fields = (Field("at", "时间", "datetime"), Field("level", "水位", "number"))
    declare(Resource(code="stat.river", title="水位", owner="shuiwuju", fields=fields))
    watch = Watch("高水位", "high.sql", grades={"red": "高于 9 米", "blue": "高于 5 米"})
    pack = Pack("test.river", "河", "shuiwuju", tmp_path)
    monkeypatch.setattr(watching, "declared", lambda kind: [Declared("high", pack, watch)])


def report(*levels: float) -> None:
    at = [NOON + timedelta(hours=n) for n in range(len(levels))]
    publish_table("stat.river", pa.table({"at": pa.array(at, pa.timestamp("us")), "level": levels}))


def test_every_row_of_the_answer_is_an_alarm():
    report(4.0, 6.0, 9.5)
    assert run_watch("test.river.high") == 2
    assert alarm_counts("test.river.high") == {"blue": 1, "red": 1}
    assert alarms()[0].message == "水位 9.5 米"


def test_the_same_trouble_is_raised_once():
    report(9.5)
    assert [run_watch("test.river.high"), run_watch("test.river.high")] == [1, 0]
    assert len(events(subject="watch:test.river.high")) == 1


def test_clocks_on_the_wall_are_the_citys():
    report(9.5)
    run_watch("test.river.high")
    assert alarms()[0].at.isoformat() == "2015-11-08T04:00:00+00:00"


def test_a_watch_with_nothing_to_watch_does_not_stop_the_round():
    view = submit("sensing.watch", key="round")
    run_waiting()
    result = job_view(view.id).result or {}
    assert "NoData" in result["errors"]["test.river.high"]
