"""An entry's road on the desk: 陈晨 writes for transport, 赵敏 and 韩雪 review for the data bureau."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from huicheng.exchange import api as exchange
from huicheng.ground.api import run_waiting
from huicheng.portals.desk.tests.conftest import person

CODE = "taxi_licences"
ABOUT = {
    "title": "巡游出租车经营许可", "code": CODE, "owner": "jiaotong", "category": "主题/交通运输",
    "summary": "本市巡游出租车的经营许可，每辆车一行，含车牌、经营者和有效期。", "format_class": "database",
    "share": "conditional", "share_condition": "行业监管需要，按车牌核验", "share_method": "database", "openness": "none",
    "update": "monthly", "mode": "replace", "retention_days": "3650",
}  # fmt: skip
PLATE = {"title": "车牌号", "name": "plate", "kind": "text", "length": "10", "key": "1", "required": "1"}
UNTIL = {"title": "有效期至", "name": "valid_until", "kind": "date"}


def form(*items: dict[str, str], do: str = "save", **about: str) -> dict[str, Any]:
    """What the browser sends."""
    rows = {f"{name}-{at}": text for at, one in enumerate(items) for name, text in one.items()}
    return {**ABOUT, **about, **rows, "row": [str(at) for at in range(len(items))], "do": do}


def page(client: Client, place: str = "", **asked: str) -> str:
    answer = client.get(f"/desk/catalogue/{place}", asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def chen(city: None) -> Client:
    return person("chen", "陈晨", deliver="jiaotong", read="jiaotong")


@pytest.fixture
def han(city: None) -> Client:
    return person("han", "韩雪", steward="shuju")


@pytest.fixture
def drafted(chen: Client) -> str:
    answer = chen.post("/desk/catalogue/new/", form(PLATE, UNTIL))
    assert answer.status_code == 302, answer.content.decode()
    return f"e/{CODE}/"


def state() -> str:
    found = exchange.draft_of(CODE)
    return found.state if found else exchange.entry(CODE).state


def test_a_draft_is_saved_and_stands_among_the_drafts(chen, drafted):
    assert exchange.draft_of(CODE).spec.key == ("plate",)
    assert "巡游出租车经营许可" in page(chen, state="draft")
    assert "巡游出租车经营许可" not in page(chen, q="巡游出租车")


def test_what_was_typed_stays_when_something_is_wrong(chen):
    answer = chen.post("/desk/catalogue/new/", form({**PLATE, "length": "10个"}, title=""))
    said = answer.content.decode()
    assert answer.status_code == 400
    for words in (
        "请写名称。",
        "“10个”不是数字：单位不要写进来。",
        'value="10个"',
        ABOUT["summary"],
        'value="plate"',
    ):
        assert words in said
    assert exchange.draft_of(CODE) is None


def test_a_row_is_added_moved_and_removed_without_losing_a_word(chen):
    def titles(do: str) -> list[str]:
        answer = chen.post("/desk/catalogue/new/", form(PLATE, UNTIL, do=do))
        assert answer.status_code == 200
        return [one["title"] for one in answer.context["rows"]]

    assert titles("add") == ["车牌号", "有效期至", ""]
    assert titles("up-1") == ["有效期至", "车牌号"]
    assert titles("down-1") == ["车牌号", "有效期至"]
    assert titles("remove-0") == ["有效期至"]


def test_the_editors_errors_stand_beside_their_box_and_the_draft_is_kept(chen):
    answer = chen.post("/desk/catalogue/new/", form(PLATE, do="submit", title="出租车管理系统", category=""))
    assert answer.status_code == 400
    assert set(answer.context["errors"]) == {"title", "category"}
    assert state() == "draft"


def test_a_code_that_is_taken_is_said_and_nothing_is_written_over(chen, drafted):
    answer = chen.post("/desk/catalogue/new/", form(PLATE))
    assert "已经有人用了" in answer.content.decode()
    assert len(exchange.draft_of(CODE).spec.fields) == 2


def test_it_is_reviewed_published_and_found(chen, han, drafted):
    chen.post(f"/desk/catalogue/{drafted}submit/")
    assert "这是新的一条" in page(han, f"{drafted}review/")
    han.post(f"/desk/catalogue/{drafted}review/", {"do": "approve", "note": "可以"})
    assert state() == "published"
    assert "巡游出租车经营许可" in page(chen, q="xunyou")


def test_the_reviewer_sees_what_differs_from_the_published(chen, han, drafted):
    test_it_is_reviewed_published_and_found(chen, han, drafted)
    chen.post(
        f"/desk/catalogue/{drafted}edit/", form({**PLATE, "was": "plate", "kind": "integer"}, do="submit")
    )
    said = page(han, f"{drafted}review/")
    for words in ("删去信息项", "有效期至", "影响读取或交付", "C 文字", "I 整数"):
        assert words in said


def test_a_return_needs_a_reason_and_the_editor_reads_it(chen, han, drafted):
    chen.post(f"/desk/catalogue/{drafted}submit/")
    assert han.post(f"/desk/catalogue/{drafted}review/", {"do": "return", "note": " "}).status_code == 400
    han.post(f"/desk/catalogue/{drafted}review/", {"do": "return", "note": "补上车牌的说明"})
    assert "补上车牌的说明" in page(chen, drafted)
    assert state() == "returned"


def test_nobody_reviews_his_own(han, city):
    han.post("/desk/catalogue/new/", form(PLATE, do="submit", owner="shuju"))
    answer = han.post(f"/desk/catalogue/e/{CODE}/review/", {"do": "approve"})
    assert "请由另一位同事审核" in answer.content.decode()
    assert state() == "review"


def test_another_department_changes_nothing(li, chen, drafted):
    for step in ("edit/", "submit/", "take-back/", "retire/"):
        answer = li.post(f"/desk/catalogue/{drafted}{step}", form(PLATE))
        assert answer.status_code == 403, step
    assert li.post("/desk/catalogue/new/", form(PLATE, owner="gongan", code="stolen")).status_code == 403
    assert state() == "draft"


def test_a_department_does_not_review(chen, drafted):
    chen.post(f"/desk/catalogue/{drafted}submit/")
    assert chen.post(f"/desk/catalogue/{drafted}review/", {"do": "approve"}).status_code == 403
    assert state() == "review"


def test_an_entry_under_review_is_taken_back_to_be_edited(chen, drafted):
    chen.post(f"/desk/catalogue/{drafted}submit/")
    assert chen.get(f"/desk/catalogue/{drafted}edit/").status_code == 302
    chen.post(f"/desk/catalogue/{drafted}take-back/")
    assert chen.get(f"/desk/catalogue/{drafted}edit/").status_code == 200


def test_retiring_needs_a_reason_and_keeps_the_page(chen, han, drafted):
    test_it_is_reviewed_published_and_found(chen, han, drafted)
    assert chen.post(f"/desk/catalogue/{drafted}retire/", {"why": ""}).status_code == 400
    chen.post(f"/desk/catalogue/{drafted}retire/", {"why": "并入道路运输许可"})
    assert "并入道路运输许可" in page(chen, drafted)
    assert "巡游出租车经营许可" in page(chen, state="retired")


def test_what_a_pack_declares_is_not_edited_here(wang):
    assert wang.get("/desk/catalogue/e/police_households/edit/").status_code == 403
    assert wang.post("/desk/catalogue/e/police_households/retire/", {"why": "不用"}).status_code == 403


def test_two_versions_are_compared(chen, han, drafted):
    test_it_is_reviewed_published_and_found(chen, han, drafted)
    chen.post(f"/desk/catalogue/{drafted}edit/", form(PLATE, UNTIL, update="weekly"))
    said = page(chen, drafted, tab="versions", older="1", newer="2")
    assert "4 每月" in said
    assert "3 每周" in said


def test_deliveries_and_readings_are_for_the_provider(wang, li, receipt):
    place = "e/police_households/"
    assert receipt.id in page(wang, place, tab="use")
    assert "只给提供部门看" in page(li, place, tab="use")


def test_every_tab_of_every_kind_of_entry_opens(zhao):
    for code in ("police_households", "base.people", "air_hourly"):
        for tab in ("about", "items", "versions", "use", "nonsense"):
            page(zhao, f"e/{code}/", tab=tab)


def test_the_form_comes_down_and_goes_up_as_drafts(chen, han, drafted):
    test_it_is_reviewed_published_and_found(chen, han, drafted)
    answer = chen.get("/desk/catalogue/form/download/", {"department": "jiaotong"})
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    row = next(r for r in sheet.iter_rows(min_row=2) if r[heads.index("标识")].value == CODE)
    row[heads.index("联系方式")].value = "024-12345"
    for other in list(sheet.iter_rows(min_row=2, max_col=1)):
        assert other
    changed = io.BytesIO()
    book.save(changed)
    sent = SimpleUploadedFile("编目表.xlsx", changed.getvalue())
    answer = chen.post("/desk/catalogue/form/", {"file": sent})
    run_waiting()
    said = page(chen, answer["Location"].removeprefix("/desk/catalogue/"))
    assert "成为草稿" in said
    assert exchange.draft_of(CODE).spec.contact == "024-12345"


def test_what_is_wrong_in_the_form_comes_back_with_the_reason(chen):
    text = "信息资源分类,信息资源名称,信息资源提供方,信息资源摘要,信息项名称,共享类型,更新周期\n没有这一类,某某信息,交通局,太短,车牌,1,4\n"
    answer = chen.post("/desk/catalogue/form/", {"file": SimpleUploadedFile("坏.csv", text.encode())})
    run_waiting()
    place = answer["Location"].removeprefix("/desk/catalogue/")
    assert "没有分类" in page(chen, place)
    book = load_workbook(io.BytesIO(chen.get(f"/desk/catalogue/{place}file/").content))
    assert "退回原因" in [cell.value for cell in book.active[1]]


def test_another_s_import_is_not_there(chen, li):
    answer = chen.post("/desk/catalogue/form/", {"file": SimpleUploadedFile("a.csv", b"x\n1\n")})
    assert li.get(answer["Location"]).status_code == 404


def test_a_file_that_is_no_form_fails_in_words(chen):
    answer = chen.post(
        "/desk/catalogue/form/", {"file": SimpleUploadedFile("a.csv", "名单\n王芳\n".encode())}
    )
    run_waiting()
    assert "缺少列" in page(chen, answer["Location"].removeprefix("/desk/catalogue/"))


MAPPING = "本地代码,本地名称,国家代码\nM,男士,1\nF,女士,2\n"


def sent(client: Client, text: str, **more: str) -> Any:
    file = SimpleUploadedFile("对照.csv", text.encode())
    return client.post("/desk/catalogue/codes/sex/", {"file": file, **more})


def test_a_department_brings_its_codes_and_everybody_sees_the_mapping(wang, li):
    assert sent(wang, MAPPING).status_code == 302
    said = page(li, "codes/sex/", department="gongan")
    for words in ("男士", "男性", "公安局", "第 1 版"):
        assert words in said
    assert "公安局" in page(li, "codes/")


def test_wrong_codes_are_said_and_another_s_are_not_touched(wang, li):
    answer = sent(wang, MAPPING + "X,外星,7\n")
    assert answer.status_code == 400
    assert "第 3 行" in answer.content.decode()
    assert sent(li, MAPPING, department="gongan").status_code == 403
    assert exchange.local_codes() == []


def test_a_mapping_comes_down_for_a_spreadsheet(wang):
    sent(wang, MAPPING)
    assert "M,男士,1,男性" in page(wang, "codes/sex/download/", department="gongan")
    assert wang.get("/desk/catalogue/codes/sex/download/", {"department": "minzheng"}).status_code == 404
    assert wang.get("/desk/catalogue/codes/planets/").status_code == 404
