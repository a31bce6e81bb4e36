"""李强 of civil affairs subscribes on the desk and looks after it; 孙丽 of the health commission declares a feed."""

import sqlite3
from contextlib import closing

import pytest
from django.contrib.auth import get_user_model
from django.utils.translation import override

from huicheng.exchange import api as exchange
from huicheng.ground.api import acting_as, events, jobs, run_waiting, system_actor
from huicheng.identity import api as identity
from huicheng.portals.desk import drawing
from huicheng.portals.desk.tests.conftest import person

pytestmark = pytest.mark.django_db(transaction=True)
LAMPS = exchange.Resource(
    code="lamps", title="路灯", owner="minzheng", mode="upsert", key=("id",), fields=(
        exchange.Field("id", "编号", "integer", required=True), exchange.Field("watts", "功率", "integer"),
        exchange.Field("changed", "更新时间", "datetime"),
    ),
)  # fmt: skip
NEW, FEED = "/desk/subscriptions/new/", "/desk/feeds/new/"


@pytest.fixture
def lamps(city, tmp_path, monkeypatch):
    monkeypatch.setenv("HUICHENG_WEBHOOKS_PRIVATE", "1")
    monkeypatch.setenv("HUICHENG_WEBHOOK_WAITS", "0,0")
    exchange.declare(LAMPS, by_pack=False)
    deliver(tmp_path, 60)


def deliver(folder, watts):
    (folder / "lamps.csv").write_text(
        f"编号,功率,更新时间\n1,{watts},2026-11-01 12:00:00\n", encoding="utf-8"
    )
    with acting_as(system_actor("test")):
        exchange.deliver("lamps", folder / "lamps.csv")


def form(**how):
    return {"what": "own:lamps", "purpose": "核对路灯", "case": "", "url": "http://127.0.0.1:9/hook"} | how


def actor(name):
    return identity.actor_of(get_user_model().objects.get(username=name))


def test_a_subscription_is_made_and_its_secret_shown_once(li, lamps):
    page = li.post(NEW, form()).content.decode()
    assert "whsec_" in page
    (one,) = exchange.subscriptions(actor("li"))
    assert "whsec_" not in li.get(f"/desk/subscriptions/s/{one.id}/").content.decode()
    assert (one.resource, one.purpose, one.department) == ("lamps", "核对路灯", "minzheng")


@pytest.mark.parametrize(
    ("wrong", "part"),
    [({"what": "own:police_households"}, "what"), ({"url": "ftp://x"}, "url"), ({"url": ""}, "url")],
)
def test_what_is_wrong_is_said_and_nothing_is_made(li, lamps, wrong, part):
    answer = li.post(NEW, form(**wrong))
    assert (answer.status_code, exchange.subscriptions(actor("li"))) == (400, [])
    assert f'href="#{part}"' in answer.content.decode()
    assert events(kind="exchange.QueryRefused")[0].actor_name == "李强"


def test_what_could_not_be_delivered_is_seen_with_its_reason_and_sent_anew(li, lamps):
    li.post(NEW, form(beginning="1"))
    (one,) = exchange.subscriptions(actor("li"))
    for _again in range(4):
        run_waiting()
    place = f"/desk/subscriptions/s/{one.id}/"
    page = li.get(place).content.decode()
    assert "对方没有应答 · 不再重试" in page
    assert "没送到的全部重发" in page
    li.post(f"{place}change/", {"do": "replay"})
    assert exchange.subscription(one.id, actor("li")).waiting == 1


def test_a_subscription_is_paused_resumed_and_ended(li, lamps):
    li.post(NEW, form())
    (one,) = exchange.subscriptions(actor("li"))
    place = f"/desk/subscriptions/s/{one.id}/change/"
    li.post(place, {"do": "pause"})
    assert "已暂停" in li.get("/desk/subscriptions/").content.decode()
    assert "停下了" not in li.get("/desk/").content.decode()
    li.post(place, {"do": "resume"})
    assert exchange.subscription(one.id, actor("li")).state == "active"
    li.post(place, {"do": "end"})
    assert exchange.subscriptions(actor("li")) == []


