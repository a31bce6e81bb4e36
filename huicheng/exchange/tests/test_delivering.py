from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

from huicheng.exchange import api as exchange
from huicheng.exchange import committing
from huicheng.exchange.tests.refused import refused_rows
from huicheng.ground.api import (
    Actor,
    acting_as,
    cancel,
    events,
    jobs,
    run_inline,
    run_waiting,
    submit,
    system_actor,
)
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db

LIU = Actor(id="a9", name="刘洋", kind="official", department="renshe", duties=frozenset({"deliver"}))
CHEN = Actor(id="a8", name="陈静", kind="official", department="weijian", duties=frozenset({"deliver"}))
HEADER = "个人编号\t证件号码\t姓名\t出生年月日\t联系地址\n"
WANG = "1\t210102199001010023\t王芳\t1990-01-01\t沈阳市和平区安图街80号\n"
LI = "2\t210103198502020010\t李强\t1985-02-02\t沈阳市沈河区文艺路12号\n"
TABLE = "raw.insurance_members"


@pytest.fixture
def deliver(tmp_path):
    def send(text, *, name="参保人.tsv", actor=LIU, **options):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return exchange.deliver("insurance_members", path, actor=actor, **options)

    return send


def names():
    return sorted(lake.read(TABLE).read_all()["name"].to_pylist())


def test_good_rows_are_taken_and_the_receipt_says_how_many(deliver):
    receipt = deliver(HEADER + WANG + LI)
    assert (receipt.state, receipt.rows, receipt.accepted, receipt.refused) == ("accepted", 2, 2, 0)
    assert names() == ["李强", "王芳"]
    assert events(subject=f"delivery:{receipt.id}")[0].kind == "exchange.DeliveryReceived"


def test_rows_know_the_delivery_and_the_line_they_came_from(deliver):
    receipt = deliver(HEADER + WANG + LI)
    rows = lake.read(TABLE, columns=["name", "_delivery", "_row", "birth_date"]).read_all().to_pylist()
    assert [(row["_row"], row["name"], row["_delivery"]) for row in rows] == [
        (1, "王芳", receipt.id), (2, "李强", receipt.id),
    ]  # fmt: skip
    assert str(rows[0]["birth_date"]) == "1990-01-01"


def test_a_refused_row_comes_back_in_a_file_of_the_same_shape(deliver):
    receipt = deliver(HEADER + WANG + LI + "3\t\t\t\t\n" + "4\t只有两格\n")
    assert (receipt.accepted, receipt.refused) == (2, 2)
    assert receipt.refused_file.endswith(".tsv")
    first, second = refused_rows(receipt.id)
    assert first["个人编号"] == "3"
    assert first["退回原因"].startswith("姓名：必填项为空")
    assert "应有 5 列，实有 2 列" in second["退回原因"]


def test_the_mended_file_of_refused_rows_can_be_delivered_as_it_is(deliver, tmp_path):
    receipt = deliver(HEADER + WANG + "3\t\t\t\t\n")
    mended = Path(receipt.refused_file).read_text(encoding="utf-8-sig").replace("3\t\t\t", "3\t\t赵敏\t")
    assert deliver(mended).accepted == 1
    assert names() == ["赵敏"]


def test_a_doubtful_value_is_flagged_and_the_row_is_taken(deliver):
    receipt = deliver(HEADER + WANG.replace("0023", "0024"))
    issue = exchange.issues(receipt.id)[0]
    assert (receipt.accepted, receipt.flagged) == (1, 1)
    assert (issue.row, issue.field, issue.code, issue.outcome) == (
        1,
        "id_number",
        "person_id.check",
        "flagged",
    )


def test_the_same_file_again_is_the_same_receipt_and_nothing_changes(deliver):
    first = deliver(HEADER + WANG)
    assert deliver(HEADER + WANG, name="换了名字.tsv") == first
    assert len(lake.versions(TABLE)) == 1


def test_an_older_file_delivered_again_after_a_newer_one_counts(deliver):
    old = deliver(HEADER + WANG)
    deliver(HEADER + LI)
    again = deliver(HEADER + WANG)
    assert again.id != old.id
    assert names() == ["王芳"]


def test_the_second_row_of_the_same_key_is_sent_back(deliver):
    receipt = deliver(HEADER + WANG + LI.replace("2\t", "1\t", 1))
    assert refused_rows(receipt.id)[0]["退回原因"].startswith("个人编号：同一份文件里")
    assert names() == ["王芳"]


