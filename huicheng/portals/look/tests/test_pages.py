import pytest
from django.contrib.auth import get_user_model
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_front_door_opens_before_anything_was_delivered(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "还没有交付数据" in page.content.decode()


def test_the_theme_is_written_by_the_server(client):
    client.post("/look/theme/", {"theme": "elder", "next": "/"})
    assert 'data-theme="elder"' in client.get("/").content.decode()


def test_an_unknown_theme_is_light(client):
    client.cookies["theme"] = '"><script>'
    assert 'data-theme="light"' in client.get("/").content.decode()


def test_changing_the_theme_leads_nowhere_else(client):
    answer = client.post("/look/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_english_readers_read_english(client):
    client.cookies["django_language"] = "en"
    assert "My city" in client.get("/").content.decode()


@pytest.mark.parametrize("path", ["/no-such-page/", "/open/no/such/thing/"])
def test_a_missing_page_says_what_is_safe_and_what_to_do(client, path):
    page = client.get(path)
    assert page.status_code == 404
    assert "您的数据不受影响" in page.content.decode()


def test_a_form_without_its_mark_is_refused_in_words():
    page = Client(enforce_csrf_checks=True).post("/look/theme/", {"theme": "dark"})
    assert page.status_code == 403
    assert "没有任何内容被提交或改动" in page.content.decode()


def test_no_page_carries_style_or_script_of_its_own(client):
    html = client.get("/").content.decode()
    assert "style=" not in html
    assert "onclick" not in html


def test_menus_offer_only_what_the_reader_may_open(client):
    resident = get_user_model().objects.create_user("wang", display_name="王芳", person="P1")
    client.force_login(resident)
    html = client.get("/").content.decode()
    assert "我的慧城" in html
    assert "工作台" not in html
