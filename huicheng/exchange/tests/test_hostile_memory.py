"""Hostile files in a process of their own: under a gigabyte whatever comes, and the error says where."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

ROOT = Path(__file__).resolve().parents[3]
GIGABYTE = 1 << 20  # in the kilobytes of ru_maxrss
HEADER = "公民身份号码,姓名,户籍地址\n"
WANG = "1,王芳,沈阳市和平区安图街80号\n"
PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from huicheng.exchange import api as exchange
exchange.sync_declared()
"""
DELIVER = """
import resource, sys, django; django.setup()
from huicheng.exchange import api as exchange
from huicheng.exchange.tests.refused import refused_rows
from huicheng.ground.api import acting_as, run_inline, system_actor
try:
    try:
        receipt = exchange.deliver("police_households", sys.argv[1], actor=system_actor("test"))
    except exchange.NeedsConfirmation as held:  # fewer rows than the file before it
        with acting_as(system_actor("test")):
            run_inline(exchange.confirm(held.receipt.id))
        receipt = exchange.receipt(held.receipt.id)
    told = f"{receipt.accepted}/{receipt.rows} " + " ".join(r["退回原因"] for r in refused_rows(receipt.id))
except exchange.SourceRefused as refusal:
    told = f"{type(refusal).__name__} {refusal}"
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, told)
"""


def sparse(path):
    with path.open("wb") as file:
        file.truncate(2 << 30)


def zip_bomb(path):
    archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9)
    with archive, archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
        for _ in range(200):
            sheet.write(b"<row></row>" * 200_000)


def endless_line(path):
    with path.open("wb") as file:
        file.write((HEADER + WANG).encode())
        for _ in range(100):
            file.write(b"a" * 5_000_000)


def endless_first_line(path):
    with path.open("wb") as file:
        for _ in range(100):
            file.write(b"a" * 5_000_000)


def nul_bytes(path):
    path.write_bytes((HEADER + WANG * 1000 + "2,李\0强,沈阳市沈河区文艺路12号\n").encode())


def merged_header(path):
    book = Workbook()
    for row in (["户籍登记", None, None], ["公民身份号码", "姓名", "户籍地址"], [None, None, None]):
        book.active.append(row)
    book.active.append(["1", "王芳", "沈阳市和平区安图街80号"])
    book.active.append(["2", None, "沈阳市沈河区文艺路12号"])
    for place in ("A1:C1", "A2:A3", "B2:B3", "C2:C3"):
        book.active.merge_cells(place)
    book.save(path)


def gbk(path):
    path.write_bytes((HEADER + WANG * 100_000 + "2,,沈阳市沈河区文艺路12号\n").encode("gbk"))


def without_a_column(path):
    path.write_text("公民身份号码,户籍地址\n1,沈阳市\n")


def deep_json(path):
    good = '{"公民身份号码": "1", "姓名": "王芳", "户籍地址": "沈阳市和平区安图街80号"}\n'
    deep = '{"公民身份号码": "2", "姓名": "李强", "户籍地址": ' + "[" * 200_000 + "]" * 200_000 + "}\n"
    path.write_text(good + deep)


def lying_parquet(path):
    """The footer promises more rows in the first group than its pages hold."""
    columns = {name: ["1"] * 1000 for name in ("公民身份号码", "姓名", "户籍地址")}
    pq.write_table(pa.table(columns), path, compression="none", use_dictionary=False)
    data = path.read_bytes()
    size = int.from_bytes(data[-8:-4], "little")
    footer = bytearray(data[-8 - size : -8])
    honest, lie = bytes([0xD0, 0x0F]), bytes([0xD0, 0x8F, 0x3F])  # 1,000 and a million, as Thrift writes them
    told = bytes(footer).replace(honest, lie)
    path.write_bytes(data[: -8 - size] + told + len(told).to_bytes(4, "little") + b"PAR1")


HOSTILE = [
    ("空洞.csv", sparse, "NotText 空洞.csv："),
    ("炸弹.xlsx", zip_bomb, "CompressionBomb 炸弹.xlsx："),
    ("长行.csv", endless_line, "FieldTooLong 长行.csv：第 2 行"),
    ("无行.csv", endless_first_line, "无行.csv："),
    ("nul.csv", nul_bytes, "1000/1001 姓名：含有 NUL 字节"),
    ("合并.xlsx", merged_header, "1/2 姓名：必填项为空"),
    ("gbk.csv", gbk, "100000/100001 姓名：必填项为空"),
    ("缺列.csv", without_a_column, "MissingColumns 缺列.csv：表头“姓名”列，缺少必填的列：姓名"),
    ("深.jsonl", deep_json, "1/2 这一行读不成一条记录"),
    ("谎.parquet", lying_parquet, "BrokenFile 谎.parquet：第 1,000 行"),
]


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    home = tmp_path_factory.mktemp("city")
    env = {**os.environ, "HUICHENG_HOME": str(home), "DJANGO_SETTINGS_MODULE": "huicheng.city.settings"}
    env.pop("DATABASE_URL", None)  # a city of its own, whatever the others run on
    subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=env, check=True)
    return env


def delivered(env, path):
    """Through a shell: a child's highest use counts from what its parent held, and a test run holds much."""
    words = ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", DELIVER, str(path)]
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    highest, told = done.stdout.strip().split(" ", 1)
    return int(highest), told


@pytest.mark.parametrize(("name", "make", "told"), HOSTILE, ids=[make.__name__ for _n, make, _t in HOSTILE])
def test_a_hostile_file_stays_under_a_gigabyte_and_is_told_where(city, tmp_path, name, make, told):
    make(tmp_path / name)
    highest, said = delivered(city, tmp_path / name)
    assert told in said
    assert highest < GIGABYTE