def test_a_missing_required_column_is_named_and_leaves_a_failed_receipt(deliver):
    with pytest.raises(exchange.MissingColumns, match=r"姓名.*未用到的列：第 2 列（4 个字）"):
        deliver("个人编号\t内部备注\n1\tx\n")
    receipt = exchange.receipts(state="failed")[0]
    assert "缺少必填的列：姓名" in receipt.reason
    assert not lake.exists(TABLE)


def test_a_file_of_bad_rows_only_does_not_empty_the_table(deliver):
    deliver(HEADER + WANG)
    with pytest.raises(exchange.NothingAccepted, match="资源保持原样"):
        deliver(HEADER + "3\t\t\t\t\n")
    assert names() == ["王芳"]
    assert refused_rows(exchange.receipts(state="failed")[0].id)


def test_a_header_alone_does_not_empty_the_table(deliver):
    deliver(HEADER + WANG)
    with pytest.raises(exchange.EmptySource, match="没有数据行"):
        deliver(HEADER)
    assert names() == ["王芳"]


def test_another_department_may_not_deliver(deliver):
    with pytest.raises(exchange.NotYours, match="社会保险参保人"):
        deliver(HEADER + WANG, actor=CHEN)
    assert exchange.receipts() == []


def test_refused_rows_of_a_workbook_come_back_as_a_workbook(tmp_path):
    book = Workbook()
    for row in (
        ["身份证号", "姓名", "住址"],
        ["1", "王芳", "沈阳市和平区安图街80号"],
        ["2", None, "沈阳市沈河区"],
    ):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    receipt = exchange.deliver("civil_records", tmp_path / "a.xlsx", actor=system_actor("test"))
    assert receipt.refused_file.endswith(".xlsx")
    assert "姓名：必填项为空" in refused_rows(receipt.id)[0]["退回原因"]


def test_an_upsert_resource_keeps_what_the_new_file_does_not_name(tmp_path):
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    head = "企业名称,统一社会信用代码,经营状态\n"
    first.write_text(head + "沈阳甲公司,91210100MA0000001A,存续\n沈阳乙公司,91210100MA00000022,存续\n")
    second.write_text(head + "沈阳甲公司,91210100MA0000001A,注销\n")
    spec = exchange.resource("firm_registrations")
    lenient = replace(spec, fields=tuple(replace(one, on_error="flag") for one in spec.fields))
    exchange.declare(lenient)
    for path in (first, second):
        exchange.deliver("firm_registrations", path, actor=system_actor("test"))
    rows = lake.read("raw.firm_registrations", columns=["name", "status"]).read_all().to_pylist()
    assert {row["name"]: row["status"] for row in rows} == {"沈阳甲公司": "注销", "沈阳乙公司": "存续"}


