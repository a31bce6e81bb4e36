"""A quota is exact, however many ask at once, and says when it is free again."""

import subprocess
import sys
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connections
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.api import ask
from huicheng.exchange.granting.models import GrantRow, QuotaRow
from huicheng.exchange.tests.town import HE, PURPOSE, granted, publish_files
from huicheng.ground.api import events

NAMES = "SELECT name FROM raw.health_files"
FEW = exchange.Terms(per_minute=2, rows_per_day=30)
# Four of these at once, each wanting sixty rows of a hundred.
CLIENT = """
import django; django.setup()
from huicheng.exchange.granting.grants import grant
from huicheng.exchange.granting.quotas import take_quota
from huicheng.exchange.granting.refusals import QuotaExceeded
one, taken = grant("G1"), 0
for _time in range(60):
    try:
        take_quota(one, rows=1); taken += 1
    except QuotaExceeded:
        pass
print(taken)
"""
SETUP = """
import django; django.setup()
from django.core.management import call_command
from django.utils import timezone
from huicheng.exchange.granting.models import GrantRow, QuotaRow
call_command("migrate", verbosity=0)
now = timezone.now()
one = GrantRow.objects.create(id="G1", application="A1", resource="health_files", department="minzheng", owner="weijian",
    purpose="核对", columns=["name"], per_minute=60, rows_per_day=100, starts=now, expires=now.replace(year=now.year + 1))
QuotaRow.objects.create(grant=one, span="day")
"""


@pytest.fixture
def grant(db):
    publish_files()
    return granted(FEW)


@pytest.fixture
def noon(monkeypatch):
    """A clock that the test moves, so that no minute ends by itself."""
    clock = [timezone.now().replace(second=5) + timedelta(minutes=1)]
    monkeypatch.setattr("huicheng.exchange.granting.quotas.timezone.now", lambda: clock[0])
    return clock


def test_the_rate_is_kept_and_free_again_with_the_next_minute(grant, noon):
    for _time in range(2):
        ask(NAMES, HE, purpose=PURPOSE, limit=1)
    with pytest.raises(exchange.QuotaExceeded, match="每分钟最多提问 2 次") as told:
        ask(NAMES, HE, purpose=PURPOSE, limit=1)
    assert told.value.again == noon[0].replace(second=0, microsecond=0) + timedelta(minutes=1)
    noon[0] = told.value.again
    assert ask(NAMES, HE, purpose=PURPOSE, limit=1).table.num_rows == 1


def test_rows_over_the_day_are_not_handed_out(grant):
    ask(NAMES, HE, purpose=PURPOSE)
    assert exchange.used_of(grant) == exchange.QuotaUsed(questions=1, rows=12)
    GrantRow.objects.filter(id=grant.id).update(rows_per_day=20)
    with pytest.raises(exchange.QuotaExceeded, match="今天已用 12 行，这次要 12 行"):
        ask(NAMES, HE, purpose=PURPOSE)
    assert events(kind="exchange.AccessRefused")[0].data["reason"] == "超出授权配额"
    assert exchange.used_of(grant).rows == 12


def test_an_export_takes_its_rows_before_the_first_byte(grant):
    GrantRow.objects.filter(id=grant.id).update(rows_per_day=11)
    with pytest.raises(exchange.QuotaExceeded, match="每天最多 11 行"):
        exchange.export("health_files", HE, form="csv", purpose=PURPOSE)


def test_a_clock_that_is_behind_empties_no_window(grant, noon):
    exchange.take_quota(grant, questions=2)
    noon[0] -= timedelta(minutes=1)
    with pytest.raises(exchange.QuotaExceeded):
        exchange.take_quota(grant, questions=1)


def test_one_row_a_span_however_much_it_is_used(grant):
    for _time in range(2):
        ask(NAMES, HE, purpose=PURPOSE, limit=1)
    assert QuotaRow.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_many_threads_take_no_more_than_there_is():
    publish_files()
    one, taken = granted(exchange.Terms(rows_per_day=50)), []

    def take() -> None:
        for _time in range(20):
            try:
                exchange.take_quota(one, rows=1)
                taken.append(1)
            except exchange.QuotaExceeded:
                pass
        connections.close_all()

    threads = [Thread(target=take) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == exchange.used_of(one).rows == 50


def test_many_processes_take_no_more_than_there_is(own_city):
    subprocess.run([sys.executable, "-c", SETUP], env=own_city, check=True)
    clients = [
        subprocess.Popen([sys.executable, "-c", CLIENT], env=own_city, stdout=subprocess.PIPE, text=True)
        for _number in range(4)
    ]
    assert sum(int(client.communicate()[0]) for client in clients) == 100


@pytest.mark.parametrize("how", ["list(name)", "string_agg(name, ',')", "map(list(phone), list(name))"])
def test_many_rows_folded_into_one_count_as_many(db, how):
    publish_files()
    granted(exchange.Terms(rows_per_day=11))
    with pytest.raises(exchange.QuotaExceeded):
        ask(f"SELECT {how} AS folded FROM raw.health_files", HE, purpose=PURPOSE)
    assert ask("SELECT count(*) AS n FROM raw.health_files", HE, purpose=PURPOSE).table["n"].to_pylist() == [
        12
    ]
