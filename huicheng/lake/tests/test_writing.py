import threading

import pyarrow as pa
import pytest

from huicheng.lake import api as lake

FIRMS = pa.table({"code": ["A", "B"], "name": ["沈阳一厂", "沈阳二厂"]})
MORE = pa.table({"code": ["B", "C"], "name": ["沈阳二厂(新)", "沈阳三厂"]})


def names(table: str, version: int | None = None) -> list[str]:
    return sorted(lake.read(table, version=version).read_all()["name"].to_pylist())


def test_a_replacement_is_seen_whole_and_the_old_version_stays():
    first = lake.write("raw.firms", FIRMS)
    second = lake.write("raw.firms", MORE)
    assert names("raw.firms") == ["沈阳三厂", "沈阳二厂(新)"]
    assert names("raw.firms", version=first) == ["沈阳一厂", "沈阳二厂"]
    assert [one.number for one in lake.versions("raw.firms")] == [second, first]


def test_the_same_transaction_again_changes_nothing():
    first = lake.write("raw.firms", FIRMS, mode="append", txn=("delivery:1", 1))
    assert lake.write("raw.firms", FIRMS, mode="append", txn=("delivery:1", 1)) == first
    assert lake.rows("raw.firms") == 2


def test_an_upsert_replaces_by_key_and_adds_the_rest():
    lake.write("raw.firms", FIRMS)
    lake.upsert("raw.firms", MORE, keys=["code"])
    assert names("raw.firms") == ["沈阳一厂", "沈阳三厂", "沈阳二厂(新)"]


def test_an_upsert_leaves_the_columns_to_be_kept_as_they_are():
    lake.write("raw.firms", FIRMS)
    lake.upsert("raw.firms", MORE, keys=["code"], kept=["name"])
    assert names("raw.firms") == ["沈阳一厂", "沈阳三厂", "沈阳二厂"]


def test_a_new_column_is_added_by_an_append():
    lake.write("raw.firms", FIRMS)
    lake.write("raw.firms", pa.table({"code": ["D"], "name": ["沈阳四厂"], "year": [1980]}), mode="append")
    assert lake.schema("raw.firms").names == ["code", "name", "year"]
    assert lake.rows("raw.firms") == 3


def test_a_stream_that_breaks_leaves_the_table_as_it_was():
    lake.write("raw.firms", FIRMS)

    def broken():
        yield FIRMS.to_batches()[0]
        raise OSError("cable out")

    with pytest.raises(Exception, match="cable out"):
        lake.write("raw.firms", pa.RecordBatchReader.from_batches(FIRMS.schema, broken()))
    assert lake.versions("raw.firms")[0].number == 0


def test_an_empty_table_can_be_asked():
    lake.write("raw.firms", [], schema=FIRMS.schema)
    assert lake.ask("SELECT count(*) AS n FROM raw.firms", everything=True).table["n"].to_pylist() == [0]


def test_many_writers_at_once_lose_nothing():
    lake.write("raw.firms", FIRMS)
    writers = [
        threading.Thread(target=lake.write, args=("raw.firms", FIRMS), kwargs={"mode": "append"})
        for _ in range(12)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert lake.rows("raw.firms") == 2 * 13


def test_a_reader_of_an_old_version_is_not_disturbed_by_a_new_one():
    lake.write("raw.firms", FIRMS)
    reader = lake.read("raw.firms")
    lake.write("raw.firms", MORE)
    lake.compact("raw.firms")
    assert reader.read_all()["code"].to_pylist() == ["A", "B"]


@pytest.mark.parametrize("name", ["firms", "raw.Firms", "raw.a b", "../raw.firms", "raw.x.y", ""])
def test_a_name_that_could_leave_the_lake_is_refused(name):
    with pytest.raises(lake.BadTableName):
        lake.write(name, FIRMS)


def test_what_was_never_written_is_named_in_the_error():
    with pytest.raises(lake.NoSuchTable, match=r"raw\.nothing"):
        lake.read("raw.nothing")
    lake.write("raw.firms", FIRMS)
    with pytest.raises(lake.NoSuchVersion, match="7"):
        lake.read("raw.firms", version=7)


@pytest.mark.parametrize("change", ["append", "upsert"])
def test_rows_of_another_type_are_refused_without_a_value_of_theirs(change):
    lake.write("raw.years", pa.table({"code": ["A"], "year": [1980]}))
    odd = pa.table({"code": ["A"], "year": ["王芳"]})
    ways = {
        "append": lambda: lake.write("raw.years", odd, mode="append"),
        "upsert": lambda: lake.upsert("raw.years", odd, keys=["code"]),
    }
    with pytest.raises(lake.SchemaClash, match="year") as clash:
        ways[change]()
    assert "王芳" not in str(clash.value)
    assert clash.value.__suppress_context__
