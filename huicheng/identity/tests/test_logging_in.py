from ipaddress import ip_network

import pytest
from django.test import Client

from huicheng.ground.api import events
from huicheng.identity.api import create_official
from huicheng.identity.guarding import address_of
from huicheng.identity.models import OpenSession

pytestmark = pytest.mark.django_db
SECRET = "a long enough secret"


@pytest.fixture(autouse=True)
def zhao():
    create_official("zhao", name="赵敏", password=SECRET, roles={"steward": "shuju"})


def enter(client, password=SECRET, *, REMOTE_ADDR="127.0.0.1", **more):
    form = {"username": "zhao", "password": password, **more}
    return client.post("/account/login/", form, REMOTE_ADDR=REMOTE_ADDR)


def test_the_right_password_opens_the_desk(client):
    assert enter(client)["Location"] == "/desk/"


def test_logging_in_is_an_event(client):
    enter(client)
    assert [e.kind for e in events(kind="identity.LoggedIn")] == ["identity.LoggedIn"]


def test_the_wrong_password_does_not_say_which_was_wrong(client):
    page = enter(client, "guess guess guess")
    assert page.status_code == 400
    assert "账户或密码不对" in page.content.decode()


def test_guessing_is_stopped_even_when_the_next_guess_is_right(client):
    for _ in range(8):
        enter(client, "guess guess guess")
    page = enter(client)
    assert "尝试次数过多" in page.content.decode()


def test_a_stranger_elsewhere_does_not_lock_the_holder_out(client):
    for _ in range(9):
        enter(client, "guess guess guess", REMOTE_ADDR="10.0.0.9")
    assert enter(client)["Location"] == "/desk/"


def test_the_admin_counts_guesses_too(client):
    for _ in range(8):
        client.post("/admin/login/", {"username": "zhao", "password": "guess guess guess"})
    assert "尝试次数过多" in enter(client).content.decode()


def guess_many_names(client, **more):
    for number in range(40):
        form = {"username": f"nobody{number}", "password": "guess guess guess"}
        client.post("/account/login/", form, **more)


def test_whoever_is_logged_in_from_a_shared_address_is_not_locked_out_by_anothers_guesses(client):
    enter(client)
    guess_many_names(Client())
    assert enter(Client())["Location"] == "/desk/"
    create_official("li", name="李强", password=SECRET, roles={"read": "gongan"})
    assert "尝试次数过多" in enter(Client(), username="li").content.decode()


def test_behind_the_citys_own_proxy_each_is_counted_for_himself(client, settings):
    settings.PROXIES = [ip_network("10.0.0.0/24")]
    guess_many_names(client, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.1")
    page = client.post(
        "/account/login/",
        {"username": "zhao", "password": SECRET},
        REMOTE_ADDR="10.0.0.1",
        HTTP_X_FORWARDED_FOR="192.0.2.1, 192.0.2.7, 10.0.0.2",
    )
    assert page["Location"] == "/desk/"
    assert OpenSession.objects.get().address == "192.0.2.7"


@pytest.mark.parametrize(
    ("proxies", "told"), [([], "192.0.2.1"), ([ip_network("127.0.0.1")], "\x00 nonsense")]
)
def test_a_strangers_word_and_nonsense_are_not_believed_about_an_address(settings, rf, proxies, told):
    settings.PROXIES = proxies
    assert address_of(rf.get("/", HTTP_X_FORWARDED_FOR=told)) == "127.0.0.1"


def test_a_nul_in_name_or_password_is_dropped(client):
    page = client.post("/account/login/", {"username": "zh\x00ao", "password": f"\x00{SECRET}"})
    assert page["Location"] == "/desk/"


def test_nobody_is_sent_to_another_site(client):
    assert enter(client, next="https://elsewhere.example/")["Location"] == "/desk/"
    assert enter(client, next="/desk/deliveries/")["Location"] == "/desk/deliveries/"


def test_logging_out_closes_the_desk(client):
    enter(client)
    client.post("/account/logout/")
    assert client.get("/desk/")["Location"].startswith("/account/login/")


def test_an_official_does_not_enter_a_residents_pages(client):
    enter(client)
    assert client.get("/me/").status_code == 403
