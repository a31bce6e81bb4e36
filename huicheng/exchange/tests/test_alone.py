"""One lock for all who must be alone, and no work for what is not at hand."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huicheng.exchange import api as exchange
from huicheng.exchange.catalogue import searching
from huicheng.exchange.landing import alone
from huicheng.exchange.models import ResourceRow
from huicheng.exchange.supervising.measuring import seen_of


def test_who_does_not_wait_is_told_that_somebody_is_in(tmp_path):
    with alone(tmp_path / "locks" / "one") as first, alone(tmp_path / "locks" / "one", wait=False) as second:
        assert (first, second) == (True, False)


def test_the_lock_is_let_go_whatever_happens_inside(tmp_path):
    with pytest.raises(ZeroDivisionError), alone(tmp_path / "one"):
        raise ZeroDivisionError
    with alone(tmp_path / "one", wait=False) as mine:
        assert mine


@pytest.mark.django_db
def test_one_entry_is_supervised_by_its_own_rows_alone():
    with CaptureQueriesContext(connection) as asked:
        assert seen_of("health_files").title
    counted = [
        one["sql"] for one in asked if "exchange_delivery" in one["sql"] or "supervising_" in one["sql"]
    ]
    assert len(counted) == 3
    assert all("health_files" in sql for sql in counted)


@pytest.mark.django_db
def test_an_entry_is_indexed_without_being_blanked_first():
    ResourceRow.objects.filter(code="health_files").update(indexed="other words")
    with CaptureQueriesContext(connection) as asked:
        searching.index([exchange.resource("health_files")])
    assert len([one["sql"] for one in asked if 'SET "indexed"' in one["sql"]]) == 1