def test_somebody_else_s_subscription_is_as_if_it_were_not_there(li, wang, lamps):
    li.post(NEW, form())
    (one,) = exchange.subscriptions(actor("li"))
    assert wang.get(f"/desk/subscriptions/s/{one.id}/").status_code == 404
    assert wang.post(f"/desk/subscriptions/s/{one.id}/change/", {"do": "end"}).status_code == 404


def fed(**how):
    usual = {"resource": "lamps", "address": "postgresql://a:geheim@127.0.0.1/x", "query": "lamps",
             "watermark": "changed", "key": "id", "every": "3600", "lag": "0", "do": "declare"}  # fmt: skip
    return usual | how


@pytest.mark.parametrize("do", ["try", "declare"])
def test_a_feed_points_at_nothing_inside_and_says_so(li, lamps, do):
    answer = li.post(FEED, fed(do=do))
    assert (answer.status_code, exchange.feeds(actor("li"))) == (400, [])
    assert "内网地址须由数据局列入允许的网段" in answer.content.decode()
    (line,) = events(kind="exchange.QueryRefused")
    assert (line.subject, line.data["error"]) == ("resource:lamps", "database_not_allowed")
    assert "geheim" not in str(line)


@pytest.mark.parametrize(
    "wrong", [{"resource": ""}, {"address": "nowhere"}, {"watermark": "a b"}, {"every": "oft"}]
)
def test_a_feed_that_is_wrongly_declared_is_not(li, lamps, monkeypatch, wrong):
    monkeypatch.setenv("HUICHENG_SERVICE_NETWORKS", "127.0.0.0/8")
    answer = li.post(FEED, fed(**wrong))
    assert (answer.status_code, exchange.feeds(actor("li"))) == (400, [])


@pytest.fixture
def feed(lamps, tmp_path):
    """Declared at the terminal, as a file of the platform's machine can be."""
    with closing(sqlite3.connect(tmp_path / "lamps.sqlite")) as base, base:
        base.execute("CREATE TABLE lamps (id INTEGER, watts INTEGER, changed TEXT)")
        base.execute("INSERT INTO lamps VALUES (2, 70, '2026-11-01 13:00:00')")
    with acting_as(system_actor("test")):
        how = {"query": "lamps", "watermark": "changed", "key": "id"}
        return exchange.declare_feed("lamps", f"sqlite:///{tmp_path / 'lamps.sqlite'}", **how)


def test_a_feed_is_run_by_hand_as_a_job_and_shows_what_it_became(li, feed):
    place = f"/desk/feeds/f/{feed.id}/"
    assert "还没有运行过" in li.get(place).content.decode()
    job = li.post(f"{place}change/", {"do": "run"})["Location"]
    assert job.startswith("/desk/jobs/")
    run_waiting()
    assert "已入湖" in li.get(place).content.decode()
    assert "feeding.run" in {one.name for one in jobs(limit=20)}


def test_a_feed_is_stopped_by_its_department_and_seen_by_no_other(li, wang, feed):
    place = f"/desk/feeds/f/{feed.id}/"
    assert wang.get(place).status_code == 404
    li.post(f"{place}change/", {"do": "stop"})
    assert exchange.feeds(actor("li")) == []


def test_where_nothing_can_be_fed_it_is_said(city):
    nobody = person("nobody", "周强", deliver="jiaotong", read="jiaotong")
    assert "没有能定时取数的资源" in nobody.get(FEED).content.decode()


@pytest.mark.parametrize(
    "reason", ["DatabaseTooSlow", "DoesNotFit", "IncompleteRead", "Unknown", "ChangesTooLong"]
)
def test_no_reason_is_shown_by_the_name_of_its_class(reason):
    assert reason not in drawing._why(reason)


@pytest.mark.parametrize("reason", ["ChangesFailed", "CannotFollow", "OSError", "KeyError"])
def test_a_subscription_that_failed_says_why_in_words(reason):
    assert exchange.why_stopped(reason) != reason
    with override("en"):
        assert exchange.why_stopped(reason).isascii()
