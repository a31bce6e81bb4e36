"""One record looked up under a grant: the grant's columns and rows, and a question of its quota."""

from datetime import timedelta

import pytest
from django.utils import timezone

from huicheng.bases.api import person, person_fields
from huicheng.bases.tests.test_reading import register  # noqa: F401
from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor

pytestmark = pytest.mark.django_db
HE = Actor(id="account:13", name="何静", kind="official", department="minzheng", duties=frozenset({"read"}))
ZHAO = Actor(id="account:15", name="赵敏", kind="official", department="shuju", duties=frozenset({"steward"}))
WHY = {"actor": HE, "purpose": "核对高龄津贴"}


def granted(**how) -> exchange.Grant:
    usual = {"columns": ("base_id", "name", "phone"), "plain": ("name",), "basis": "《老年人权益保障法》"}
    until = timezone.localdate() + timedelta(days=9)
    wanted = exchange.Wanted(**{**usual, **how}, purpose=WHY["purpose"], until=until)
    asked = exchange.request_access("base.people", HE, wanted)
    terms = exchange.Terms(per_minute=1)
    return exchange.grant(exchange.approve_application(asked.id, ZHAO, terms).grant)


def test_a_record_shows_what_was_granted_and_counts():
    one = granted()
    record = person("P000000000001", **WHY)
    assert (record["name"], record["phone"], record["id_number"]) == ("王芳", "138******78", None)
    assert exchange.used_of(one) == exchange.QuotaUsed(questions=1, rows=1)
    with pytest.raises(exchange.QuotaExceeded):
        person("P000000000001", **WHY)


def test_a_record_outside_the_granted_rows_is_refused():
    granted(filter=(exchange.Condition("name", "=", "李强"),))
    with pytest.raises(exchange.AccessDenied, match="行范围"):
        person("P000000000001", **WHY)


def test_a_grant_for_statistics_opens_no_record():
    granted(aggregate_only=True)
    with pytest.raises(exchange.AccessDenied, match="单条记录"):
        person("P000000000001", **WHY)


def test_a_grant_without_the_sources_shows_no_sources():
    granted()
    with pytest.raises(exchange.AccessDenied):
        person_fields("P000000000001", **WHY)
