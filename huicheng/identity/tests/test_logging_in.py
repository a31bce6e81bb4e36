import pytest

from huicheng.ground.api import events
from huicheng.identity.api import create_official

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
