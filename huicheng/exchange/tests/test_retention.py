import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.landing import kept_at
from huicheng.exchange.models import Delivery
from huicheng.exchange.tests.refused import refused_rows
from huicheng.ground.api import ANONYMOUS, acting_as, events, home, run_inline, scratch, system_actor
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db
ROWS = "个人编号\t姓名\n1\t王芳\n2\t李强\n3\t\n"


@pytest.fixture(autouse=True)
def _the_platform_at_work():
    with acting_as(system_actor("test")):
        yield


@pytest.fixture
def receipt(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text(ROWS)
    return exchange.deliver("insurance_members", path, actor=system_actor("test"))


def aged(receipt, days):
    Delivery.objects.filter(id=receipt.id).update(at=timezone.now() - timedelta(days=days))


def test_young_files_stay(receipt):
    exchange.sweep()
    assert Path(receipt.refused_file).exists()
    assert kept_at(Delivery.objects.get().landing).exists()


def test_landings_and_refused_rows_go_when_their_days_are_over(receipt):
    landing = kept_at(Delivery.objects.get().landing)
    aged(receipt, 200)
    os.utime(landing, (0, 0))
    exchange.sweep()
    assert not landing.exists()
    assert not Path(receipt.refused_file).exists()
    assert exchange.receipt(receipt.id).refused_file == ""
    assert events(kind="exchange.OldFilesSwept")


def test_a_stranger_sweeps_nothing(receipt):
    with acting_as(ANONYMOUS), pytest.raises(exchange.SweepRefused):
        exchange.sweep()


def test_a_rehearsed_sweep_counts_and_removes_nothing(receipt):
    aged(receipt, 200)
    swept = exchange.sweep(dry_run=True)
    assert (swept.landings, swept.folders) == (1, 1)
    assert Path(exchange.receipt(receipt.id).refused_file).exists()
    assert not events(kind="exchange.OldFilesSwept")


def declare_visits(tmp_path, **duties):
    fields = (exchange.Field("name", "姓名", "text"), exchange.Field("day", "日期", "date"))
    duties = {"erasure": "三年", "retention_days": 1095, **duties}
    exchange.declare(
        exchange.Resource(code="visits", title="来访", owner="shuju", mode="append", fields=fields, **duties)
    )
    path = tmp_path / "visits.csv"
    path.write_text(f"姓名,日期\n王芳,2001-05-01\n李强,{timezone.localdate()}\n赵敏,\n")
    return exchange.deliver("visits", path, actor=system_actor("test"))


def names(table="raw.visits"):
    return sorted(lake.read(table).read_all()["name"].to_pylist())


def test_rows_older_than_their_resource_allows_go_by_the_date_it_names(tmp_path):
    declare_visits(tmp_path, retention_by="day")
    assert exchange.sweep(dry_run=True).aged == {"visits": 1}
    assert exchange.sweep().aged == {"visits": 1}
    assert names() == ["李强", "赵敏"]
    assert events(kind="exchange.RowsAged")[0].data["rows"] == 1


def test_rows_that_aged_out_do_not_come_back_with_a_rollback(tmp_path):
    declare_visits(tmp_path, retention_by="day")
    path = tmp_path / "more.csv"
    path.write_text(f"姓名,日期\n陈静,{timezone.localdate()}\n")
    exchange.deliver("visits", path, actor=system_actor("test"))
    exchange.sweep()
    run_inline(exchange.roll_back("visits"))
    assert names() == ["李强", "赵敏"]
    told = events(kind="exchange.DeliveryRolledBack")[0]
    assert (told.data["version"], told.data["rows"]) == (lake.version("raw.visits"), 2)


def test_rows_go_by_their_delivery_where_the_resource_names_no_date(tmp_path):
    declare_visits(tmp_path)
    assert exchange.sweep().aged == {}
    old = lake.read("raw.visits").read_all()
    long_ago = [timezone.now() - timedelta(days=1200)] * 3
    lake.write(
        "raw.visits",
        old.set_column(old.column_names.index("_received"), old.schema.field("_received"), [long_ago]),
    )
    assert exchange.sweep().aged == {"visits": 3}
    assert names() == []


def test_a_date_that_is_none_is_said_and_stops_nothing_else(tmp_path, receipt):
    declare_visits(tmp_path, retention_by="name")
    aged(receipt, 200)
    swept = exchange.sweep()
    assert "date" in swept.problems["raw.visits"]
    assert swept.folders == 1


def test_small_files_are_joined_and_the_table_is_no_fresher_for_it(tmp_path):
    exchange.sync_declared()
    declare_visits(tmp_path)
    page = lake.read("raw.visits").read_all()
    for _ in range(9):
        lake.write("raw.visits", page, mode="append")
    before = exchange.statistics("visits").updated_at
    assert exchange.sweep().compacted == {"raw.visits": 10}
    assert len(lake.files("raw.visits")) == 1
    assert abs(exchange.statistics("visits").updated_at - before) < timedelta(milliseconds=2)


def test_a_delivery_nobody_finished_in_a_week_is_called_failed(receipt):
    Delivery.objects.update(state=Delivery.WORKING)
    aged(receipt, 8)
    assert exchange.sweep().stuck == 1
    assert exchange.receipt(receipt.id).state == "failed"
    assert "一周" in exchange.receipt(receipt.id).reason


def test_what_a_killed_process_left_in_scratch_is_swept(receipt):
    left = home() / "scratch" / "restore-dead"
    left.mkdir(parents=True)
    (left / "copy").write_text("王芳")
    with scratch("alive") as alive:
        for folder in (left, alive):
            os.utime(folder, (0, 0))
        assert exchange.sweep().scratch == 1
        assert alive.exists()
    assert not left.exists()


def test_a_restored_city_finds_its_own_files_and_leaves_the_other_citys(receipt, tmp_path, monkeypatch):
    first, other = home(), tmp_path / "restored"
    shutil.copytree(first, other)
    landing = kept_at(Delivery.objects.get().landing)
    with monkeypatch.context() as patched:
        patched.setenv("HUICHENG_HOME", str(other))
        there = exchange.receipt(receipt.id)
        assert Path(there.refused_file).is_relative_to(other)
        assert refused_rows(receipt.id)
        with acting_as(system_actor("test")):
            exchange.erase("insurance_members", [{"person_no": "1"}])
        assert not Path(there.refused_file).exists()
        assert not (other / landing.relative_to(first)).exists()
    assert landing.exists()
    assert Path(receipt.refused_file).exists()


def test_an_old_whole_path_counts_only_inside_this_city(receipt, tmp_path):
    stranger = tmp_path / "stranger.tsv"
    stranger.write_text("x")
    Delivery.objects.update(landing=str(stranger), refused_file=str(stranger), issues_file="../../etc/passwd")
    assert exchange.receipt(receipt.id).refused_file == ""
    assert exchange.receipt(receipt.id).issues_file == ""
    with acting_as(system_actor("test")):
        exchange.erase("insurance_members", [{"person_no": "1"}])
    assert stranger.exists()
    inside = str(home() / "deliveries" / "x" / "refused.tsv")
    Delivery.objects.update(refused_file=inside)
    assert exchange.receipt(receipt.id).refused_file == inside


def test_what_was_retired_grows_old_and_its_files_go(tmp_path, receipt):
    declare_visits(tmp_path, retention_by="day")
    aged(receipt, 200)
    for code in ("visits", "insurance_members"):
        exchange.retire(code, system_actor("test"), why="停用")
    swept = exchange.sweep()
    assert swept.aged == {"visits": 1}
    assert exchange.receipt(receipt.id).refused_file == ""


def test_a_sweep_killed_after_the_rows_went_is_told_by_the_next(tmp_path, monkeypatch):
    declare_visits(tmp_path, retention_by="day")
    expire = lake.expire

    def killed(*given, dry_run=False, **named):
        gone = expire(*given, dry_run=dry_run, **named)
        return gone if dry_run else 1 / 0

    with monkeypatch.context() as patched:
        patched.setattr(lake, "expire", killed)
        with pytest.raises(ZeroDivisionError):
            exchange.sweep()
    assert not events(kind="exchange.RowsAged")
    exchange.sweep()
    assert events(kind="exchange.RowsAged")[0].data["rows"] == 1


def test_what_was_aged_is_told_once_and_remembered(tmp_path):
    declare_visits(tmp_path, retention_by="day")
    exchange.sweep()
    exchange.sweep()
    assert len(events(kind="exchange.RowsAged")) == 1
    assert exchange.aged() == {"visits": lake.version("raw.visits")}
