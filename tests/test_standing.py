"""What a program or official set going stands only as long as the key lives and the account holds its duty."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.subscribing.messages import push
from huicheng.exchange.tests.test_changes import FILES, publish
from huicheng.exchange.tests.town import PURPOSE, granted
from huicheng.ground.api import NoLongerThere, acting_as, as_of_now, system_actor
from huicheng.identity.api import actor_of, create_official, machine_of, make_key, revoke_key
from huicheng.identity.duties import grant_duty, withdraw_duty
from huicheng.identity.models import ApiKey, Role

pytestmark = pytest.mark.django_db


def entered(username, *duties, of="minzheng"):
    create_official(username, name=username, password="a long enough secret", roles=dict.fromkeys(duties, of))
    return actor_of(get_user_model().objects.get(username=username))


@pytest.fixture
def keeper():
    """Gives and takes duties, as on the machine's terminal."""
    with acting_as(system_actor("test")):
        yield


@pytest.fixture
def chen():
    return entered("chen", "keys", "read")


@pytest.fixture
def key(chen):
    with acting_as(chen):
        return make_key("发放", of="minzheng", duties=("read",), expires=timezone.now() + timedelta(1))


@pytest.fixture
def followed(key):
    publish(FILES)
    granted()
    asking = exchange.Asking(machine_of(key.token), PURPOSE)
    return exchange.subscribe("health_files", "https://example.com/x", asking)[0]


def reason_of(actor):
    with pytest.raises(NoLongerThere) as gone:
        as_of_now(actor)
    return gone.value.reason


def test_a_revoked_key_ends_the_subscription_made_with_it_and_a_new_key_takes_it_over(followed, key, chen):
    push(followed.id)
    assert exchange.subscriptions(chen)[0].state == "active"
    with acting_as(chen):
        revoke_key(key.key.id)
        new = make_key("发放", of="minzheng", duties=("read",), expires=timezone.now() + timedelta(1))
    push(followed.id)
    assert (exchange.subscriptions(chen)[0].state, exchange.subscriptions(chen)[0].reason) == (
        "paused",
        "KeyRevoked",
    )
    with acting_as(machine_of(new.token)):
        exchange.take_over(followed.id)
    push(followed.id)
    assert exchange.subscriptions(chen)[0].state == "active"


def test_a_key_that_ran_out_or_is_gone_stands_for_nothing(key):
    actor = machine_of(key.token)
    ApiKey.objects.update(expires=timezone.now())
    assert reason_of(actor) == "KeyExpired"
    ApiKey.objects.all().delete()
    assert reason_of(actor) == "KeyGone"


@pytest.mark.usefixtures("keeper")
def test_an_account_that_was_closed_deleted_or_lost_its_duties_stands_for_nothing():
    wang, user = entered("wang", "read"), get_user_model().objects.get(username="wang")
    user.is_active = False
    user.save()
    assert reason_of(wang) == "AccountClosed"
    user.is_active = True
    user.save()
    withdraw_duty(Role.objects.get(account=user))
    assert reason_of(wang) == "DutyWithdrawn"
    user.delete()
    assert reason_of(wang) == "AccountGone"


@pytest.mark.usefixtures("keeper")
def test_who_moved_to_another_department_stands_for_nothing_in_the_old_one():
    wang, user = entered("wang", "read"), get_user_model().objects.get(username="wang")
    withdraw_duty(Role.objects.get(account=user))
    grant_duty(Role(account=user, department="gongan", duty="read"))
    assert reason_of(wang) == "MovedAway"


@pytest.mark.usefixtures("keeper")
def test_duties_that_came_since_do_not_widen_what_was_left_behind():
    wang, user = entered("wang", "read", "decide"), get_user_model().objects.get(username="wang")
    withdraw_duty(Role.objects.get(account=user, duty="decide"))
    grant_duty(Role(account=user, department="minzheng", duty="steward"))
    assert as_of_now(wang).duties == {"read"}
