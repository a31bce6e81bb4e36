from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from huicheng.portals.look import api as look


def test_a_day_is_written_the_chinese_way():
    assert look.day(date(2026, 3, 5)) == "2026年3月5日"


def test_a_day_is_written_the_english_way_for_english_readers():
    with translation.override("en"):
        assert look.day("2026-03-05") == "5 March 2026"


def test_money_is_fen_shown_as_yuan():
    assert [look.money(123450), look.money(-5), look.money(None)] == ["¥1,234.50", "-¥0.05", "—"]


def test_an_id_shows_enough_to_recognise_and_too_little_to_use():
    assert look.masked("210102199003071234") == "2101**************"
    assert look.masked("13812345678") == "138******78"
    assert look.masked("王芳") == "王*"
    assert look.masked("沈阳市和平区文化路11号") == "沈阳市******"


@pytest.mark.parametrize(
    ("value", "shown"), [(1234567, "123.5 万"), (23818, "23,818"), (None, "—"), (0, "0")]
)
def test_large_figures_are_short_and_small_ones_whole(value, shown):
    assert look.short(value) == shown


def test_nothing_is_a_dash_and_not_a_zero():
    assert [look.number(None), look.number(float("nan")), look.number(0.5)] == ["—", "—", "0.5"]


def test_recent_moments_are_told_by_their_distance():
    assert look.ago(timezone.now() - timedelta(minutes=5)) == "5 分钟前"
    assert look.ago(timezone.now()) == "刚刚"
