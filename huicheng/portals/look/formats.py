"""How figures, days and ids are written, in the reader's language."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.translation import gettext, ngettext

from huicheng.codes import api as codes
from huicheng.ground import api as ground

NOTHING = "—"
HAN = re.compile(r"[\u4e00-\u9fff]")


def chinese() -> bool:
    return ground.in_chinese()


def said(value: object) -> str:
    """Declared and kept words in the reader's language; a part that is a place of this city by its English name."""
    return ground.said("" if value is None else value, unknown=_place)


def zh(value: object) -> str:
    """What is rightly Chinese on an English page (a name, an address, a row of data), marked for screen readers.

    A value that is a word of the catalogues (男性, 已婚) is said; a sentence is never taken apart here.
    """
    text = "" if value is None else str(value)
    if chinese() or not HAN.search(text):
        return conditional_escape(text)
    known = gettext(text)
    return conditional_escape(known) if known != text else format_html('<span lang="zh">{}</span>', text)


def _place(name: str) -> str:
    return codes.english_place(name, within=settings.CITY_CODE)


def place(one: codes.Division) -> str:
    """和平区, Heping District."""
    return one.name if chinese() else codes.english_name(one)


def city() -> str:
    """The city's name in the reader's language."""
    return settings.CITY_NAME if chinese() else codes.english_place(settings.CITY_NAME)


def _moment(value: Any) -> date | datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return timezone.localtime(value) if timezone.is_aware(value) else value
    return value if isinstance(value, date) else None


def day(value: Any) -> str:
    """2026年3月5日; what is no date is shown as it came."""
    moment = _moment(value)
    if moment is None:
        return str(value) if value not in (None, "") else NOTHING
    return date_format(moment, "Y年n月j日" if chinese() else "j F Y")


def moment(value: Any) -> str:
    """2026年3月5日 14:05."""
    found = _moment(value)
    if not isinstance(found, datetime):
        return day(value)
    return f"{day(found)} {found:%H:%M}"


def ago(value: Any) -> str:
    """3 分钟前; beyond a month, the day itself."""
    found = _moment(value)
    if not isinstance(found, datetime):
        return day(value)
    now = timezone.now() if timezone.is_aware(found) else datetime.now()
    past = now - found
    if past < timedelta(minutes=1):
        return gettext("刚刚")
    if past < timedelta(hours=1):
        count = past.seconds // 60
        return ngettext("%(count)s 分钟前", "%(count)s 分钟前", count) % {"count": count}
    if past < timedelta(days=1):
        count = past.seconds // 3600
        return ngettext("%(count)s 小时前", "%(count)s 小时前", count) % {"count": count}
    if past < timedelta(days=31):
        return ngettext("%(count)s 天前", "%(count)s 天前", past.days) % {"count": past.days}
    return day(found)


def number(value: Any, places: int | None = None) -> str:
    """1,234 or 1,234.5; nothing is a dash, not a zero."""
    if value is None or value == "" or value != value:
        return NOTHING
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, str):
        try:
            value = Decimal(value)
        except ArithmeticError:
            return value
    if places is None:
        places = 0 if value == int(value) else 1 if abs(value) >= 100 else 2
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if places and "." in text else text


def short(value: Any) -> str:
    """12.3 万 in Chinese, 123k in English; figures below 100,000 in full."""
    if value is None or value == "" or isinstance(value, str):
        return number(value)
    steps = ((1e8, "亿"), (1e5, "万")) if chinese() else ((1e9, "bn"), (1e6, "m"), (1e5, "k"))
    for size, word in steps:
        if abs(value) >= size:
            scaled = value / {"k": 1e3, "万": 1e4}.get(word, size)
            return f"{number(scaled, 1 if abs(scaled) < 1000 else 0)}{' ' if chinese() else ''}{word}"
    return number(value)


def percent(value: Any, places: int = 1) -> str:
    return NOTHING if value is None or value == "" else f"{number(float(value) * 100, places)}%"


def money(fen: Any) -> str:
    """Fen to ¥1,234.50."""
    if fen in (None, ""):
        return NOTHING
    sign, yuan = ("-" if int(fen) < 0 else ""), Decimal(abs(int(fen))) / 100
    return f"{sign}¥{yuan:,.2f}"


def masked(value: Any) -> str:
    """2101**************, 138******78, 王*, 沈阳市******: as the exchange masks, at most half of a value is shown."""
    text = "" if value is None else str(value)
    if not text.isascii():
        return text[:3] + "******" if len(text) > 6 else text[:1] + "*" * (len(text) - 1)
    if len(text) >= 16:
        return text[:4] + "*" * (len(text) - 4)
    if len(text) >= 11:
        return text[:3] + "*" * (len(text) - 5) + text[-2:]
    return "*" * len(text)


def size(count: Any) -> str:
    """Bytes as people say them."""
    if count is None:
        return NOTHING
    value = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1024 or unit == "GB":
            return f"{number(value, 0 if unit == 'B' else 1)} {unit}"
        value /= 1024
    return NOTHING


def span(seconds: Any) -> str:
    """How long: 3.2 秒, 5 分 20 秒, 2 小时 5 分."""
    if seconds is None:
        return NOTHING
    whole = round(float(seconds))
    if whole < 60:
        return gettext("%(n)s 秒") % {"n": number(seconds, 1)}
    if whole < 3600:
        return gettext("%(m)s 分 %(s)s 秒") % {"m": whole // 60, "s": whole % 60}
    return gettext("%(h)s 小时 %(m)s 分") % {"h": whole // 3600, "m": whole % 3600 // 60}
