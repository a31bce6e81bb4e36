"""陈静 keeps the police's keys; a program of theirs comes with one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from huicheng.ground.api import acting_as, events, system_actor
from huicheng.identity.api import (
    KeyUnfit,
    NoSuchKey,
    NotKeeper,
    NotPrepared,
    accept_key,
    actor_of,
    api_keys,
    create_official,
    make_key,
    prepare_key,
    revoke_key,
)
from huicheng.identity.models import Account, ApiKey

pytestmark = pytest.mark.django_db
SECRET = "a long enough secret"


def official(username, **roles):
    create_official(username, name=username, password=SECRET, roles=roles)
    return actor_of(Account.objects.get(username=username))


@pytest.fixture
def chen():
    return official("chen", keys="gongan", read="gongan")


def made(maker, *, days=30, of="gongan", duties=("read",)):
    with acting_as(maker):
        return make_key("人口核对程序", of=of, duties=duties, expires=timezone.now() + timedelta(days=days))


def asked(token, place="/api/v1/whoami", method="get"):
    return getattr(Client(), method)(place, headers={"Authorization": f"Bearer {token}"})


def test_a_program_with_a_key_is_its_departments_machine(chen):
    answer = asked(made(chen).token)
    assert answer.json() == {
        "kind": "machine", "name": "人口核对程序", "department": "gongan", "duties": ["read"]
    }  # fmt: skip


def test_only_a_hash_of_the_key_is_kept(chen):
    token = made(chen).token
    kept = " ".join(str(value) for value in ApiKey.objects.values().get().values())
    assert token.rpartition("_")[2] not in kept


def test_no_key_and_a_wrong_key_are_told_in_json(chen):
    token = made(chen).token
    assert (Client().get("/api/v1/whoami").status_code, Client().get("/api/v1/whoami").json()["error"]) == (
        401, "key_missing",
    )  # fmt: skip
    for wrong in (token[:-1] + ("a" if token[-1] != "a" else "b"), "hck_x", "", "\x00" * 9):
        assert (asked(wrong).status_code, asked(wrong).json()["error"]) == (401, "key_unknown"), wrong


def test_a_revoked_key_opens_nothing_and_leaves_a_line(chen):
    new = made(chen)
    with acting_as(chen):
        revoke_key(new.key.id)
    assert (asked(new.token).status_code, asked(new.token).json()["error"]) == (401, "key_revoked")
    assert [
        one.data for one in events(subject=f"key:{new.key.id}") if one.kind == "identity.ApiKeyRefused"
    ] == [{"reason": "revoked"}]


def test_an_expired_key_opens_nothing(chen):
    new = made(chen)
    ApiKey.objects.update(expires=timezone.now())
    assert asked(new.token).json()["error"] == "key_expired"


def test_it_is_noted_when_a_key_was_used(chen):
    new = made(chen)
    assert api_keys("gongan")[0].last_used is None
    asked(new.token)
    assert api_keys("gongan")[0].last_used is not None


def test_a_key_holds_no_duty_that_its_maker_lacks(chen):
    for duty in ("deliver", "steward", "keys", "nonsense"):
        with pytest.raises(KeyUnfit):
            made(chen, duties=("read", duty))


@pytest.mark.parametrize("days", [0, 367, -1])
def test_no_key_is_for_ever(chen, days):
    with pytest.raises(KeyUnfit):
        made(chen, days=days)


def test_keys_of_another_department_are_none_of_hers(chen):
    li = official("li", keys="minzheng", read="minzheng")
    number = made(li, of="minzheng").key.id
    with pytest.raises(NotKeeper):
        made(chen, of="minzheng")
    with acting_as(chen), pytest.raises(NoSuchKey):
        revoke_key(number)


def test_an_official_without_the_duty_makes_none():
    with pytest.raises(NotKeeper):
        made(official("wang", read="gongan"))


@pytest.fixture
def zhao():
    return official("zhao", steward="shuju", read="shuju")


def prepared(maker, *, duties=("read",)):
    with acting_as(maker):
        return prepare_key("人口核对程序", of="gongan", duties=duties, expires=timezone.now() + timedelta(30))


def test_the_bureau_makes_no_key_that_reads_for_another_department(zhao, chen):
    for scope in ("", "sharing:G1"):
        with acting_as(zhao), pytest.raises(NotKeeper):
            make_key("x", of="gongan", duties=(), expires=timezone.now() + timedelta(1), scope=scope)
    with acting_as(system_actor("cli")), pytest.raises(NotKeeper):
        make_key("x", of="gongan", duties=("read",), expires=timezone.now() + timedelta(1))
    assert made(zhao, of="shuju").key.state == "live"


def test_what_the_bureau_prepared_opens_nothing_before_its_department_accepts_it(zhao, chen):
    one = prepared(zhao)
    assert one.state == "prepared"
    with acting_as(zhao), pytest.raises(NoSuchKey):
        accept_key(one.id)
    with acting_as(chen):
        new = accept_key(one.id)
        with pytest.raises(NotPrepared):
            accept_key(one.id)
    assert asked(new.token).json()["department"] == "gongan"
    assert [e.kind.partition(".")[2] for e in events(subject=f"key:{one.id}")] == [
        "ApiKeyMade",
        "ApiKeyPrepared",
    ]


def test_what_was_declined_or_asks_for_too_much_is_not_accepted(zhao, chen):
    declined, greedy = prepared(zhao), prepared(zhao, duties=("read", "deliver"))
    with acting_as(chen):
        revoke_key(declined.id)
        with pytest.raises(NotPrepared):
            accept_key(declined.id)
        with pytest.raises(KeyUnfit):
            accept_key(greedy.id)


def test_only_the_bureau_prepares(chen):
    with pytest.raises(NotKeeper):
        prepared(chen)


def test_the_bureau_ends_anybodys(zhao, chen):
    number = made(chen).key.id
    with acting_as(zhao):
        assert revoke_key(number).state == "revoked"


def test_a_key_is_no_way_into_the_pages(chen):
    for place in ("/desk/", "/me/", "/city/"):
        answer = asked(made(chen).token, place)
        assert (answer.status_code, answer.json()["error"]) == (403, "not_allowed"), place


def test_a_key_for_one_scope_opens_no_other_route(chen):
    with acting_as(chen):
        new = make_key(
            "共享", of="gongan", duties=(), expires=timezone.now() + timedelta(1), scope="sharing:G1"
        )
    assert asked(new.token).status_code == 403


def test_a_session_may_call_but_not_from_another_site(chen):
    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(username="chen"))
    assert client.get("/api/v1/whoami").json()["kind"] == "official"
    assert (client.post("/api/v1/whoami").status_code, client.post("/api/v1/whoami").json()["error"]) == (
        403,
        "csrf",
    )


def test_a_key_needs_no_form_token(chen):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/api/v1/whoami", headers={"Authorization": f"Bearer {made(chen).token}"})
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
