from dataclasses import dataclass

import pytest

from huicheng.ground.api import (
    Actor,
    Event,
    PublishedOutsideAct,
    SilentAct,
    act,
    acting_as,
    deliver_news,
    events,
    on,
    publish,
    seal,
    verify_audit,
)
from huicheng.ground.models import EventRow, Listener, Seal

WANG = Actor(id="account:1", name="王芳", kind="official", department="gongan")
heard: list[str] = []
trouble: list[Exception] = []


@dataclass(frozen=True, kw_only=True)
class LampLit(Event):
    colour: str


@on(LampLit)
def remember(event: LampLit, record: object) -> None:
    if trouble:
        raise trouble.pop()
    heard.append(event.colour)


@act
def light(colour: str) -> None:
    publish(LampLit(subject="lamp:1", colour=colour))


@pytest.fixture(autouse=True)
def _silence(db):
    """The catalogue's own events came with the tables; here the chain begins afresh."""
    EventRow.objects.all().delete()
    heard.clear()
    trouble.clear()


def test_an_act_that_publishes_nothing_is_rolled_back():
    @act
    def quiet() -> None:
        Listener.objects.create(name="left behind")

    with pytest.raises(SilentAct, match="published no event"):
        quiet()
    assert not Listener.objects.filter(name="left behind").exists()


def test_nothing_is_published_outside_an_act():
    with pytest.raises(PublishedOutsideAct):
        publish(LampLit(colour="red"))


def test_an_act_inside_an_act_speaks_for_both():
    @act
    def outer() -> None:
        light("green")

    outer()
    assert [e.data["colour"] for e in events(subject="lamp:1")] == ["green"]


def test_an_event_says_who_did_it():
    with acting_as(WANG):
        light("blue")
    (event,) = events(subject="lamp:1")
    assert (event.kind, event.actor_name, event.department) == ("ground.LampLit", "王芳", "gongan")


def test_news_is_heard_once_and_only_after_sealing():
    light("red")
    assert deliver_news() == 0
    seal()
    deliver_news()
    deliver_news()
    assert heard == ["red"]


def test_a_listener_that_stumbles_hears_it_again():
    light("red")
    light("amber")
    seal()
    trouble.append(RuntimeError("no bulb"))
    deliver_news()
    assert heard == []
    assert "no bulb" in Listener.objects.get(name__endswith="remember").error
    Listener.objects.update(not_before=None)
    deliver_news()
    assert heard == ["red", "amber"]


def test_an_untouched_chain_verifies():
    for colour in "abc":
        light(colour)
        seal()
    report = verify_audit()
    assert (report.problem, report.events, report.seals) == ("", 3, 3)


@pytest.mark.parametrize("field", ["data", "actor", "at", "subject", "purpose"])
def test_a_row_altered_by_hand_is_found(field):
    light("a")
    light("b")
    seal()
    row = EventRow.objects.get(seq=1)
    changed = {"data": {"colour": "z"}, "at": row.at.replace(year=2001)}.get(field, "somebody")
    EventRow.objects.filter(seq=1).update(**{field: changed})
    assert "event 1" in verify_audit().problem


def test_a_removed_row_is_found():
    for colour in "abc":
        light(colour)
    seal()
    EventRow.objects.filter(seq=2).delete()
    assert verify_audit().problem == "event 2 is missing: the chain jumps to 3"


def test_a_tail_cut_off_with_its_seal_is_found_by_the_anchor():
    light("a")
    seal()
    light("b")
    seal()
    EventRow.objects.filter(seq=2).delete()
    Seal.objects.filter(last=2).delete()
    assert "removed" in verify_audit().problem


def test_a_tail_that_was_cut_off_does_not_heal_by_growing_again():
    light("a")
    seal()
    light("b")
    seal()
    EventRow.objects.filter(seq=2).delete()
    Seal.objects.filter(last=2).delete()
    light("c")
    seal()
    assert "anchor" in verify_audit().problem
