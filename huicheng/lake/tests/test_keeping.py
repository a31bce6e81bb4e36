from pathlib import Path

import pyarrow as pa

from huicheng.ground.api import home
from huicheng.lake import api as lake

ROWS = pa.table({"id": ["1", "2"], "name": ["王芳", "李强"]})


def parquet_files() -> list[Path]:
    return sorted((home() / "lake" / "raw" / "t").glob("*.parquet*"))


def test_small_files_are_joined_and_rows_stay():
    for _ in range(6):
        lake.write("raw.t", ROWS, mode="append")
    lake.compact("raw.t")
    assert len(lake.files("raw.t")) == 1
    assert lake.rows("raw.t") == 12


def test_cleaning_keeps_what_thirty_days_of_readers_may_want():
    lake.write("raw.t", ROWS)
    lake.write("raw.t", ROWS)
    assert lake.clean("raw.t") == lake.Cleaned(expired=0, orphans=0)
    assert lake.read("raw.t", version=0).read_all().num_rows == 2


def test_old_versions_go_when_their_days_are_over():
    lake.write("raw.t", ROWS)
    lake.write("raw.t", ROWS.slice(0, 1))
    assert lake.clean("raw.t", keep_days=0).expired == 1
    assert lake.rows("raw.t") == 1


def test_what_a_dead_writer_left_is_swept_and_nothing_else():
    lake.write("raw.t", ROWS)
    orphan = home() / "lake" / "raw" / "t" / "part-0000-dead.parquet"
    orphan.write_bytes(b"half a file")
    assert lake.clean("raw.t").orphans == 1
    assert not orphan.exists()
    assert lake.rows("raw.t") == 2


def test_a_dropped_table_is_no_more():
    lake.write("raw.t", ROWS)
    lake.delete("raw.t")
    assert lake.tables() == []
    assert not lake.exists("raw.t")


def test_what_somebody_reads_is_not_cleaned_away():
    lake.write("raw.t", ROWS)
    reading = lake.read("raw.t")
    lake.write("raw.t", ROWS.slice(0, 1))
    assert lake.clean("raw.t", keep_days=0).expired == 0
    assert reading.read_all().num_rows == 2
    assert lake.clean("raw.t", keep_days=0).expired == 1


def test_a_stream_nobody_began_holds_nothing_once_it_is_forgotten():
    lake.write("raw.t", ROWS)
    reading = lake.read("raw.t")
    lake.write("raw.t", ROWS)
    del reading
    assert lake.clean("raw.t", keep_days=0).expired == 1


def test_a_rehearsed_cleaning_counts_and_removes_nothing():
    lake.write("raw.t", ROWS)
    lake.write("raw.t", ROWS)
    assert lake.clean("raw.t", keep_days=0, dry_run=True).expired == 1
    assert len(parquet_files()) == 2


def test_joining_files_makes_no_row_newer():
    for _ in range(3):
        lake.write("raw.t", ROWS, mode="append")
    before = lake.facts("raw.t").at
    assert lake.scattered("raw.t") == 3
    lake.compact("raw.t")
    assert lake.scattered("raw.t") == 0
    assert abs(lake.facts("raw.t").at - before).total_seconds() < 0.001
    assert abs(lake.versions("raw.t")[0].at - before).total_seconds() < 0.001
