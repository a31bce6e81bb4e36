"""What the catalogue promises against what is there, counted once however often the news comes."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from huicheng.exchange.api import (
    AccessDenied,
    approve,
    ask,
    declare,
    draft,
    export,
    filled,
    readings_told,
    resource,
    submit,
    supervise,
    use,
)
from huicheng.exchange.models import Delivery, EntryVersion
from huicheng.exchange.supervising.measuring import concerns, seen_of
from huicheng.exchange.supervising.models import Day, Standing, Use
from huicheng.exchange.tests.test_catalogue import CHEN, TAXIS, ZHAO
from huicheng.exchange.tests.twelve import HAN, WANG
from huicheng.ground.api import act, deliver_news, run_inline, seal
from huicheng.ground.api import submit as queue

pytestmark = pytest.mark.django_db


def heard() -> None:
    seal()
    deliver_news()


def standing(code: str = TAXIS.code, *, days: float, rows: int = 100) -> None:
    at = timezone.now() - timedelta(days=days)
    Standing.objects.update_or_create(
        resource=code, defaults={"rows": rows, "size": 10, "version": 1, "at": at}
    )


def told(code: str = TAXIS.code) -> list[str]:
    seen = seen_of(code)
    assert seen
    return [concern for concern, _value in concerns(seen)]


@pytest.fixture
def taxis(db):
    act(lambda: declare(TAXIS, by_pack=False))()
    return TAXIS


def test_readings_of_before_the_list_are_listed_by_the_upgrade_once(people):
    ask("SELECT name FROM base.people", HAN, purpose="核对人数")
    ask("SELECT name FROM base.people", ZHAO, purpose="抽查")
    upgrade = import_module("huicheng.exchange.supervising.migrations.0002_readings_by_resource")
    for _time in range(2):
        upgrade.list_earlier(apps, None)
        heard()
        assert [
            len(readings_told(owner=owner)) for owner in (None, resource("base.people").owner, "gongan")
        ] == [2, 2, 0]
    assert len(readings_told(reader="shuju")) == 2


def test_a_reading_counts_for_its_table_and_once_for_its_department(people):
    ask("SELECT name, sex FROM base.people", HAN, purpose="核对人数")
    heard()
    (table,) = use("resource", resource="base.people")
    (bureau,) = use("department")
    assert (table.reads, table.rows, table.people) == (1, 12, 12)
    assert (bureau.key, bureau.reads, bureau.timed) == ("shuju", 1, 1)


def test_news_told_again_counts_nothing_twice(people):
    ask("SELECT name FROM base.people", HAN, purpose="核对人数")
    heard()
    heard()
    assert Use.objects.get(resource="base.people").reads == 1


def test_a_refusal_counts_as_refused_and_not_as_read(people):
    with pytest.raises(AccessDenied):
        ask("SELECT name FROM raw.police_households", WANG, purpose="好奇")
    heard()
    (one,) = use("resource", resource="police_households")
    assert (one.reads, one.refused) == (0, 1)


def test_an_export_counts_its_rows_when_the_last_has_gone(people):
    b"".join(export("base.people", ZHAO, form="csv", purpose="审计检查"))
    heard()
    (one,) = use("resource", resource="base.people")
    assert (one.reads, one.rows) == (1, 12)


def test_a_department_is_told_of_readings_of_its_own_tables_alone(people):
    ask("SELECT name FROM base.people", HAN, purpose="核对人数")
    heard()
    assert [one.key for one in use("department", owner="shuju")] == ["shuju"]
    assert use("department", owner="gongan") == []


def test_a_table_that_was_published_stands_with_its_rows(people):
    heard()
    assert Standing.objects.get(resource="base.people").rows == 12


def test_an_entry_without_a_delivery_is_empty(taxis):
    assert told() == ["empty"]


def test_an_entry_past_its_cycle_is_late(taxis):
    standing(days=31 * 2)
    assert told() == ["late"]


def test_an_entry_within_its_cycle_and_a_half_is_not_late(taxis):
    standing(days=31 * 1.4)
    assert told() == []


def test_what_nobody_renews_and_nobody_reads_is_an_orphan(taxis):
    standing(days=31 * 4)
    assert told() == ["orphan"]
    Use.objects.create(day=timezone.localdate(), resource=TAXIS.code, department="gongan", reads=1)
    assert told() == ["late"]


def delivered(*refused: int) -> None:
    for number, back in enumerate(refused):
        Delivery.objects.create(
            id=f"D{number}", resource=TAXIS.code, department="jiaotong", actor="o1", file="a.csv", sha256=str(number),
            state=Delivery.ACCEPTED, rows=100, accepted=100 - back, refused=back,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("refused", "concern"), [((0, 21), ["refused"]), ((0, 1, 8), ["falling"]), ((4, 4, 5), []), ((50, 0), [])]
)
def test_the_newest_delivery_is_held_against_those_before(taxis, refused, concern):
    standing(days=1)
    delivered(*refused)
    assert told() == concern


def test_the_six_numbers_leave_out_what_the_platform_makes(people, taxis):
    heard()
    standing(days=1, rows=7)
    six = supervise().six
    assert (six.total_rows, six.shared_rows, six.open_rows) == (7, 7, 0)


def test_the_league_puts_the_fresher_department_first(taxis):
    act(lambda: declare(replace(TAXIS, code="bus_lines", owner="gongan"), by_pack=False))()
    standing(days=200)
    standing("bus_lines", days=1)
    places = [one.owner for one in supervise().league]
    assert places.index("gongan") < places.index("jiaotong")


def test_a_version_that_waits_too_long_for_its_reviewer_is_said(db):
    draft(TAXIS, CHEN)
    submit(TAXIS.code, CHEN)
    assert not [one for one in supervise().warnings if one.concern == "waiting"]
    EntryVersion.objects.filter(resource=TAXIS.code).update(at=timezone.now() - timedelta(days=6))
    (one,) = [one for one in supervise(department="jiaotong").warnings if one.concern == "waiting"]
    assert one.resource == TAXIS.code
    approve(TAXIS.code, ZHAO)


def test_a_department_is_warned_of_its_own_alone(taxis):
    owners = {one.owner for one in supervise(department="jiaotong").warnings}
    assert owners == {"jiaotong"}


def test_the_day_s_job_keeps_what_the_day_came_to(people):
    run_inline(queue("exchange.supervise"))
    kept = Day.objects.get(day=timezone.localdate())
    assert kept.six == supervise().six.__dict__
    assert resource("base.people").owner == "shuju"


def test_thirty_days_are_thirty_whether_read_or_not(people):
    assert len(filled(use("day"), days=30)) == 30
