"""What the pages give to copy is copied and run, against a server that is up: by a shell, by Python, by DuckDB."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from huicheng.exchange import api as exchange
from huicheng.exchange.tests.town import granted, publish_files
from huicheng.ground.api import Actor, acting_as, system_actor
from huicheng.identity import api as identity
from tests.clients import CLIENTS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.filterwarnings("ignore")]
PAGE = "/desk/catalogue/e/health_files/?tab=read"


@pytest.fixture
def town(transactional_db, live_server, settings):
    settings.PUBLIC_URL = live_server.url
    exchange.sync_declared()
    publish_files()


def key(of):
    keeper = Actor(
        id="account:99",
        name="陈静",
        kind="official",
        department=of,
        duties=frozenset({"keys", "read", "deliver"}),
    )
    with acting_as(keeper):
        made = identity.make_key("照抄", of=of, duties=("read",), expires=timezone.now() + timedelta(1))
    return made.token


def official(username, **roles):
    identity.create_official(username, name=username, password="a long enough secret", roles=roles)
    client = Client()
    client.force_login(get_user_model().objects.get(username=username))
    return client


def snippets(client, place=PAGE):
    """By title, of the first way that the page offers."""
    found = client.get(place).context
    listed = found["ways"][0]["snippets"] if "ways" in found else found["keyed"]
    return {one.title: one for one in listed}


def run(snippet, folder, token=""):
    command = (
        ["bash", "-ec", snippet.text] if snippet.runs == "shell" else [sys.executable, "-c", snippet.text]
    )
    environment = {**os.environ, "HUICHENG_KEY": token, "no_proxy": "*", "PYTHONPATH": str(CLIENTS)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def shared_profile(client, grant, folder):
    """The file as the page on keys gives it out."""
    answer = client.post("/desk/keys/share/", {"grant": grant.id})
    (folder / f"{grant.id}.share").write_bytes(answer.content)


@pytest.mark.parametrize(
    ("title", "told"),
    [("curl", '"name": "秘密0"'), ("Python (pandas)", "12 "), ("DuckDB", "12"), ("Delta Sharing", "12 ")],
)
def test_a_grant_is_read_by_what_the_desk_gives_to_copy(town, tmp_path, title, told):
    grant, he = granted(), official("he", read="minzheng", keys="minzheng")
    shared_profile(he, grant, tmp_path)
    assert told in run(snippets(he)[title], tmp_path, key("minzheng"))


@pytest.mark.parametrize("how", [{"aggregate_only": True}, {"case_required": True}])
def test_what_a_grant_asks_for_stands_in_the_lines(town, tmp_path, how):
    granted(**({"columns": ("sex", "name"), "plain": ()} | how))
    he = official("he", read="minzheng")
    told = run(snippets(he)["curl"], tmp_path, key("minzheng"))
    assert '"rows"' in told


def test_one_s_own_data_are_read_without_a_grant(town, tmp_path):
    sun = official("sun", read="weijian")
    assert "12" in run(snippets(sun)["DuckDB"], tmp_path, key("weijian"))


def test_without_a_right_there_are_no_lines_and_a_way_to_apply(town):
    page = official("he", read="minzheng").get(PAGE)
    assert page.context["ways"] == []
    assert "/desk/access/apply/health_files/" in page.content.decode()


def open_spec():
    return replace(
        exchange.resource("health_files"), code="lamps", title="路灯", share="unconditional", openness="unconditional", mode="replace",
        fields=(exchange.Field("id", "编号", "integer"), exchange.Field("at", "日期", "date")), key=("id",), subject="",
        mentions=(), about="", retention_by="", owner="shuju", erasure="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "told"), [("curl", '"total": 2'), ("Python (pandas)", "count"), ("Python", ""), ("DuckDB", "2")]
)
def test_open_data_are_read_by_what_the_open_portal_gives_to_copy(town, live_server, tmp_path, title, told):
    exchange.declare(open_spec(), by_pack=False)
    (tmp_path / "lamps.csv").write_text("编号,日期\n1,2026-01-01\n2,2026-01-02\n", encoding="utf-8")
    with acting_as(system_actor("test")):
        exchange.deliver("lamps", tmp_path / "lamps.csv")
    page = Client().get("/open/lamps/api/", HTTP_HOST=live_server.url.partition("//")[2])
    one = next(each for each in page.context["snippets"] if each["title"] == title)
    runs = "shell" if title == "curl" else "python"
    assert run(exchange.Snippet(title, runs, one["text"]), tmp_path).count(told)
    keyed = {each.title: each for each in page.context["keyed"]}
    if title in keyed:
        assert "2" in run(keyed[title], tmp_path, key("minzheng"))
