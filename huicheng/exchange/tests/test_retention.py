import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.landing import kept_at
from huicheng.exchange.models import Delivery
from huicheng.ground.api import ANONYMOUS, acting_as, events, home, system_actor
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db
ROWS = "个人编号\t姓名\n1\t王芳\n2\t李强\n3\t\n"


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
    import os

    os.utime(landing, (0, 0))
    exchange.sweep()
    assert not landing.exists()
    assert not Path(receipt.refused_file).exists()
    assert exchange.receipt(receipt.id).refused_file == ""
    assert events(kind="exchange.OldFilesSwept")


def test_an_erased_person_is_in_no_table_version_landing_or_refused_file(receipt):
    landing = kept_at(Delivery.objects.get().landing)
    with acting_as(system_actor("test")):
        assert exchange.erase("insurance_members", [{"person_no": "1"}]) == 1
    assert lake.read("raw.insurance_members").read_all()["name"].to_pylist() == ["李强"]
    assert not landing.exists()
    assert not Path(receipt.refused_file).exists()
    told = events(kind="exchange.RowsErased")[0]
    assert told.data["rows"] == 1
    assert "王芳" not in str(told)


def test_a_stranger_erases_nothing(receipt):
    with acting_as(ANONYMOUS), pytest.raises(exchange.ErasureRefused):
        exchange.erase("insurance_members", [{"person_no": "1"}])


def test_erasing_without_the_whole_key_is_refused(receipt):
    with acting_as(system_actor("test")), pytest.raises(exchange.ErasureRefused, match="person_no"):
        exchange.erase("insurance_members", [{"name": "王芳"}])


def test_a_restored_city_finds_its_own_files_and_leaves_the_other_citys(receipt, tmp_path, monkeypatch):
    first, other = home(), tmp_path / "restored"
    shutil.copytree(first, other)
    landing = kept_at(Delivery.objects.get().landing)
    with monkeypatch.context() as patched:
        patched.setenv("HUICHENG_HOME", str(other))
        there = exchange.receipt(receipt.id)
        assert Path(there.refused_file).is_relative_to(other)
        assert exchange.refused_rows(receipt.id)
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
