"""A file whose columns changed: what only adds passes and is told, what takes from a field waits with the difference."""

from dataclasses import replace

import pytest

from huicheng.exchange import api as exchange
from huicheng.ground.api import acting_as, events, run_inline, system_actor
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db(transaction=True)
ME = system_actor("test")
LAMPS = exchange.Resource(
    code="lamps", title="路灯", owner="shuju", mode="upsert", key=("number",), fields=(
        exchange.Field("number", "编号", "text", required=True),
        exchange.Field("watts", "功率", "integer"),
        exchange.Field("street", "街道", "text", synonyms=("路名",)),
    ),
)  # fmt: skip
ROWS = [("1", "60", "安图街"), ("2", "80", "文艺路"), ("3", "90", "青年大街"), ("4", "70", "中街")]


@pytest.fixture(params=["upsert", "append", "replace"])
def mode(request):
    exchange.declare(replace(LAMPS, mode=request.param), by_pack=False)
    return request.param


@pytest.fixture
def lamps():
    exchange.declare(LAMPS, by_pack=False)


@pytest.fixture
def send(tmp_path):
    def deliver(header, rows=ROWS, name="路灯.csv", **options):
        path = tmp_path / name
        path.write_text("\n".join(",".join(row) for row in (header, *rows)) + "\n")
        return exchange.deliver("lamps", path, actor=ME, **options)

    return deliver


def held(send, *given, **options):
    with pytest.raises(exchange.NeedsConfirmation) as asked:
        send(*given, **options)
    return asked.value.receipt


def confirmed(receipt, **options):
    with acting_as(ME):
        run_inline(exchange.confirm(receipt.id, **options))
    return exchange.receipt(receipt.id)


def whats(receipt):
    return [(one.what, one.field, one.was, one.now) for one in receipt.drift.changes]


def more(rows, cell="x"):
    return [(*row, cell) for row in rows]


@pytest.mark.usefixtures("mode")
def test_a_new_column_passes_and_is_announced(send):
    send(("编号", "功率", "街道"))
    receipt = send(("编号", "功率", "街道", "备注"), more(ROWS))
    assert (receipt.state, whats(receipt)) == ("accepted", [("added", "", "", "备注")])
    told = events(kind="exchange.SchemaDrifted")[0].data
    assert (told["added"], told["breaking"]) == (1, False)
    assert "备注" not in str(told)


def test_a_first_delivery_and_one_of_the_same_columns_are_no_news(lamps, send):
    send(("编号", "功率", "街道"))
    send(("街道", "编号", "功率"), [(c, a, b) for a, b, c in ROWS])
    assert events(kind="exchange.SchemaDrifted") == []


@pytest.mark.usefixtures("mode")
def test_a_field_without_its_column_waits_for_somebody(send):
    send(("编号", "功率", "街道"))
    receipt = held(send, ("编号", "功率"), [row[:2] for row in ROWS])
    assert whats(receipt) == [("lost", "street", "街道", "")]
    assert "“街道”" in receipt.reason
    assert confirmed(receipt).state == "accepted"


def test_another_source_of_a_table_that_grows_has_a_shape_of_its_own(lamps, send):
    send(("编号", "功率", "街道"), name="路灯_2026-10.csv")
    assert send(("编号", "功率"), [("9", "1")], name="隧道灯.csv").drift is None
    assert held(send, ("编号", "功率"), [("8", "1")], name="路灯_2026-11.csv").drift.lost


def test_a_shape_that_was_confirmed_once_is_no_news_again(lamps, send):
    send(("编号", "功率", "街道"))
    confirmed(held(send, ("编号", "功率"), [row[:2] for row in ROWS]))
    send(("编号", "功率", "街道"), ROWS[:3])
    assert send(("编号", "功率"), [row[:2] for row in ROWS[:2]]).drift is None


@pytest.mark.usefixtures("mode")
def test_a_renamed_column_is_recognised_and_taken_up_where_somebody_says_so(send):
    send(("编号", "功率", "街道"))
    receipt = held(send, ("编号", "功率", "街道名字"))
    assert whats(receipt) == [("lost", "street", "街道", "街道名字")]
    assert confirmed(receipt, mapping={"街道名字": "street"}).mapping["街道名字"] == "street"
    assert lake.read("raw.lamps").read_all()["street"].null_count == 0
    assert send(("编号", "功率", "街道名字"), ROWS[:3]).state == "accepted"


def test_a_new_name_that_is_known_for_the_field_passes(lamps, send):
    send(("编号", "功率", "街道"))
    receipt = send(("编号", "功率", "路名"), ROWS[:3])
    assert whats(receipt) == [("renamed", "street", "街道", "路名")]


@pytest.mark.usefixtures("mode")
def test_a_renamed_key_waits_unread_and_needs_a_column(send):
    send(("编号", "功率", "街道"))
    receipt = held(send, ("编号码", "功率", "街道"))
    assert (receipt.rows, whats(receipt)) == (0, [("lost", "number", "编号", "编号码")])
    with acting_as(ME), pytest.raises(exchange.MissingColumns, match="编号"):
        exchange.confirm(receipt.id)
    assert exchange.receipt(receipt.id).state == "held"
    assert confirmed(receipt, mapping={"编号码": "编号"}).accepted == 4


@pytest.mark.usefixtures("mode")
def test_values_that_no_longer_fit_wait_even_where_all_rows_would_go_back(send):
    send(("编号", "功率", "街道"))
    receipt = held(send, ("编号", "功率", "街道"), [(a, f"{b}瓦特", c) for a, b, c in ROWS])
    change = receipt.drift.changes[0]
    assert (change.what, change.field, change.filled, change.misfits) == ("misfit", "watts", 4, 4)
    assert lake.read("raw.lamps").read_all()["watts"].null_count == 0


def test_a_few_bad_values_are_no_drift(lamps, send):
    send(("编号", "功率", "街道"))
    receipt = send(("编号", "功率", "街道"), [("1", "?", "x"), *ROWS[1:]])
    assert (receipt.refused, receipt.drift) == (1, None)


def test_a_type_that_a_source_declares_is_told_where_values_still_fit(lamps, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    for number, watts in enumerate(([60, 80], ["60", "80"])):
        path = tmp_path / f"{number}.parquet"
        pq.write_table(pa.table({"编号": ["1", "2"], "功率": watts}), path)
        receipt = exchange.deliver("lamps", path, actor=ME)
    assert [(one.what, one.was, one.now) for one in receipt.drift.changes] == [("retyped", "integer", "text")]


def test_quite_another_table_is_refused_not_held(lamps, send):
    send(("编号", "功率", "街道"))
    with pytest.raises(exchange.MissingColumns):
        send(("姓名", "街道", "电话"))


def test_a_withdrawn_drift_changes_nothing(lamps, send):
    send(("编号", "功率", "街道"))
    receipt = held(send, ("编号", "功率"), [("9", "1")])
    with acting_as(ME):
        exchange.withdraw(receipt.id)
    assert lake.rows("raw.lamps") == 4


def test_names_of_people_in_place_of_a_header_are_told_to_nobody(lamps, send):
    send(("编号", "功率", "街道"))
    receipt = held(send, ("编号", "街道", "王芳", "210102199001010023"), [("9", "x", "y", "z")])
    told = f"{receipt.reason}{[vars(one) for one in events()]}"
    assert "210102199001010023" not in told
