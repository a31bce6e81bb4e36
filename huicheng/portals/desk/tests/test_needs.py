"""What needs each of them today: 王芳's refused row, 赵敏's whole city, the mayor's helpful nothing."""

from dataclasses import replace

import pyarrow as pa
import pytest

from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
from huicheng.portals.desk import needs
from huicheng.portals.desk.tests.conftest import person


def titles(client):
    return [one.title for one in client.get("/desk/").context["needs"]]


def test_refused_rows_wait_for_the_department_that_delivered_them(wang, li, receipt):
    assert "户籍人口信息：退回了 1 行" in titles(wang)
    assert not [one for one in titles(li) if "户籍" in one]


def test_what_never_came_is_asked_of_whoever_delivers_it(li):
    assert "婚姻登记与救助对象：还没有交付过" in titles(li)


def test_a_failed_job_stands_with_its_error_until_a_later_one_of_its_kind(wang):
    with ground.acting_as(ground.Actor(id="account:x", name="王芳", kind="official", department="gongan")):
        job = ground.submit("fusion.run", key="a")
    failed = replace(job, state="failed", error="磁盘满了")
    (need,) = needs._failed_jobs([failed])
    assert (need.title, need.words) == ("作业失败：融合", "磁盘满了")
    assert list(needs._failed_jobs([replace(job, state="done"), failed])) == []


def test_a_steward_hears_of_deliveries_that_the_registers_have_not_seen(zhao, wang, receipt):
    assert "有 1 份交付还没有融合" in titles(zhao)
    assert not [one for one in titles(wang) if "融合" in one]


def test_who_delivers_nothing_is_told_what_would_be_here(city):
    html = person("mayor", "郑宏", decide="zhengfuban").get("/desk/").content.decode()
    assert "没有等您处理的事" in html
    assert "看城市运行" in html


def figures(**more):
    line = {"department": "gongan", "resource": "police_households", "field": "address"}
    counts = {"rows": 100, "filled": 90, "valid": 81, "compared": 0, "consistent": 0, **more}
    spec = exchange.resource("stat.quality")
    kinds = {"text": pa.string(), "integer": pa.int64(), "date": pa.date32()}
    layout = pa.schema([(one.name, kinds[one.kind]) for one in spec.fields])
    return pa.Table.from_pylist([{name: {**line, **counts}.get(name) for name in layout.names}], layout)


def behind(*rows):
    spec = exchange.resource("base.quality_rows")
    kinds = {"text": pa.string(), "integer": pa.int64()}
    layout = pa.schema([(one.name, kinds[one.kind]) for one in spec.fields])
    line = {"department": "gongan", "resource": "police_households", "field": "address", "delivery": "D1"}
    return pa.Table.from_pylist(
        [{name: {**line, **row}.get(name) for name in layout.names} for row in rows], layout
    )


def history(delivery, **more):
    table = figures(**more)
    for name, value in (("delivery", delivery), ("measured_on", None), ("run", delivery)):
        kind = pa.date32() if name == "measured_on" else pa.string()
        table = table.append_column(name, pa.array([value], kind))
    return table


@pytest.fixture
def counted(city):
    exchange.publish_table("stat.quality", figures())
    exchange.publish_table("base.quality_rows", behind({"what": "invalid", "row": 7}))
    exchange.publish_table("stat.quality_history", history("D1", valid=89))
    exchange.publish_table("stat.quality_history", history("D2", valid=81), mode="append")


PAGE = "/desk/quality/police_households/address/"


def test_a_figure_opens_its_counts_and_the_rows_behind_it(wang, counted):
    assert f'href="{PAGE}"' in wang.get("/desk/quality/").content.decode()
    page = wang.get(PAGE)
    html = page.content.decode()
    assert "户籍地址" in html
    assert "90 / 100 行" in html
    assert page.context["behind"][0]["rows"][0]["row"] == 7


def test_another_department_has_no_page_of_it(li, counted):
    assert li.get(PAGE).status_code == 404


def test_a_leader_sees_the_figures_and_no_rows(counted):
    page = person("mayor", "郑宏", decide="zhengfuban").get(PAGE)
    assert page.status_code == 200
    assert page.context["behind"] == []


def test_each_delivery_is_a_point_of_the_trend_and_a_fall_is_said(wang, counted):
    assert len(wang.get(PAGE).context["history"]) == 2
    assert "户籍人口信息「户籍地址」的质量下降" in titles(wang)


def test_what_was_not_compared_has_no_share_rather_than_nought(wang, counted):
    page = wang.get(PAGE)
    assert "一致" not in [one.title for one in page.context["stats"]]
    assert "因此不比" in page.content.decode()


def test_a_made_up_field_is_a_plain_404(wang, counted):
    assert wang.get("/desk/quality/police_households/nothing/").status_code == 404
    assert wang.get("/desk/quality/nothing/address/").status_code == 404
