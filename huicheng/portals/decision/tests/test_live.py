"""News reach the wall; a bounded number of walls, and nobody's place is lost."""

import time
from collections.abc import Iterator

import pytest

from huicheng.ground.api import act, acting_as, publish, system_actor
from huicheng.portals.decision import live
from huicheng.portals.decision.live import Desk, Stream
from huicheng.sensing.api import AlarmsRaised


@act
def alarm() -> None:
    publish(AlarmsRaised(subject="watch:test", watch="test", grades={"red": 1}))


@pytest.fixture
def desk(monkeypatch, transactional_db) -> Iterator[Desk]:
    monkeypatch.setattr(live, "PAUSE", 0.02)
    monkeypatch.setattr(live, "HEARTBEAT", 5.0)
    monkeypatch.setattr(live, "DESK", Desk())
    yield live.DESK
    live.DESK.listeners = 0
    while live.DESK._looks:  # the thread must not outlive the database of this test
        time.sleep(0.02)


def test_an_alarm_is_heard(desk):
    desk.join()
    lines = iter(Stream(desk))
    assert next(lines).startswith(b"retry")
    with acting_as(system_actor("sensing")):
        alarm()
    assert b"event: news" in next(lines)
    lines.close()
    assert desk.listeners == 0


def test_what_happened_while_nobody_listened_is_heard_first(desk):
    seen = live.newest()
    with acting_as(system_actor("sensing")):
        alarm()
    desk.join()
    lines = iter(Stream(desk, seen))
    assert [b"news" in next(lines) for _ in range(2)] == [False, True]
    lines.close()


def test_a_silent_city_is_said_to_be_there(desk, monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT", 0.01)
    desk.join()
    lines = iter(Stream(desk))
    next(lines)
    assert next(lines) == b": still here\n\n"
    lines.close()


def test_a_stream_ends_by_itself(desk, monkeypatch):
    monkeypatch.setattr(live, "LIFE", 0.0)
    desk.join()
    assert len(list(Stream(desk))) == 1
    assert desk.listeners == 0


def test_beyond_the_places_a_wall_is_told_not_to_wait(desk, mayor):
    taken = [mayor.get("/city/live/") for _ in range(live.STREAMS)]
    assert mayor.get("/city/live/").status_code == 204
    taken[0].close()
    assert mayor.get("/city/live/").status_code == 200


def test_a_stream_that_nobody_read_gives_its_place_back(desk, mayor):
    mayor.get("/city/live/").close()
    assert desk.listeners == 0


def test_a_stranger_hears_nothing(desk, client, catalogue):
    assert client.get("/city/live/").status_code == 302
    assert desk.listeners == 0
