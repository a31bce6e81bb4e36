"""王芳 asks to be forgotten: the registers forget her too, whatever stopped the first try."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.fusion import api as fusion
from huicheng.ground.api import acting_as, deliver_news, seal, system_actor, work
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "公民身份号码,姓名,性别,出生日期,民族,户号,与户主关系,户籍地址,行政区划,联系电话,登记日期,状态"
WANG = "210102199003070040,王芳,女,1990-03-07,汉族,H1,户主,沈阳市和平区南湖街道文化路11号,210102,13812345678,2020-01-01,正常"
LI = "210106198511230015,李强,男,1985-11-23,汉族,H2,户主,沈阳市铁西区兴华街3号,210106,13987654321,2021-01-01,正常"


@pytest.fixture(autouse=True)
def _registers(tmp_path):
    exchange.sync_declared()
    path = tmp_path / "户籍.csv"
    path.write_text("\n".join((HEADER, WANG, LI)))
    with acting_as(system_actor("test")):
        exchange.deliver("police_households", path)
        fusion.fuse()
        yield


def names():
    return sorted(lake.read("base.people").read_all()["name"].to_pylist())


def given_up():
    """The job that the news started has failed for good, two days ago."""
    seal()
    deliver_news()
    long_ago = timezone.now() - timedelta(days=2)
    jobs = apps.get_model("ground", "Job").objects.filter(name="fusion.forget")
    assert jobs.update(state="failed", created_at=long_ago)


def let_wang_grow_old():
    table = "raw.police_households"
    old = lake.read(table).read_all()
    long_ago = timezone.now() - timedelta(days=365 * 200)
    moments = [long_ago if name == "王芳" else timezone.now() for name in old["name"].to_pylist()]
    place = old.column_names.index("_received")
    lake.write(table, old.set_column(place, old.schema.field("_received"), [moments]))
    assert exchange.sweep().aged == {"police_households": 1}


def test_what_was_erased_leaves_the_registers_the_next_day_after_its_job_gave_up():
    exchange.erase("police_households", [{"id_number": "210102199003070040"}])
    given_up()
    assert names() == ["李强", "王芳"]
    work(once=True)
    assert names() == ["李强"]


def test_what_was_aged_leaves_the_registers_the_next_day_after_its_job_gave_up():
    let_wang_grow_old()
    given_up()
    work(once=True)
    assert names() == ["李强"]


def test_asked_for_at_the_terminal_it_does_not_wait_for_a_job_that_gave_up():
    exchange.erase("police_households", [{"id_number": "210102199003070040"}])
    given_up()
    assert fusion.forget() == 1
    assert names() == ["李强"]
    assert fusion.forget() == 0
