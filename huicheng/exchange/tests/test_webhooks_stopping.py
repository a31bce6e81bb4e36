"""Subscriptions that stop, by themselves or by hand: what waits then, who may change them, what is sent anew."""

from dataclasses import replace

import pytest

from huicheng.exchange import api as exchange
from huicheng.exchange.subscribing.models import Message
from huicheng.exchange.tests.hooked import change, names, work
from huicheng.exchange.tests.test_changes import FILES, publish
from huicheng.exchange.tests.town import HE, LIN, PURPOSE, ZHAO, granted, official
from huicheng.ground.api import acting_as, events, jobs

pytestmark = pytest.mark.django_db(transaction=True)


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
