"""赵敏 sees where she is logged in, ends what she does not know, and changes her password."""

import pytest
from django.test import Client

from huicheng.ground.api import events
from huicheng.identity.api import create_official
from huicheng.identity.models import Account, OpenSession

pytestmark = pytest.mark.django_db
SECRET = "a long enough secret"
BETTER = "quite another long secret"
PHONE = "Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Mobile Safari/537.36"


@pytest.fixture(autouse=True)
def zhao():
    create_official("zhao", name="赵敏", password=SECRET, roles={"steward": "shuju"})
    return Account.objects.get(username="zhao")


def entered(agent="", address="127.0.0.1", password=SECRET):
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    client.post("/account/login/", {"username": "zhao", "password": password})
    return client


def inside(client):
    return client.get("/desk/").status_code == 200


def test_her_log_ins_are_listed_with_the_device_in_words():
    entered(PHONE)
    page = entered("curl/8.0").get("/account/")
    assert [one.device for one in page.context["sessions"]] == ["curl/8.0", "Android · Chrome"]
    assert [one.here for one in page.context["sessions"]] == [True, False]


def test_she_ends_a_log_in_elsewhere_and_stays_herself():
    phone, desk = entered(PHONE), entered()
    other = next(one for one in desk.get("/account/").context["sessions"] if not one.here)
    desk.post("/account/sessions/end/", {"session": other.id})
    assert (inside(phone), inside(desk)) == (False, True)


def test_log_out_everywhere_ends_sessions_nobody_wrote_down(zhao):
    elsewhere, desk = Client(), entered()
    elsewhere.force_login(zhao)
    desk.post("/account/sessions/end/")
    assert (inside(elsewhere), inside(desk)) == (False, True)
    assert len(desk.get("/account/").context["sessions"]) == 1


def test_nobody_ends_anothers_session(zhao):
    create_official("li", name="李强", password=SECRET, roles={"read": "gongan"})
    desk = entered()
    li = Client()
    li.post("/account/login/", {"username": "li", "password": SECRET})
    li.post("/account/sessions/end/", {"session": OpenSession.objects.get(account=zhao).pk})
    assert inside(desk)


def change(client, old=SECRET, new=BETTER, again=BETTER):
    return client.post("/account/password/", {"old": old, "new": new, "again": again})


def test_a_new_password_ends_every_other_log_in():
    phone, desk = entered(PHONE), entered()
    assert change(desk)["Location"] == "/account/"
    assert (inside(phone), inside(desk)) == (False, True)
    assert inside(entered(password=BETTER))
    assert not inside(entered(password=SECRET))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"old": "guess guess guess"}, "现在的密码不对"),
        ({"again": "another"}, "两次输入的新密码不一样"),
        ({"new": "short", "again": "short"}, "10"),
        ({"new": "password1234", "again": "password1234"}, "密码没有修改"),
    ],
)
def test_a_password_that_does_not_do_is_told_so_and_nothing_changes(zhao, typed, words):
    page = change(entered(), **typed)
    assert page.status_code == 400
    assert words in page.content.decode()
    zhao.refresh_from_db()
    assert zhao.check_password(SECRET)


def test_an_open_session_is_no_place_to_guess_the_password():
    desk = entered()
    for _ in range(8):
        change(desk, old="guess guess guess")
    assert "尝试次数过多" in change(desk).content.decode()


def test_the_public_password_of_a_sample_is_not_changed(zhao):
    Account.objects.update(is_sample=True)
    assert "不能修改" in change(entered()).content.decode()


def test_a_closed_account_is_thrown_out_at_its_next_step(zhao):
    desk = entered()
    Account.objects.update(is_active=False)
    assert not inside(desk)
    assert not inside(entered())


def test_a_duty_taken_away_is_gone_at_the_next_step(zhao):
    desk = entered()
    zhao.roles.all().delete()
    assert desk.get("/desk/audit/").status_code == 403


def kinds():
    return [one.kind for one in events() if one.kind.startswith("identity.")]


def test_logging_in_and_out_and_failing_are_events():
    entered().post("/account/logout/")
    entered(password="guess guess guess", address="10.1.2.3")
    assert kinds()[:3] == ["identity.PasswordRefused", "identity.LoggedOut", "identity.LoggedIn"]
    refused = events(kind="identity.PasswordRefused")[0].data
    assert refused == {"network": "10.1.2.0/24", "stopped": False}


def test_what_was_typed_for_a_name_is_written_nowhere():
    Client().post("/account/login/", {"username": SECRET, "password": "zhao"})
    (event,) = events(kind="identity.PasswordRefused")
    assert SECRET not in f"{event.subject} {event.data}"


def test_a_known_and_an_unknown_name_are_answered_alike():
    def answer(name):
        page = Client().post("/account/login/", {"username": name, "password": "guess guess guess"})
        return page.status_code, page.context["error"]

    assert answer("zhao") == answer("nobody")


def test_guessing_from_many_addresses_is_stopped_but_not_for_the_holder():
    entered(address="10.9.9.9")
    for number in range(80):
        entered(password="guess guess guess", address=f"10.0.{number}.1")
    assert not inside(entered(address="10.8.8.8"))
    assert inside(entered(address="10.9.9.9"))


def test_a_stranger_is_sent_to_log_in():
    assert Client().get("/account/")["Location"].startswith("/account/login/")
    for page in ("password/", "sessions/end/"):
        assert Client().post(f"/account/{page}")["Location"].startswith("/account/login/")
