"""陈静 keeps the police's keys on the desk; 王芳 only sees them."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from huicheng.identity.api import api_keys, create_official

pytestmark = pytest.mark.django_db


def entered(username, **roles):
    create_official(username, name=username, password="a long enough secret", roles=roles)
    client = Client()
    client.force_login(get_user_model().objects.get(username=username))
    return client


def test_a_key_is_shown_once_where_it_is_made():
    chen = entered("chen", keys="gongan", read="gongan")
    made = chen.post("/desk/keys/", {"name": "核对程序", "duty": ["read"], "days": "30"}).content.decode()
    number = api_keys("gongan")[0].id
    assert f"hck_{number}_" in made
    assert f"hck_{number}_" not in chen.get("/desk/keys/").content.decode()


def test_a_key_is_ended_where_it_is_listed():
    chen = entered("chen", keys="gongan", read="gongan")
    chen.post("/desk/keys/", {"name": "核对程序", "duty": ["read"], "days": "30"})
    chen.post("/desk/keys/revoke/", {"key": api_keys("gongan")[0].id})
    assert api_keys("gongan")[0].state == "revoked"


def test_who_keeps_no_keys_makes_none():
    wang = entered("wang", read="gongan")
    assert wang.get("/desk/keys/").status_code == 200
    assert wang.post("/desk/keys/", {"name": "x", "duty": ["read"], "days": "30"}).status_code == 403


def test_what_cannot_be_made_is_told_on_the_page():
    chen = entered("chen", keys="gongan", read="gongan")
    answer = chen.post("/desk/keys/", {"name": "", "duty": ["read"], "days": "30"})
    assert (answer.status_code, api_keys("gongan")) == (400, [])


def test_the_bureau_prepares_and_the_department_accepts_where_the_key_is_then_shown():
    zhao, chen = entered("zhao", steward="shuju", read="shuju"), entered("chen", keys="gongan", read="gongan")
    page = zhao.post(
        "/desk/keys/", {"name": "核对程序", "of": "gongan", "duty": ["read"], "days": "30"}, follow=True
    )
    number = api_keys("gongan")[0].id
    assert f"hck_{number}_" not in page.content.decode()
    assert "等您接受" in chen.get("/desk/").content.decode()
    assert "等您接受" not in zhao.get("/desk/").content.decode()
    assert zhao.post("/desk/keys/", {"accept": number}).status_code == 400
    assert f"hck_{number}_" in chen.post("/desk/keys/", {"accept": number}).content.decode()


def test_a_department_that_is_none_gets_no_key():
    zhao = entered("zhao", steward="shuju", read="shuju")
    assert zhao.post("/desk/keys/", {"name": "x", "of": "nobody", "days": "30"}).status_code == 400
