import threading
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huicheng.ground.api import home
from huicheng.lake import api as lake

ROWS = pa.table({"id": ["210102199001011234", "210102199202022345"], "name": ["王芳", "李强"]})
WANG = {"id": "210102199001011234"}


def holding(words: str) -> list[str]:
    """Files of the lake in which these words stand, as bytes or as values."""
    files = [path for path in (home() / "lake").rglob("*") if path.is_file()]
    return [
        path.name
        for path in files
        if words.encode() in path.read_bytes()
        or (path.suffix == ".parquet" and words in str(pq.read_table(path).to_pylist()))
    ]


def test_an_erased_row_is_in_no_version_no_file_and_no_log():
    lake.write("raw.t", ROWS)
    lake.write("raw.t", ROWS)
    assert holding(WANG["id"])
    assert lake.erase("raw.t", keys=[WANG]) == 1
    assert holding(WANG["id"]) == holding("王芳") == []
    assert lake.read("raw.t").read_all()["name"].to_pylist() == ["李强"]


def test_the_log_tells_no_value_of_any_column():
    lake.write("raw.t", ROWS)
    lake.upsert("raw.t", ROWS, keys=["id"])
    log = "".join(path.read_text() for path in (home() / "lake/raw/t/_delta_log").glob("*.json"))
    assert '\\"numRecords\\":2' in log
    assert WANG["id"] not in log


def test_after_an_erasure_the_table_is_written_and_counted_as_before():
    first = lake.write("raw.t", ROWS, txn=("delivery:1", 1))
    before = lake.facts("raw.t").at
    lake.erase("raw.t", keys=[WANG])
    assert lake.last_txn("raw.t", "delivery:1") == 1
    assert lake.facts("raw.t").at >= before
    with pytest.raises(lake.NoSuchVersion):
        lake.read("raw.t", version=first)
    lake.write("raw.t", ROWS, mode="append")
    assert lake.rows("raw.t") == 3


def test_erasing_waits_for_who_reads_the_old_version():
    lake.write("raw.t", ROWS)
    reading = lake.read("raw.t")
    with pytest.raises(lake.LakeBusy, match="still being read"):
        lake.erase("raw.t", keys=[WANG], wait=0.2)
    later = threading.Thread(target=lake.forget, args=("raw.t",))
    later.start()
    assert reading.read_all().num_rows == 2
    later.join()
    assert holding("王芳") == []


def test_a_pinned_version_outlives_a_cleaning_but_a_forgotten_one_is_refused():
    first = lake.write("raw.t", ROWS)
    with lake.pinned({"raw.t": first}):
        lake.write("raw.t", ROWS)
        lake.clean("raw.t", keep_days=0)
        assert lake.read("raw.t", version=first).read_all().num_rows == 2
    lake.forget("raw.t")
    with pytest.raises(lake.NoSuchVersion), lake.pinned({"raw.t": first}):
        pass


def test_forgetting_what_has_no_past_changes_nothing():
    lake.write("raw.t", ROWS)
    lake.forget("raw.t")
    lake.forget("raw.t")
    assert lake.version("raw.t") == 0
    assert lake.rows("raw.t") == 2


def test_an_empty_table_is_left_when_all_are_erased():
    lake.write("raw.t", ROWS)
    assert lake.erase("raw.t", keys=[{"id": one} for one in ROWS["id"].to_pylist()]) == 2
    assert lake.rows("raw.t") == 0
    assert lake.ask("SELECT count(*) AS n FROM raw.t", everything=True).table["n"].to_pylist() == [0]


def test_erasing_by_an_unknown_column_is_refused():
    lake.write("raw.t", ROWS)
    with pytest.raises(ValueError, match="secret"):
        lake.erase("raw.t", keys=[{"secret": "1"}])


@pytest.mark.parametrize(
    "values",
    [
        pa.array([date(2001, 5, 1), date(2020, 5, 1), None], pa.date32()),
        pa.array([datetime(2001, 5, 1), datetime(2020, 5, 1), None], pa.timestamp("us")),
        pa.array([datetime(2001, 5, 1), datetime(2020, 5, 1), None], pa.timestamp("us", tz="UTC")),
    ],
    ids=str,
)
def test_rows_grow_old_by_their_own_date_and_those_without_one_stay(values):
    lake.write("raw.t", pa.table({"day": values, "n": [1, 2, 3]}))
    edge = datetime(2010, 1, 1, tzinfo=UTC)
    assert lake.expire("raw.t", column="day", before=edge, dry_run=True) == 1
    assert lake.rows("raw.t") == 3
    assert lake.expire("raw.t", column="day", before=edge) == 1
    assert sorted(lake.read("raw.t").read_all()["n"].to_pylist()) == [2, 3]


def test_rows_do_not_grow_old_by_a_text():
    lake.write("raw.t", ROWS)
    with pytest.raises(ValueError, match="string"):
        lake.expire("raw.t", column="name", before=datetime(2010, 1, 1, tzinfo=UTC))
