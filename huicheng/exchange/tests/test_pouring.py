"""What is read ahead comes in order, once, and stops where its reader stops."""

import threading

import pytest
from django.utils.translation import get_language, override

from huicheng.exchange.pouring import ahead


class Broken(Exception):
    pass


def test_all_of_it_comes_in_order():
    assert list(ahead(iter(range(1000)), most=3)) == list(range(1000))


def test_what_broke_off_breaks_off_after_what_came_before():
    def breaking():
        yield from range(5)
        raise Broken

    reading = ahead(breaking())
    assert [next(reading) for _place in range(5)] == list(range(5))
    with pytest.raises(Broken):
        next(reading)


def test_who_stops_early_closes_what_he_read_from():
    closed = threading.Event()

    def endless():
        try:
            while True:
                yield 1
        finally:
            closed.set()

    reading = ahead(endless())
    assert next(reading) == 1
    reading.close()
    assert closed.wait(10)


def test_it_is_made_in_the_readers_language():
    def languages():
        yield get_language()

    with override("en"):
        assert list(ahead(languages())) == ["en"]
