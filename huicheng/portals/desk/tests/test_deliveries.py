from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
from huicheng.portals.desk import showing
from huicheng.portals.desk.tests.conftest import person


def test_the_desk_opens_before_anything_was_delivered(wang):
    assert "还没有交付" in wang.get("/desk/deliveries/").content.decode()


def test_an_official_sees_what_the_department_delivered(wang, receipt):
    assert "户籍人口.csv" in wang.get("/desk/deliveries/").content.decode()


def test_another_department_does_not(li, receipt):
    assert "户籍人口.csv" not in li.get("/desk/deliveries/").content.decode()
    assert li.get(f"/desk/deliveries/{receipt.id}/").status_code == 404
    assert li.get(f"/desk/deliveries/{receipt.id}/refused/").status_code == 404


def test_the_steward_sees_every_department(zhao, receipt):
    assert zhao.get(f"/desk/deliveries/{receipt.id}/").status_code == 200


def test_a_receipt_shows_counts_and_reasons(wang, receipt):
    html = wang.get(f"/desk/deliveries/{receipt.id}/").content.decode()
    assert "部分接受" in html
    assert "下载退回的行" in html


def test_personal_values_in_issues_are_masked(wang, receipt):
    assert "210102199003070040" not in wang.get(f"/desk/deliveries/{receipt.id}/").content.decode()


def test_downloading_refused_rows_leaves_a_trace(wang, receipt):
    answer = wang.get(f"/desk/deliveries/{receipt.id}/refused/")
    assert answer.status_code == 200
    assert ground.events(subject=f"delivery:{receipt.id}", kind="portals.ReceiptFileRead")


def test_a_filter_that_fits_nothing_offers_to_be_cleared(wang, receipt):
    assert "清除筛选" in wang.get("/desk/deliveries/?q=没有这样的文件").content.decode()


def test_an_unknown_receipt_is_a_plain_404(wang):
    assert wang.get("/desk/deliveries/nothing/").status_code == 404


def test_the_list_of_problems_opens_in_a_spreadsheet(wang, receipt):
    lines = wang.get(f"/desk/deliveries/{receipt.id}/issues/").content.decode("utf-8-sig").splitlines()
    assert lines[0] == "行号,字段,值,问题,处理"
    assert any(line.startswith("2,姓名,") and line.endswith("退回") for line in lines)


def test_a_name_that_slipped_into_another_column_is_masked_too(city):
    resource = exchange.resource("police_households")
    slipped = exchange.Issue(7, "sex", "李敏琦", "code", "不在代码表中", "flagged")
    assert showing.issue_rows(resource, [slipped])[0]["value"] == "李**"


def test_every_issue_is_counted_and_each_kind_has_its_examples(city):
    resource = exchange.resource("police_households")
    common = [exchange.Issue(n, "sex", "?", "code", "不在代码表中", "flagged") for n in range(1, 2001)]
    rare = exchange.Issue(2001, "name", "", "missing", "缺少必填值", "refused")
    kinds = showing.by_field(resource, [*common, rare])
    assert [one["count"] for one in kinds] == [2000, 1]
    assert [row["row"] for one in kinds for row in one["examples"]] == [1, 2, 3, 2001]


@pytest.fixture
def mayor(city):
    """Looks at the city and delivers nothing."""
    return person("mayor", "郑宏", decide="zhengfuban")


@pytest.mark.parametrize("page", ["/desk/", "/desk/deliveries/"])
def test_who_delivers_nothing_is_told_why_the_list_is_empty(mayor, receipt, page):
    html = mayor.get(page).content.decode()
    assert "/desk/deliver/" not in html
    assert "您的部门没有要交付的数据资源" in html


def test_who_may_deliver_has_the_link(wang):
    html = wang.get("/desk/deliveries/").content.decode()
    assert html.count("/desk/deliver/") == 2
    assert "您的部门没有" not in html


def test_a_word_of_two_meanings_has_an_english_for_each():
    path = Path(showing.__file__).parent / "locale/en/LC_MESSAGES/django.po"
    english = {(one.context, one.id): one.string for one in read_po(path.open("rb"))}
    assert english["button", "交付"] == "Deliver"
    assert english["list", "交付"] == "Deliveries"
    assert english["what is wrong", "问题"] == "Problem"


def test_a_count_that_stopped_early_says_so(wang, receipt, monkeypatch):
    monkeypatch.setattr(showing, "MOST_ISSUES", 1)
    assert "只数了前 1 个" in wang.get(f"/desk/deliveries/{receipt.id}/").content.decode()
