from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.models import Delivery
from huicheng.ground.api import ANONYMOUS, acting_as, events, system_actor
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
    assert Path(Delivery.objects.get().landing).exists()


def test_landings_and_refused_rows_go_when_their_days_are_over(receipt):
    landing = Path(Delivery.objects.get().landing)
    aged(receipt, 200)
    import os

    os.utime(landing, (0, 0))
    exchange.sweep()
    assert not landing.exists()
    assert not Path(receipt.refused_file).exists()
    assert exchange.receipt(receipt.id).refused_file == ""
    assert events(kind="exchange.OldFilesSwept")


def test_an_erased_person_is_in_no_table_version_landing_or_refused_file(receipt):
    landing = Path(Delivery.objects.get().landing)
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
