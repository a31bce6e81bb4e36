import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction
from django.utils.translation import get_language, override

from huicheng.ground.api import Actor, acting_as, events, together
from huicheng.ground.tests.test_acts import WANG, light

pytestmark = pytest.mark.django_db(transaction=True)
LI = Actor(id="account:2", name="李强", kind="official", department="weijian")


class TooDark(Exception):
    pass


def fail() -> None:
    light("black")
    raise TooDark


def at_once(works) -> list[object]:
    """Each in a thread of its own, all of them waiting before the first may write."""
    gate, found = threading.Barrier(len(works)), [None] * len(works)

    def run(place, work):
        gate.wait()
        try:
            found[place] = together(work)
        except Exception as error:
            found[place] = error
        connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


def commits_of(works, monkeypatch) -> int:
    from huicheng.ground import together as room

    counted, commit = [], room._commit
    monkeypatch.setattr(room, "_commit", lambda parts: (counted.append(len(parts)), commit(parts)))
    with room._turn:  # as if a commit were under way
        threads = [threading.Thread(target=at_once, args=([work],)) for work in works]
        for one in threads:
            one.start()
        while len(room._waiting) < len(works):
            pass
    for one in threads:
        one.join()
    return len(counted)


def test_what_waits_is_written_in_one_commit(monkeypatch):
    assert commits_of([lambda: light("red")] * 6, monkeypatch) == 1
    assert len(events(kind="ground.LampLit")) == 6


def test_a_write_that_fails_takes_nobody_elses_with_it():
    found = at_once([lambda: light("red"), fail, lambda: light("green"), fail])
    assert sum(isinstance(one, TooDark) for one in found) == 2
    assert sorted(one.data["colour"] for one in events(kind="ground.LampLit")) == ["green", "red"]


def test_each_write_is_its_own_callers():
    def by(actor, colour):
        with acting_as(actor):
            together(lambda: light(colour))
        connection.close()

    threads = [threading.Thread(target=by, args=pair) for pair in ((WANG, "red"), (LI, "green"))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {one.data["colour"]: one.actor for one in events(kind="ground.LampLit")} == {
        "red": WANG.id,
        "green": LI.id,
    }


def test_each_write_speaks_its_own_callers_language():
    def said(language):
        with override(language):
            return together(lambda: (light("red"), get_language())[1])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(said, ["en", "zh-hans"] * 8)) == ["en", "zh-hans"] * 8
        list(pool.map(lambda _one: connection.close(), range(16)))


def test_inside_a_transaction_it_is_a_part_of_that():
    with transaction.atomic():
        together(lambda: light("red"))
        transaction.set_rollback(True)
    assert events(kind="ground.LampLit") == []


def test_a_commit_that_fails_fails_all_who_waited_for_it(monkeypatch):
    def broken():
        raise OperationalError("the disk is full")

    monkeypatch.setattr(connection, "commit", broken)
    with pytest.raises(OperationalError, match="full"):
        together(lambda: light("red"))
    monkeypatch.undo()
    assert events(kind="ground.LampLit") == []
