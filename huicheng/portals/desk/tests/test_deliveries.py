from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
from huicheng.portals.desk import showing


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
    assert lines[0] == "行,字段,值,问题,处理"
    assert any(line.startswith("2,姓名,") and line.endswith("退回") for line in lines)


def test_a_name_that_slipped_into_another_column_is_masked_too(city):
    resource = exchange.resource("police_households")
    slipped = exchange.Issue(7, "sex", "李敏琦", "code", "不在代码表中", "flagged")
    assert showing.issue_rows(resource, [slipped])[0]["value"] == "李**"
