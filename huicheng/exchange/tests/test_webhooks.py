"""Webhooks to a real receiver that fails, is slow, answers 500 and dies: in order, at least once, signed."""

import json

import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange.subscribing import posting
from huicheng.exchange.subscribing.models import Message
from huicheng.exchange.tests.hooked import change, names, work
from huicheng.exchange.tests.test_changes import FILES, ME, publish
from huicheng.exchange.tests.town import HE, PURPOSE, official
from huicheng.ground.api import acting_as, deliver_news, jobs, seal, system_actor

pytestmark = pytest.mark.django_db(transaction=True)


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
