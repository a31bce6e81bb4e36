from pathlib import Path

import pyarrow as pa
import pytest

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


def test_an_erased_row_is_gone_from_every_version_and_file():
    lake.write("raw.t", ROWS)
    lake.write("raw.t", ROWS)
    assert lake.erase("raw.t", keys=[{"id": "1"}]) == 1
    left = [pa.parquet.read_table(path)["name"].to_pylist() for path in parquet_files()]
    assert left == [["李强"]]


def test_erasing_by_an_unknown_column_is_refused():
    lake.write("raw.t", ROWS)
    with pytest.raises(ValueError, match="secret"):
        lake.erase("raw.t", keys=[{"secret": "1"}])


def test_a_dropped_table_is_no_more():
    lake.write("raw.t", ROWS)
    lake.delete("raw.t")
    assert lake.tables() == []
    assert not lake.exists("raw.t")