def test_a_replacement_that_was_interrupted_does_not_undo_a_newer_one(deliver, monkeypatch):
    def die(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(committing, "_take", die)
        with pytest.raises(KeyboardInterrupt):
            deliver(HEADER + WANG)
    left = jobs(state="running")[0]
    cancel(left.id)  # this process lives, so nobody takes its job over
    deliver(HEADER + LI)
    with acting_as(LIU):
        submit("exchange.deliver", key=left.key, **left.args)
        run_waiting()
    assert names() == ["李强"]
    assert events(kind="exchange.DeliverySetAside")[0].subject == f"delivery:{left.key}"


def test_a_newly_declared_resource_is_delivered_to_without_code(tmp_path):
    spec = exchange.Resource(
        code="street_lamps", title="路灯", owner="shuju", key=("lamp",),
        fields=(exchange.Field("lamp", "灯杆编号", "text", required=True), exchange.Field("watts", "功率", "integer")),
    )  # fmt: skip
    exchange.declare(spec, by_pack=False)
    path = tmp_path / "lamps.csv"
    path.write_text("灯杆编号,功率\nL1,60\nL2,六十瓦\n")
    receipt = exchange.deliver("street_lamps", path, actor=system_actor("test"))
    assert (receipt.accepted, receipt.refused) == (1, 1)
    assert exchange.issues(receipt.id)[0].value == "六十瓦"


def test_nobody_delivers_over_a_table_the_platform_computes(tmp_path):
    spec = exchange.Resource(
        code="stat.lamps",
        title="路灯统计",
        owner="shuju",
        fields=(exchange.Field("lamps", "数量", "integer"),),
    )
    exchange.declare(spec)
    path = tmp_path / "base.csv"
    path.write_text("数量\n1\n")
    with pytest.raises(exchange.NotYours, match="平台自己计算"):
        exchange.deliver("stat.lamps", path, actor=system_actor("test"))


def test_a_file_of_which_no_column_is_known_replaces_nothing(tmp_path):
    spec = exchange.Resource(
        code="lamps", title="路灯", owner="shuju", fields=(exchange.Field("watts", "功率", "integer"),)
    )
    exchange.declare(spec, by_pack=False)
    path = tmp_path / "lamps.csv"
    path.write_text("甲,乙\n1,2\n")
    with pytest.raises(exchange.WrongMapping, match="没有一列"):
        exchange.deliver("lamps", path, actor=system_actor("test"))
    assert not lake.exists(spec.table)


def test_a_file_of_names_alone_keeps_them_to_itself(deliver):
    with pytest.raises(exchange.MissingColumns, match="第 1 列（2 个字）") as refusal:
        deliver("王芳\t李强\n赵敏\t孙丽\n")
    told = f"{refusal.value}{exchange.receipts(state='failed')[0]}{events()}"
    assert not any(name in told for name in ("王芳", "李强", "赵敏", "孙丽"))


@pytest.mark.parametrize("mapping", [None, {"证件号码": "id_number"}])
def test_a_file_without_a_header_tells_nobody_who_is_in_it(deliver, mapping):
    with pytest.raises(exchange.SourceRefused, match="没有表头行") as refusal:
        deliver(WANG + LI, mapping=mapping)
    told = f"{refusal.value}{exchange.receipts(state='failed')[0]}"
    assert not any(cell in told for cell in ("210102199001010023", "王芳", "1990-01-01", "安图街"))


def test_the_sealed_event_of_a_failure_has_no_words_of_the_file(deliver):
    with pytest.raises(exchange.MissingColumns, match="没有表头行"):
        deliver("王芳\t个人\n李强\t2\n")
    told = events(kind="exchange.DeliveryFailed")[0].data
    assert (told["reason"], told["rows"]) == ("MissingColumns", 0)
    assert "王芳" not in str(told)


def test_a_delivery_that_failed_elsewhere_is_no_success_here(deliver, monkeypatch):
    from huicheng.exchange import delivering
    from huicheng.exchange.models import Delivery

    def elsewhere(*_args, **_options):
        delivering.fail(
            Delivery.objects.get(), exchange.NothingAccepted("a.tsv", "全部退回", do="请看退回文件")
        )

    monkeypatch.setattr(delivering, "run_inline", elsewhere)
    with pytest.raises(exchange.NothingAccepted) as refusal:
        deliver(HEADER + WANG)
    assert str(refusal.value) == exchange.receipts(state="failed")[0].reason


def test_an_upsert_with_fewer_columns_keeps_the_values_of_the_others(tmp_path):
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text("企业名称,统一社会信用代码,经营状态\n沈阳甲公司,91210100MA0000001A,存续\n")
    second.write_text(
        "企业名称,统一社会信用代码\n沈阳甲公司(新),91210100MA0000001A\n沈阳乙公司,91210100MA00000022\n"
    )
    spec = exchange.resource("firm_registrations")
    exchange.declare(replace(spec, fields=tuple(replace(one, on_error="flag") for one in spec.fields)))
    exchange.deliver("firm_registrations", first, actor=system_actor("test"))
    with pytest.raises(exchange.NeedsConfirmation, match="经营状态") as asked:
        exchange.deliver("firm_registrations", second, actor=system_actor("test"))
    with acting_as(system_actor("test")):
        run_inline(exchange.confirm(asked.value.receipt.id))
    rows = lake.read("raw.firm_registrations", columns=["name", "status"]).read_all().to_pylist()
    assert {row["name"]: row["status"] for row in rows} == {"沈阳甲公司(新)": "存续", "沈阳乙公司": None}


def test_a_line_break_in_a_key_comes_back_with_its_row(deliver):
    text = (HEADER + WANG).replace(
        "\t", ","
    ) + '"2,x\n"3,210103198502020010,李强,1985-02-02,沈阳市沈河区文艺路12号\n'
    receipt = deliver(text, name="参保人.csv")
    assert (receipt.accepted, receipt.refused) == (1, 1)
    assert [
        (one.row, one.outcome) for one in exchange.issues(receipt.id) if one.code == "text.line_break"
    ] == [(2, "refused")]


def test_a_missing_column_is_told_with_the_names_that_are_there_but_never_with_data(deliver):
    with pytest.raises(exchange.MissingColumns, match="dizhi1"):
        deliver(HEADER.replace("姓名", "dizhi1") + WANG)
    with pytest.raises(exchange.MissingColumns) as refused:
        deliver(WANG + LI)
    assert "王芳" not in str(refused.value)
