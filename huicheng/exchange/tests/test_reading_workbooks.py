import datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from huicheng.exchange.refusals import BrokenFile, EmptySource, FieldTooLong, NoSuchSheet, TooLarge
from huicheng.exchange.tests.test_reading_text import read


def workbook(path, rows, *, merged=(), sheet="名册"):
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.create_sheet("说明").append(["填表说明"])
    book.save(path)
    return path


def test_a_header_of_two_rows_with_merged_cells_under_a_title(tmp_path):
    rows = [
        ["2024 年名册"],
        ["姓名", "证件", None, "电话"],
        [None, "类型", "号码", None],
        ["王芳", "身份证", "1", "138"],
    ]
    path = workbook(tmp_path / "a.xlsx", rows, merged=["A1:D1", "A2:A3", "B2:C2", "D2:D3"])
    header, found, _bad = read(path)
    assert header == ("姓名", "类型", "号码", "电话")
    assert found == [(1, "王芳", "身份证", "1", "138")]


def test_cells_read_as_a_person_would_type_them(tmp_path):
    row = ["王芳", 13812345678.0, datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 8, 30), True, 1.5]
    path = workbook(tmp_path / "a.xlsx", [["姓名", "电话", "日期", "时间", "在册", "面积"], row])
    assert read(path)[1] == [(1, "王芳", "13812345678", "2020-01-02", "2020-01-02 08:30:00", "true", "1.5")]


def test_blank_rows_are_passed_over_but_counted(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["姓名", "电话"], ["王芳", "1"], [None, None], ["李强", "2"]])
    assert [row[0] for row in read(path)[1]] == [1, 3]


def test_the_sheet_can_be_named_and_a_wrong_name_lists_the_right_ones(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["姓名", "电话"], ["王芳", "1"]])
    assert read(path, sheet="名册")[1]
    with pytest.raises(NoSuchSheet, match="名册、说明"):
        read(path, sheet="表三")


def test_two_cells_in_far_corners_do_not_fill_the_memory(tmp_path):
    book = Workbook()
    book.active["A1"], book.active["XFD1048576"] = "姓名", "x"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(TooLarge, match="XFD"):
        read(tmp_path / "a.xlsx")


def test_half_a_workbook_is_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["姓名", "电话"], ["王芳", "1"]])
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(BrokenFile, match=r"a\.xlsx"):
        read(path)


def test_a_workbook_with_a_header_only_is_told_so(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [[None, None], [None, None]], sheet="空")
    with pytest.raises(EmptySource):
        read(path, sheet="空")


def test_parquet_types_stay_what_they_are_and_lists_become_text(tmp_path):
    table = pa.table({
        "编号": pa.array([1, None], pa.int64()),
        "面积": pa.array([80.0, 80.5]),
        "日期": pa.array([datetime.date(2020, 1, 2), None]),
        "时间": pa.array([datetime.datetime(2020, 1, 2, 8, 30), None], pa.timestamp("us")),
        "标签": pa.array([["甲"], None]),
        "类别": pa.array(["A", "B"]).dictionary_encode(),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "a.parquet")
    _header, rows, _bad = read(tmp_path / "a.parquet")
    assert rows == [
        (1, 1, 80.0, datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 8, 30), '["甲"]', "A"),
        (2, None, 80.5, None, None, None, "B"),
    ]


def test_a_huge_value_repeated_in_a_parquet_dictionary_is_refused(tmp_path):
    values = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(100_000, np.int32)), pa.array(["x" * 8_000_000])
    )
    pq.write_table(pa.table({"正文": values}), tmp_path / "a.parquet")
    with pytest.raises(FieldTooLong, match="正文"):
        read(tmp_path / "a.parquet")
