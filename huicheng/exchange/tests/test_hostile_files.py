"""Files that would fill the memory or the disk: each refused fast, naming file and row."""

import gzip
import os
import time
import zipfile
from pathlib import Path

import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange.tests.refused import refused_rows
from huicheng.ground.api import home, system_actor

pytestmark = pytest.mark.django_db
HEADER = "公民身份号码,姓名,户籍地址\n".encode()
GIGABYTE = 1 << 30


def send(path):
    return exchange.deliver("police_households", path, actor=system_actor("test"))


def memory(what):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


@pytest.fixture(autouse=True)
def _quick_and_small():
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    start, before = time.monotonic(), memory("VmRSS")
    yield
    assert time.monotonic() - start < 10
    assert memory("VmHWM") - before < GIGABYTE * 0.7


def sparse(path, start=b""):
    with path.open("wb") as file:
        file.write(start)
        file.truncate(2 * GIGABYTE)
    return path


def test_two_gigabytes_of_nothing_are_refused_unread(tmp_path):
    with pytest.raises(exchange.NotText, match=r"空洞\.csv"):
        send(sparse(tmp_path / "空洞.csv"))
    assert not list((home() / "landing").rglob("*.csv"))
    assert "NUL" in exchange.receipts(state="failed")[0].reason


def test_a_hole_behind_real_rows_is_named_by_its_row(tmp_path):
    rows = "1,王芳,沈阳市和平区安图街80号\n".encode() * 3
    with pytest.raises(exchange.NotText, match="第 4 行"):
        send(sparse(tmp_path / "a.csv", HEADER + rows))


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet", "a.jsonl", "a.tsv", "a.xls"])
def test_a_hole_by_any_other_name_is_refused_too(tmp_path, name):
    with pytest.raises(exchange.SourceRefused, match=name):
        send(sparse(tmp_path / name))


def test_a_gzip_bomb_of_one_endless_line_is_refused(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(HEADER)
        for _ in range(40):
            file.write(b"a" * 5_000_000)
    with pytest.raises(exchange.SourceRefused, match=r"bomb\.csv\.gz"):
        send(path)


def test_a_gzip_bomb_of_many_small_rows_is_refused(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(HEADER)
        for _ in range(40):
            file.write(b"1,b,c\n" * 1_000_000)
    with pytest.raises(exchange.CompressionBomb, match="压缩比"):
        send(path)


def test_a_zip_bomb_is_refused_from_its_directory(tmp_path):
    path = tmp_path / "bomb.xlsx"
    archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9)
    with archive, archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
        for _ in range(100):
            sheet.write(b"<row></row>" * 200_000)
    with pytest.raises(exchange.CompressionBomb, match="倍"):
        send(path)


def test_half_a_gzip_is_refused_with_the_row_it_reached(tmp_path):
    path = tmp_path / "half.csv.gz"
    rows = "".join(f"{n},王芳,沈阳市和平区{n}号\n" for n in range(100_000))
    path.write_bytes(gzip.compress(HEADER + rows.encode())[:-5000])
    with pytest.raises(exchange.BrokenFile, match=r"half\.csv\.gz：第 [\d,]+ 行.*不完整"):
        send(path)


def test_nul_bytes_send_their_row_back_and_name_the_column(tmp_path):
    path = tmp_path / "nul.csv"
    rows = "1,王芳,沈阳市和平区安图街80号\n2,李\0强,沈阳市沈河区文艺路12号\n"
    path.write_bytes(HEADER + rows.encode())
    receipt = send(path)
    assert (receipt.accepted, receipt.refused) == (1, 1)
    assert "姓名：含有 NUL 字节" in refused_rows(receipt.id)[0]["退回原因"]


def test_bytes_of_a_wrong_encoding_send_their_row_back(tmp_path):
    path = tmp_path / "mixed.csv"
    good = "1,王芳,沈阳市和平区安图街80号\n".encode() * 5
    path.write_bytes(HEADER + good + b"2,\xff\xfe\xfd,x\n")
    receipt = send(path)
    assert receipt.refused == 1
    assert "乱码" in refused_rows(receipt.id)[0]["退回原因"]


def test_a_missing_file_and_an_empty_one_are_told_apart(tmp_path):
    (tmp_path / "empty.csv").touch()
    with pytest.raises(exchange.EmptySource, match="是空文件"):
        send(tmp_path / "empty.csv")
    with pytest.raises(exchange.EmptySource, match="不存在"):
        send(tmp_path / "nowhere.csv")


def test_what_is_no_file_is_told_so_and_never_opened(tmp_path):
    (tmp_path / "文件夹").mkdir()
    os.mkfifo(tmp_path / "管道.csv")
    for place, words in (("文件夹", "是文件夹"), ("管道.csv", "是管道"), ("/dev/zero", "是设备")):
        with pytest.raises(exchange.NoFile, match=words):
            send(tmp_path / place)
