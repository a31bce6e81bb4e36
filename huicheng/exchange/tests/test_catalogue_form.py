"""The bureaux' form out and in: what is right becomes a draft, what is wrong comes back with its reasons."""

import io

import pytest
from openpyxl import Workbook, load_workbook

from huicheng.exchange.api import (
    MissingColumns,
    NotYours,
    approve,
    draft,
    export_form,
    import_form,
    resource,
    resources,
    submit,
    unfinished,
)
from huicheng.exchange.tests.test_catalogue import CHEN, HAN, TAXIS, WANG, ZHAO

pytestmark = pytest.mark.django_db

HEAD = (
    "信息资源分类", "信息资源名称", "信息资源代码", "信息资源提供方", "信息资源摘要", "信息项名称", "数据类型", "数据长度",
    "共享类型", "共享条件", "是否向社会开放", "更新周期",
)  # fmt: skip
PARKING = (
    "主题/交通运输",
    "停车场备案信息",
    "",
    "市交通运输局",
    "本市经营性停车场备案，每处一行，含位置和泊位数。",
)


def form(tmp_path, *rows, head=HEAD):
    book = Workbook()
    for row in (head, *rows):
        book.active.append(row)
    path = tmp_path / "目录.xlsx"
    book.save(path)
    return path


def line(*item, head=PARKING, share=("1", "", "1", "每月")):
    return (*head, *item, *share)


def below(*item):
    return ("",) * 5 + item + ("",) * 4


def test_a_filled_form_becomes_a_draft_with_items_that_know_what_they_are(tmp_path):
    path = form(
        tmp_path, line("停车场名称", "C", "50"), below("开业日期", "日期型D", ""), below("泊位数", "I", "")
    )
    assert import_form(path, CHEN).mistakes == ()
    spec = unfinished()[0].spec
    assert (spec.owner, spec.share, spec.open, spec.update) == ("jiaotong", "unconditional", True, "monthly")


def test_a_phone_is_personal_unless_an_editor_says_otherwise(tmp_path):
    path = form(tmp_path, line("联系电话", "C", "20", share=("2", "监管需要", "0", "每月")))
    import_form(path, CHEN)
    item = unfinished()[0].spec.fields[0]
    assert (item.name, item.kind, item.sensitivity) == ("lian_xi_dian_hua", "phone", "personal")


def test_what_is_exported_comes_in_unchanged(tmp_path):
    path = tmp_path / "all.xlsx"
    path.write_bytes(export_form())
    report = import_form(path, ZHAO)
    assert [m.message for m in report.mistakes] == []
    assert len(report.unchanged) == len(resources())


WRONG = {
    ("数据长度", "单位写进了数字"): line("泊位数", "I", "5位"),
    ("数据类型", "认不出数据类型"): line("泊位数", "Q", ""),
    ("共享类型", "认不出"): line("泊位数", "I", "", share=("看情况", "", "0", "每月")),
    ("更新周期", "认不出"): line("泊位数", "I", "", share=("1", "", "0", "偶尔")),
    ("是否向社会开放", "认不出"): line("泊位数", "I", "", share=("1", "", "也许", "每月")),
    ("共享条件", "要写明条件"): line("泊位数", "I", "", share=("2", "", "0", "每月")),
    ("信息资源名称", "系统的名字"): line("泊位数", "I", "", head=(PARKING[0], "停车管理系统", *PARKING[2:])),
    ("信息资源代码", "太短"): line("泊位数", "I", "", head=(*PARKING[:2], "251/1", *PARKING[3:])),
}


@pytest.mark.parametrize(("column", "said"), WRONG)
def test_a_wrong_cell_is_named_with_its_row_and_column(tmp_path, column, said):
    report = import_form(form(tmp_path, WRONG[column, said]), CHEN)
    assert [(m.row, m.column) for m in report.mistakes] == [(1, column)]
    assert said in report.mistakes[0].message


def test_two_codes_in_one_resource_and_a_dragged_condition_are_noticed(tmp_path):
    first = line(
        "泊位数",
        "I",
        "",
        head=(*PARKING[:2], "251000/000007", *PARKING[3:]),
        share=("2", "监管需要1", "0", "每月"),
    )
    second = line(
        "名称",
        "C",
        "",
        head=(*PARKING[:2], "251000/000008", *PARKING[3:]),
        share=("2", "监管需要2", "0", "每月"),
    )
    said = [m.message for m in import_form(form(tmp_path, first, second), CHEN).mistakes]
    assert any("两个代码" in one for one in said)
    assert any("下拉" in one for one in said)


