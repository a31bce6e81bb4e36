"""What spreadsheets would run is made harmless, and comes back as it was."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huicheng.exchange import api as exchange
from huicheng.exchange.harmless import harmful_cell
from huicheng.ground.api import system_actor
from huicheng.lake import api as lake

CELLS = st.text(st.sampled_from("'=+-@＝－\t\r\n 1.5,%e王a"), max_size=8) | st.text(max_size=8)
LAMPS = exchange.Resource(
    code="lamps", title="路灯", owner="shuju", mode="append",
    fields=(exchange.Field("note", "说明", "text"), exchange.Field("watts", "功率", "integer", required=True)),
)  # fmt: skip


@given(CELLS)
def test_whatever_was_added_is_taken_off_again(cell):
    assert harmful_cell(exchange.harmless_cell(cell)) == cell


@given(CELLS)
def test_no_harmless_cell_begins_a_formula(cell):
    shown = exchange.harmless_cell(cell).strip()
    signed = shown[:1] in ("=", "@") or (
        shown[:1] in ("+", "-") and not set(shown) <= set("+-0123456789.,eE%")
    )
    assert not signed or not shown.strip("=@+-＝－")[:1].isalpha() or shown[0] in "+-"


@pytest.mark.parametrize(
    "cell", ["-", "--", "—", "－", "-3.5", "+86", "-1,234.50", "1e-5", "-5%", "", "王芳", 7, None]
)
def test_numbers_dashes_and_words_stay_as_they_are(cell):
    assert exchange.harmless_cell(cell) == cell


@pytest.mark.parametrize("cell", ["=1+1", " =1", "+x", "-x", "@SUM(A1)", "＝1+1", "\t王芳", "-2+3", "'=1"])
def test_what_would_run_gets_an_apostrophe(cell):
    assert exchange.harmless_cell(cell) == f"'{cell}"


def send(path):
    return exchange.deliver("lamps", path, actor=system_actor("test"))


def written(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.django_db(transaction=True)
def test_mended_refused_rows_arrive_as_the_department_wrote_them(tmp_path):
    exchange.declare(LAMPS, by_pack=False)
    notes = ["=1+1", "'=x", "-", "@灯", "'老王'的灯", "+1-2"]
    first = send(
        written(tmp_path / "a.csv", [["说明", "功率"], *([note, ""] for note in notes), ["好", "1"]])
    )
    for _again in range(2):  # refused a second time the file is still the same, with one column of reasons
        with Path(first.refused_file).open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == ["说明", "功率", "退回原因"]
        first = send(written(tmp_path / "b.csv", [header, *rows, ["再好", str(_again), ""]]))
    send(written(tmp_path / "c.csv", [header, *([note, "60", why] for note, _watts, why in rows)]))
    kept = lake.read("raw.lamps", columns=["note", "watts"]).read_all().to_pylist()
    assert sorted(row["note"] for row in kept if row["watts"] == 60) == sorted(notes)


@pytest.mark.django_db(transaction=True)
def test_a_column_that_a_resource_calls_so_is_its_own(tmp_path):
    fields = (exchange.Field("note", "说明", "text"), exchange.Field("why", "退回原因", "text"))
    exchange.declare(
        exchange.Resource(code="lamps", title="路灯", owner="shuju", fields=fields), by_pack=False
    )
    send(written(tmp_path / "a.csv", [["说明", "退回原因"], ["'=1", "灯不亮"]]))
    assert lake.read("raw.lamps", columns=["note", "why"]).read_all().to_pylist() == [
        {"note": "'=1", "why": "灯不亮"}
    ]
