"""Webhooks to a real receiver that fails, is slow, answers 500 and dies: in order, at least once, signed."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange.subscribing import posting
from huicheng.exchange.subscribing.models import Message
from huicheng.exchange.tests.test_changes import FILES, ME, publish
from huicheng.exchange.tests.town import LIN, PURPOSE, ZHAO, granted, official
from huicheng.ground.api import acting_as, deliver_news, events, jobs, run_waiting, seal, system_actor

pytestmark = pytest.mark.django_db(transaction=True)
HE = official(13, "何静", "minzheng", "read")


class Receiver:
    def __init__(self, folder):
        self.folder, self.process = folder, None
        self.port = 0

    def start(self):
        (self.folder / "port").unlink(missing_ok=True)
        script = Path(__file__).with_name("receiver.py")
        self.process = subprocess.Popen([sys.executable, str(script), str(self.folder), str(self.port)])
        while not (self.folder / "port").exists() or not (self.folder / "port").read_text():
            time.sleep(0.02)
        self.port = int((self.folder / "port").read_text())

    def die(self):
        self.process.kill()
        self.process.wait()

    def answers(self, *how):
        (self.folder / "how").write_text(" ".join(map(str, how)))

    @property
    def came(self):
        path = self.folder / "came"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook?x=1"


@pytest.fixture
def receiver(tmp_path, monkeypatch):
    monkeypatch.setenv(posting.PRIVATE, "1")
    monkeypatch.setenv("HUICHENG_WEBHOOK_WAITS", "0.5,0.5")
    there = Receiver(tmp_path)
    there.start()
    yield there
    there.die()


@pytest.fixture
def followed(receiver):
    publish(FILES)
    granted()
    return exchange.subscribe("health_files", receiver.url, exchange.Asking(HE, PURPOSE))


def work(until=lambda: True):
    """The worker, until what is waited for has come about."""
    for _ in range(200):
        seal()
        deliver_news()
        run_waiting()
        if until():
            return
        time.sleep(0.05)
    raise AssertionError("never came about")


def change(name):
    publish({**FILES, "JK1": (name, "1")})


def names(receiver, status=None):
    return [
        row["row"]["name"] for one in receiver.came if status in (None, one["status"])
        for row in json.loads(one["body"])["data"]["changes"]
    ]  # fmt: skip


def test_a_change_arrives_signed_as_the_standards_own_package_checks_it(followed, receiver):
    from standardwebhooks.webhooks import Webhook

    change("甲二")
    work()
    (came,) = receiver.came
    told = Webhook(followed[1]).verify(came["body"], came["headers"])
    assert told["type"] == "resource.changed"
    assert [(one["change"], one["row"]["name"]) for one in told["data"]["changes"]] == [("update", "甲二")]
    assert "file_no" not in came["body"]


def test_a_receiver_that_fails_gets_the_same_message_again_and_the_next_one_after_it(followed, receiver):
    receiver.answers(500)
    change("一")
    work()
    change("二")
    receiver.answers(204)
    work(lambda: len(names(receiver, 204)) == 2)
    first, *_rest, last = receiver.came
    assert first["status"] == 500
    assert first["headers"]["webhook-id"] == receiver.came[1]["headers"]["webhook-id"]
    assert names(receiver, 204) == ["一", "二"]
    assert last["headers"]["webhook-id"] != first["headers"]["webhook-id"]


def test_a_dead_receiver_leaves_a_dead_letter_that_can_be_sent_anew(followed, receiver):
    receiver.die()
    change("一")
    work(lambda: exchange.dead_letters(HE))
    (dead,) = exchange.dead_letters(HE)
    assert (dead.attempts, dead.error) == (3, "ConnectionRefusedError")
    receiver.start()
    with acting_as(HE):
        exchange.replay(dead.id)
        with pytest.raises(exchange.NotDead):
            exchange.replay(dead.id)
    work()
    assert names(receiver) == ["一"]
    assert receiver.came[0]["headers"]["webhook-id"] == dead.id
    assert exchange.dead_letters(HE) == []


def test_what_comes_after_a_dead_letter_still_arrives(followed, receiver):
    receiver.answers(500)
    change("一")
    work(lambda: exchange.dead_letters(HE))
    receiver.answers(204)
    change("二")
    work(lambda: names(receiver, 204))
    assert names(receiver, 204) == ["二"]


def test_a_slow_receiver_is_cut_off(followed, receiver, monkeypatch):
    monkeypatch.setattr(posting, "WHOLE", 0.2)
    receiver.answers(204, 2)
    change("一")
    work()
    assert Message.objects.get().state == Message.WAITING
    assert Message.objects.get().attempts == 1


def test_a_redirect_is_a_failure_and_is_not_followed(followed, receiver):
    receiver.answers(307)
    change("一")
    work()
    assert [one["status"] for one in receiver.came] == [307]
    assert Message.objects.get().error == "HTTP 307"


def test_a_receiver_that_wants_no_more_is_not_asked_again(followed, receiver):
    receiver.answers(410)
    change("一")
    work()
    change("二")
    work()
    assert len(receiver.came) == 1
    assert exchange.subscriptions(HE)[0].state == "paused"


def test_a_grant_that_ended_ends_what_is_sent_also_what_waits(followed, receiver):
    receiver.answers(500)
    change("一")
    work()
    receiver.answers(204)
    exchange.revoke_grant(
        exchange.grants_of("minzheng")[0].id, official(11, "孙丽", "weijian", "grant"), reason="测试"
    )
    work(lambda: exchange.subscriptions(HE)[0].state == "paused")
    assert names(receiver, 204) == []
    assert exchange.subscriptions(HE)[0].reason in ("GrantRevoked", "AccessDenied", "NoGrant")


def test_a_key_that_was_revoked_sends_nothing_more_and_says_so(followed, receiver, gone):
    gone[HE.id] = "KeyRevoked"
    change("一")
    work()
    view = exchange.subscriptions(HE)[0]
    assert (view.state, view.reason, receiver.came) == ("paused", "KeyRevoked", [])
    told = events(kind="exchange.SubscriptionStopped")[0].data
    assert (told["reason"], told["department"]) == ("KeyRevoked", "minzheng")


def test_a_right_that_ended_is_seen_although_nothing_changed(followed, gone):
    from huicheng.exchange.subscribing.messages import push

    gone[HE.id] = "AccountClosed"
    assert push(followed[0].id) == {"sent": 0}
    assert exchange.subscriptions(HE)[0].reason == "AccountClosed"


def test_who_lost_his_duty_no_longer_stands_for_it_and_a_new_one_changes_nothing(followed, gone):
    gone[HE.id] = replace(HE, duties=frozenset({"steward"}))
    change("一")
    work()
    assert exchange.subscriptions(HE)[0].reason == "DutyWithdrawn"


def test_a_colleague_takes_over_and_what_waited_arrives_once(followed, receiver, gone):
    receiver.answers(500)
    change("一")
    work()
    gone[HE.id] = "AccountClosed"
    work(lambda: exchange.subscriptions(HE)[0].state == "paused")
    receiver.answers(204)
    with acting_as(LIN):
        assert exchange.take_over(followed[0].id).state == "active"
    work(lambda: names(receiver, 204))
    change("二")
    work(lambda: len(names(receiver, 204)) == 2)
    assert names(receiver, 204) == ["一", "二"]
    assert events(kind="exchange.SubscriptionTakenOver")[0].actor == LIN.id


def test_only_the_department_itself_and_who_may_read_takes_over(followed, gone):
    gone[HE.id] = "AccountClosed"
    with acting_as(official(20, "周强", "gongan", "read")), pytest.raises(exchange.NoSuchSubscription):
        exchange.take_over(followed[0].id)
    with acting_as(ZHAO), pytest.raises(exchange.NotYoursToTake):
        exchange.take_over(followed[0].id)
    with acting_as(official(21, "王", "minzheng")), pytest.raises(exchange.AccessDenied):
        exchange.take_over(followed[0].id)


def test_a_quota_that_is_used_up_puts_off_what_is_sent_and_ends_nothing(followed, receiver):
    from huicheng.exchange.granting.models import GrantRow, QuotaRow
    from huicheng.exchange.subscribing.messages import push

    GrantRow.objects.update(per_minute=1)
    one = exchange.grants_of("minzheng")[0]
    QuotaRow.objects.filter(span="minute").update(window=10**9, used=1)
    change("一")
    work(lambda: Message.objects.filter(error="QuotaExceeded").exists())
    assert exchange.subscriptions(HE)[0].state == "active"
    QuotaRow.objects.filter(span="minute").update(window=0, used=0)
    assert one.state == "live"
    Message.objects.update(next_at=one.starts)
    assert push(followed[0].id) == {"sent": 1}
    assert names(receiver, 204) == ["一"]


@pytest.mark.parametrize("url", [f"https://{'a' * 70}.example/x", "https://127.0.0.1/接口"])
def test_an_address_that_cannot_be_written_on_the_line_is_a_failure_with_a_name(url, monkeypatch):
    with pytest.raises(posting.NotDelivered):
        posting.post(posting.target_of(url), b"{}", {})


def test_long_changes_go_page_by_page_in_order(receiver, monkeypatch):
    from huicheng.exchange.subscribing import messages

    monkeypatch.setattr(messages, "PAGE", 2)
    publish(FILES)
    exchange.subscribe(
        "health_files", receiver.url, exchange.Asking(system_actor("x"), "试"), from_beginning=True
    )
    work(lambda: len(receiver.came) == 2)
    sizes = [len(json.loads(one["body"])["data"]["changes"]) for one in receiver.came]
    assert sizes == [2, 1]
    assert sorted(names(receiver)) == sorted(name for name, _phone in FILES.values())


def test_the_pages_behind_a_dead_letter_arrive_once_there_is_room_for_them(receiver, monkeypatch):
    from huicheng.exchange.granting.models import QuotaRow
    from huicheng.exchange.subscribing import messages

    monkeypatch.setattr(messages, "PAGE", 2)
    publish(FILES)
    granted(exchange.Terms(rows_per_day=6))
    receiver.answers(500)
    view, _secret = exchange.subscribe(
        "health_files", receiver.url, exchange.Asking(HE, PURPOSE), from_beginning=True
    )
    work(lambda: exchange.dead_letters(HE))  # three tries of two rows: nothing is left of the day
    assert len(events(kind="exchange.QuestionAsked")) == 3
    QuotaRow.objects.update(window=0, used=0)
    Message.objects.filter(state=Message.WAITING).update(next_at=exchange.grants_of("minzheng")[0].starts)
    receiver.answers(204)
    assert messages.push(view.id) == {"sent": 1}
    with acting_as(HE):
        exchange.replay(exchange.dead_letters(HE)[0].id)
    work(lambda: len(names(receiver, 204)) == 3)
    assert sorted(names(receiver, 204)) == sorted(name for name, _phone in FILES.values())


def test_a_table_whose_rows_nobody_can_tell_apart_any_more_stops_what_is_sent_and_says_why(followed):
    exchange.declare(replace(exchange.resource("health_files"), key=()))
    change("一")
    work()
    view = exchange.subscriptions(HE)[0]
    assert (view.state, view.reason, view.dead) == ("paused", "CannotFollow", 1)
    assert exchange.why_stopped(view.reason) == "数据的主键或更新方式变了，说不出哪一行变了"
    assert not [one for one in jobs(state="failed") if one.name.startswith("subscribing")]


def test_sending_anew_resumes_what_stopped_by_itself_and_says_so(followed, receiver):
    receiver.answers(410)
    change("一")
    work()
    receiver.answers(204)
    with acting_as(HE):
        exchange.replay(exchange.dead_letters(HE)[0].id)
    work(lambda: names(receiver, 204) == ["一"])
    assert exchange.subscriptions(HE)[0].state == "active"
    assert events(kind="exchange.SubscriptionResumed")[0].actor == HE.id


def test_sending_anew_leaves_paused_what_somebody_paused(followed, receiver):
    receiver.answers(500)
    change("一")
    work(lambda: exchange.dead_letters(HE))
    receiver.answers(204)
    with acting_as(HE):
        exchange.pause_subscription(followed[0].id)
        exchange.replay(exchange.dead_letters(HE)[0].id)
        work()
        assert (exchange.subscriptions(HE)[0].reason, names(receiver, 204)) == ("ByHand", [])
        exchange.resume_subscription(followed[0].id)
    work(lambda: names(receiver, 204) == ["一"])


@pytest.mark.parametrize(
    "url",
    ["http://example.com/x", "ftp://example.com/", "https://u:p@example.com/", "https://", "https://a b/", "x",
     "https://example.com/#x", "https://example.com:99999/", "https://[::1"],
)  # fmt: skip
def test_an_address_that_nothing_may_be_sent_to_is_refused(url):
    with pytest.raises(exchange.BadAddress):
        posting.target_of(url)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "[::1]", "[64:ff9b::7f00:1]"]
)
def test_nothing_is_sent_inside_unless_the_city_says_so(host):
    with pytest.raises(posting.NotDelivered, match="PrivateAddress"):
        posting.post(posting.target_of(f"https://{host}/x"), b"{}", {})


def test_nobody_follows_what_he_may_not_read(receiver):
    publish(FILES)
    with pytest.raises(exchange.AccessDenied):
        exchange.subscribe("health_files", receiver.url, exchange.Asking(HE, PURPOSE))
    assert exchange.subscriptions(ME.actor) == []


def test_another_departments_subscription_is_not_there(followed):
    other = official(20, "周强", "gongan", "read")
    assert exchange.subscriptions(other) == []
    with acting_as(other), pytest.raises(exchange.NoSuchSubscription):
        exchange.unsubscribe(followed[0].id)


@pytest.mark.parametrize(
    "step", [exchange.unsubscribe, exchange.pause_subscription, exchange.resume_subscription]
)
def test_who_only_delivers_changes_no_subscription_of_a_colleague(followed, step):
    deliverer = official(22, "陈晨", "minzheng", "deliver")
    with acting_as(deliverer), pytest.raises(exchange.NotYoursToChange):
        step(followed[0].id)
    assert exchange.subscription(followed[0].id, HE).state == "active"


def test_who_only_delivers_sends_nothing_anew_for_a_colleague(followed, receiver):
    receiver.answers(500)
    change("一")
    work(lambda: exchange.dead_letters(HE))
    deliverer = official(22, "陈晨", "minzheng", "deliver")
    with acting_as(deliverer), pytest.raises(exchange.NotYoursToChange):
        exchange.replay(exchange.dead_letters(HE)[0].id)


def test_who_only_delivers_ends_what_stands_for_himself(receiver):
    publish(FILES)
    deliverer = official(23, "吴刚", "weijian", "deliver")
    with acting_as(deliverer):
        view, _secret = exchange.subscribe("health_files", receiver.url, exchange.Asking(deliverer, "核对"))
        exchange.unsubscribe(view.id)
    assert exchange.subscriptions(deliverer) == []


def test_a_worker_killed_between_the_answer_and_its_note_sends_the_same_id_again(
    followed, receiver, monkeypatch
):
    from huicheng.exchange.subscribing import messages

    class Killed(BaseException):
        """As a kill would: nothing after the answer is written down."""

    def killed(*_args):
        raise Killed

    change("一")
    seal()
    deliver_news()
    with monkeypatch.context() as patch:
        patch.setattr(messages, "_delivered", killed)
        with pytest.raises(Killed):
            messages.push(followed[0].id)
    work()
    ids = [one["headers"]["webhook-id"] for one in receiver.came]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert names(receiver) == ["一", "一"]
    assert not [one for one in jobs(state="failed") if one.name.startswith("subscribing")]


def test_a_paused_subscription_sends_when_it_is_resumed_and_nobody_before(followed, receiver):
    number = followed[0].id
    with acting_as(HE):
        exchange.pause_subscription(number)
    change("一")
    work()
    change("二")
    work()
    assert receiver.came == []
    assert exchange.subscription(number, HE).reason == "ByHand"
    with acting_as(HE):
        exchange.resume_subscription(number)
    work(lambda: receiver.came)
    assert names(receiver) == ["二"]


def test_what_is_paused_is_not_paused_again_and_what_runs_is_not_resumed(followed):
    number = followed[0].id
    with acting_as(HE):
        with pytest.raises(exchange.NotPaused):
            exchange.resume_subscription(number)
        exchange.pause_subscription(number)
        with pytest.raises(exchange.NotPaused):
            exchange.pause_subscription(number)


def test_every_try_is_listed_with_how_it_ended(followed, receiver):
    receiver.answers(500)
    change("一")
    work(lambda: exchange.dead_letters(HE))
    tries = exchange.attempts_of(followed[0].id, HE)
    assert [(one.error, one.dead) for one in tries] == [
        ("HTTP 500", True),
        ("HTTP 500", False),
        ("HTTP 500", False),
    ]
    (message,) = exchange.messages_of(followed[0].id, HE)
    assert (message.state, message.attempts, message.error) == ("dead", 3, "HTTP 500")
    assert exchange.why_stopped(message.error) == "对方答了 500"


def test_another_department_sees_no_message_of_it(followed):
    with pytest.raises(exchange.NoSuchSubscription):
        exchange.messages_of(followed[0].id, official(77, "王芳", "gongan", "read"))