def test_the_good_resources_are_kept_and_the_bad_come_back_with_reasons(tmp_path):
    bad = line("泊位数", "I", "5位", head=(PARKING[0], "路内泊位", *PARKING[2:]))
    report = import_form(form(tmp_path, line("停车场名称", "C", "50"), bad), CHEN)
    assert len(report.drafted) == 1
    back = list(load_workbook(io.BytesIO(report.returned)).active.values)
    assert "5位" in back[1]
    assert "单位写进了数字" in back[1][-1]


def test_what_came_back_and_was_mended_goes_in(tmp_path):
    report = import_form(form(tmp_path, line("泊位数", "I", "5位")), CHEN)
    path = tmp_path / "mended.xlsx"
    book = load_workbook(io.BytesIO(report.returned))
    for cell in book.active[2]:
        cell.value = "5" if cell.value == "5位" else cell.value
    book.save(path)
    assert len(import_form(path, CHEN).drafted) == 1


def test_another_departments_resource_is_refused_and_the_rest_goes_on(tmp_path):
    theirs = line(
        "人数",
        "I",
        "",
        head=(
            "主题/健康保障",
            "医院床位信息",
            "",
            "市卫生健康委员会",
            "各医院床位，每院一行，含总数和空床数。",
        ),
    )
    report = import_form(form(tmp_path, theirs, line("停车场名称", "C", "50")), CHEN)
    assert len(report.drafted) == 1
    assert "不能改" in report.mistakes[0].message


def test_a_resident_brings_nothing_in(tmp_path):
    report = import_form(form(tmp_path, line("停车场名称", "C", "50")), WANG)
    assert report.drafted == ()
    with pytest.raises(NotYours):
        draft(TAXIS, WANG)


def test_a_form_without_its_columns_is_refused_by_name(tmp_path):
    with pytest.raises(MissingColumns, match="信息资源摘要"):
        import_form(form(tmp_path, ("停车场", "名称"), head=("信息资源名称", "信息项名称")), CHEN)


def test_the_form_does_not_forget_how_a_resource_is_delivered(tmp_path):
    draft(TAXIS, CHEN)
    submit(TAXIS.code, CHEN)
    approve(TAXIS.code, HAN)
    path = tmp_path / "all.xlsx"
    path.write_bytes(export_form(owner="jiaotong"))
    book = load_workbook(path)
    sheet = book.active
    place = [cell.value for cell in sheet[1]].index("联系方式")
    row = next(r for r in sheet.iter_rows(min_row=2) if r[1].value == TAXIS.title)
    row[place].value = "024-22821234"
    book.save(path)
    assert import_form(path, CHEN).drafted == (TAXIS.code,)
    assert unfinished()[0].spec.retention_days == resource(TAXIS.code).retention_days


def test_what_the_form_does_not_mark_is_internal_and_its_editor_is_told(tmp_path):
    closed = line("泊位数", "I", "", share=("1", "", "0", "每月"))
    (told,) = import_form(form(tmp_path, closed, below("联系电话", "C", "11")), CHEN).presumed
    assert (told.row, told.column) == (1, "敏感级别")
    assert "泊位数" in told.message
    assert "联系电话" not in told.message


@pytest.mark.parametrize(
    ("said", "openness"),
    [("1", "unconditional"), ("是", "unconditional"), ("0", "none"), ("", "none"), ("不予开放", "none"), ("1.无条件开放", "unconditional")],
)  # fmt: skip
def test_the_open_attribute_is_read_as_bureaux_write_it(tmp_path, said, openness):
    import_form(form(tmp_path, line("泊位数", "I", "", share=("1", "", said, "每月"))), CHEN)
    assert unfinished()[0].spec.openness == openness


@pytest.mark.parametrize("said", ["2 有条件开放", "有条件开放", "依申请开放"])
def test_open_on_a_condition_is_understood_and_its_condition_asked_for(tmp_path, said):
    report = import_form(form(tmp_path, line("泊位数", "I", "", share=("1", "", said, "每月"))), CHEN)
    assert [one.column for one in report.mistakes] == [
        "开放条件",
        "开放属性",
    ]  # an item is internal unless it says otherwise
