import contextlib
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huicheng.exchange.reading.delimited import open_delimited
from huicheng.exchange.reading.opening import open_source
from huicheng.exchange.refusals import FieldTooLong, NotText, UnknownFormat

HEADER = "姓名,地址\n"


def read(path, **options):
    """Header, rows with their numbers, and rows that are none."""
    source = open_source(path, **options)
    rows, bad = [], []
    for chunk in source.chunks():
        columns = [column.to_pylist() for column in chunk.columns]
        rows += list(zip(chunk.rows.tolist(), *columns, strict=True))
        bad += chunk.bad
    return source.header, rows, bad


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_any_usual_encoding_is_recognised(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes((HEADER + "王芳,和平区安图街80号\n").encode(encoding))
    header, rows, bad = read(path)
    assert (header, rows, bad) == (("姓名", "地址"), [(1, "王芳", "和平区安图街80号")], [])


def test_a_file_may_look_like_ascii_for_a_long_time(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"name,address\n" + b"a,b\n" * 600_000 + "王芳,和平区\n".encode("gb18030"))
    assert read(path)[1][-1] == (600_001, "王芳", "和平区")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_the_one_that_cuts_evenly(tmp_path, delimiter):
    path = tmp_path / "a.csv"
    path.write_text(delimiter.join(["姓名", "地址"]) + "\n" + delimiter.join(["王芳", "a b"]) + "\n")
    assert read(path)[1] == [(1, "王芳", "a b")]


def test_an_inch_sign_in_a_tsv_is_no_quotation(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text('姓名\t物品\n王芳\t15" 屏幕\n李强\t"半\n')
    assert read(path)[1] == [(1, "王芳", '15" 屏幕'), (2, "李强", '"半')]


def test_a_line_break_inside_quotes_is_one_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEADER + '王芳,"和平区\n安图街"\n李强,"他说""好"""\n')
    assert read(path)[1] == [(1, "王芳", "和平区\n安图街"), (2, "李强", '他说"好"')]


def test_a_ragged_row_is_named_with_its_column_and_the_others_keep_their_numbers(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("姓名,电话,地址\n王芳,1,和平\n李强,2\n\n赵敏,3,沈河\n孙丽,4,大东,多\n周杰,5,铁西\n")
    _header, rows, bad = read(path)
    assert [row[0] for row in rows] == [1, 3, 5]
    assert [one.row for one in bad] == [2, 4]
    assert "应有 3 列，实有 2 列，从“地址”起" in bad[0].detail
    assert bad[1].cells == ("孙丽", "4", "大东")


def test_ragged_rows_are_counted_right_across_many_blocks(tmp_path):
    path = tmp_path / "a.csv"
    lines = [f"王芳{n},{'x' * 90}" if n % 7 else f"李强{n}" for n in range(1, 200_001)]
    path.write_text(HEADER + "\n".join(lines) + "\n")
    _header, rows, bad = read(path)
    assert all(row[1] == f"王芳{row[0]}" for row in rows)
    assert [one.row for one in bad] == list(range(7, 200_001, 7))


def test_titles_above_the_header_are_passed_over(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("沈阳市居民名册,,\n2024 年 6 月,,\n姓名,电话,地址\n王芳,1,和平\n")
    header, rows, _bad = read(path)
    assert header == ("姓名", "电话", "地址")
    assert rows == [(1, "王芳", "1", "和平")]


def test_nameless_and_repeated_columns_get_names(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("姓名,电话,,电话\n王芳,1,2,3\n")
    assert read(path)[0] == ("姓名", "电话(1)", "列3", "电话(2)")


def test_a_gzipped_file_reads_like_the_plain_one(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress((HEADER + "王芳,和平区\n").encode("gb18030")))
    assert read(path)[1] == [(1, "王芳", "和平区")]


def test_a_quotation_mark_never_closed_is_named_with_its_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEADER + '王芳,和平\n李强,"沈河\n' + "赵敏,大东\n" * 800_000)
    with pytest.raises(FieldTooLong, match=r"第 \d+ 行.*引号没有闭合"):
        read(path)


def test_json_lines_keep_their_numbers_around_a_broken_one(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"姓名":"王芳","年龄":30}\n{"姓名":\n\n{"姓名":"李强","职业":"医生"}\n{"年龄":"四十"}\n')
    header, rows, bad = read(path)
    assert header == ("姓名", "年龄", "职业")
    assert rows == [(1, "王芳", "30", None), (3, "李强", None, "医生"), (4, None, "四十", None)]
    assert [one.row for one in bad] == [2]


def test_a_json_array_is_refused_with_the_way_out(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('[{"a":1}]')
    with pytest.raises(UnknownFormat, match="JSON Lines"):
        read(path)


def test_a_picture_is_no_table(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n")
    with pytest.raises(UnknownFormat, match="CSV"):
        read(path)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=3000))
def test_no_bytes_whatever_break_the_reader(tmp_path_factory, data):
    from huicheng.exchange.refusals import SourceRefused

    path = tmp_path_factory.mktemp("bytes") / "a.csv"
    path.write_bytes(data)
    with contextlib.suppress(SourceRefused):
        rows = [row for chunk in open_delimited(path, "a.csv", "csv").chunks() for row in chunk.rows.tolist()]
        assert rows == sorted(set(rows))


def test_two_encodings_in_one_file_are_told_with_the_line_where_they_change(tmp_path):
    path = tmp_path / "a.csv"
    good, other = "王芳,和平区安图街80号\n".encode(), "李强,沈河区文艺路12号\n".encode("gb18030")
    path.write_bytes(HEADER.encode() + good + other * 50)
    with pytest.raises(NotText, match="从文件的第 3 行起不是"):
        read(path)
