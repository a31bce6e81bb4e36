"""工作日: weekdays, less the State Council's holidays, plus the weekends it makes up for them."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar


def is_working_day(day: date) -> bool:
    """By the State Council's yearly notice; in years it has not been published for, Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def after_working_days(start: date, count: int) -> date:
    """The last of ``count`` working days, the day after ``start`` being the first that may count."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
