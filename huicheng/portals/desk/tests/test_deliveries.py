from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.contrib.auth import get_user_model

from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
from huicheng.ground.api import acting_as
from huicheng.identity import api as identity
from huicheng.portals.desk import showing
from huicheng.portals.desk.tests.conftest import GOOD, HEADER, NAMELESS, person


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
    answer = wang.get(f"/desk/deliveries/{receipt.id}/refused/", {"purpose": "改正退回的行"})
    assert answer.status_code == 200
    assert [one.purpose for one in taken(receipt)] == ["改正退回的行"]


def taken(receipt):
    return ground.events(subject=f"delivery:{receipt.id}", kind="portals.ReceiptFileRead")


@pytest.mark.parametrize("file", ["refused", "issues"])
@pytest.mark.parametrize(
    ("said", "status"), [({}, 200), ({"purpose": "随便"}, 400), ({"typed": "看看"}, 400)]
)
def test_without_a_purpose_nothing_is_handed_out(wang, receipt, file, said, status):
    answer = wang.get(f"/desk/deliveries/{receipt.id}/{file}/", said)
    assert answer.status_code == status
    assert "为了什么" in answer.content.decode()
    assert not taken(receipt)


def test_a_typed_purpose_is_kept_as_it_was_typed(wang, receipt):
    wang.get(f"/desk/deliveries/{receipt.id}/issues/", {"purpose": "审计检查", "typed": "回复  12345 工单"})
    assert [one.purpose for one in taken(receipt)] == ["回复 12345 工单"]


def test_a_filter_that_fits_nothing_offers_to_be_cleared(wang, receipt):
    assert "清除筛选" in wang.get("/desk/deliveries/?q=没有这样的文件").content.decode()


def test_an_unknown_receipt_is_a_plain_404(wang):
    assert wang.get("/desk/deliveries/nothing/").status_code == 404


def test_the_list_of_problems_opens_in_a_spreadsheet(wang, receipt):
    answer = wang.get(f"/desk/deliveries/{receipt.id}/issues/", {"purpose": "核对数据质量"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "行号,字段,值,问题,处理"
    assert any(line.startswith("2,姓名,") and line.endswith("退回") for line in lines)


def test_a_name_that_slipped_into_another_column_is_masked_too(city):
    resource = exchange.resource("police_households")
    slipped = exchange.Issue(7, "sex", "李敏琦", "code", "不在代码表中", "flagged")
    assert showing.issue_rows(resource, [slipped])[0]["value"] == "李**"


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("capital", "壹佰万元整", "壹佰万元整"),
        ("legal_person", "李敏琦", "李**"),
        ("status", "李敏琦", "李**"),
    ],
)
def test_only_what_is_personal_is_masked(city, field, value, shown):
    resource = exchange.resource("firm_registrations")
    issue = exchange.Issue(7, field, value, "code", "不对", "flagged")
    assert showing.issue_rows(resource, [issue])[0]["value"] == shown


def test_every_issue_is_counted_and_each_kind_has_its_examples(wang, tmp_path):
    path = tmp_path / "户籍.csv"
    odd = GOOD.replace(",女,", ",不详细,")
    path.write_text("\n".join((HEADER, *[odd] * 150_000, NAMELESS)))
    account = get_user_model().objects.get(username="wang")
    with acting_as(identity.actor_of(account)):
        receipt = exchange.deliver("police_households", path)
    page = wang.get(f"/desk/deliveries/{receipt.id}/")
    kinds = {(one["field"], one["reason"][:2]): one for one in page.context["by_field"]}
    assert kinds["性别", "不在"]["count"] == 150_000
    assert [row["row"] for row in kinds["性别", "不在"]["examples"]] == [1, 2, 3]
    assert kinds["姓名", "必填"]["count"] == 1


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
