import pytest

from huicheng.ground.api import events
from huicheng.identity.api import (
    AccountTaken,
    IdentityNotVerified,
    UnknownDuty,
    actor_of,
    create_official,
    register_resident,
    sample_accounts,
)
from huicheng.identity.models import Account

pytestmark = pytest.mark.django_db
SECRET = "a long enough secret"


@pytest.fixture
def zhao():
    return create_official("zhao", name="赵敏", password=SECRET, roles={"steward": "shuju", "read": "shuju"})


def test_an_officials_duties_come_with_a_department(zhao):
    actor = actor_of(Account.objects.get(username="zhao"))
    assert (actor.kind, actor.department) == ("official", "shuju")
    assert actor.duties == {"steward", "read"}


def test_an_account_that_was_closed_is_a_stranger(zhao):
    account = Account.objects.get(username="zhao")
    account.is_active = False
    assert actor_of(account).kind == "anonymous"


def test_a_name_is_taken_once(zhao):
    with pytest.raises(AccountTaken, match="zhao"):
        create_official("zhao", name="赵四", password=SECRET, roles={"read": "gongan"})


def test_a_duty_nobody_knows_is_refused():
    with pytest.raises(UnknownDuty, match="rule"):
        create_official("qian", name="钱五", password=SECRET, roles={"rule": "gongan"})


def test_making_an_account_is_an_event(zhao):
    (event,) = events(subject=zhao)
    assert event.data["duties"] == ["steward", "read"]


def test_whoever_is_not_in_the_register_gets_no_account():
    with pytest.raises(IdentityNotVerified, match="人口库"):
        register_resident("wang", name="王芳", id_number="11010519491231002X", password=SECRET)
    assert not Account.objects.exists()


def test_a_real_city_shows_no_sample_accounts(zhao):
    assert sample_accounts() == []
