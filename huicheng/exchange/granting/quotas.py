"""Quotas 配额: how often and how much. One row a grant and span, changed in one statement, so that no two slip by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.granting.grants import Grant
from huicheng.exchange.granting.models import QuotaRow
from huicheng.exchange.granting.refusals import QuotaExceeded
from huicheng.ground.api import together


@dataclass(frozen=True)
class QuotaUsed:
    """What a grant has used of this minute and this day."""

    questions: int
    rows: int


def take_quota(grant: Grant, *, questions: int = 0, rows: int = 0) -> None:
    """Before an answer is handed out. What is over the limit is not taken, and says when to come again."""
    if questions and not _take(grant, QuotaRow.MINUTE, questions, grant.per_minute):
        again = _next_minute()
        raise QuotaExceeded(
            _("授权 %(id)s 每分钟最多提问 %(most)s 次，%(when)s 以后可以再问。")
            % {"id": grant.id, "most": grant.per_minute, "when": f"{timezone.localtime(again):%H:%M}"},
            again=again,
        )
    if rows and not _take(grant, QuotaRow.DAY, rows, grant.rows_per_day):
        again = _next_day()
        raise QuotaExceeded(
            _("授权 %(id)s 每天最多 %(most)s 行，今天已用 %(used)s 行，这次要 %(rows)s 行。%(when)s 以后可以再问，或缩小范围。")
            % {
                "id": grant.id, "most": f"{grant.rows_per_day:,}", "used": f"{used_of(grant).rows:,}",
                "rows": f"{rows:,}", "when": f"{timezone.localtime(again):%Y-%m-%d %H:%M}",
            },
            again=again,
        )  # fmt: skip


def used_of(grant: Grant) -> QuotaUsed:
    rows = {row.span: row for row in QuotaRow.objects.filter(grant_id=grant.id)}
    now = {span: _window(span) for span in (QuotaRow.MINUTE, QuotaRow.DAY)}
    used = {span: row.used for span, row in rows.items() if row.window >= now[span]}
    return QuotaUsed(used.get(QuotaRow.MINUTE, 0), used.get(QuotaRow.DAY, 0))


# One statement, so that no two slip by. It is asked for with every question: written out, not built each time.
TAKE = (Path(__file__).parent / "take.sql").read_text(encoding="utf-8")


def _take(grant: Grant, span: str, amount: int, most: int) -> bool:
    """A window never goes back, so a process whose clock is behind cannot empty the one that is open."""
    if amount > most:
        return False
    window = _window(span)
    return together(
        partial(_counted, [window, amount, amount, window, window, grant.id, span, window, most - amount])
    )


def _counted(values: list[int | str]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        return bool(cursor.rowcount)


def _window(span: str) -> int:
    """Minutes since 1970, or the local day's number."""
    if span == QuotaRow.MINUTE:
        return int(timezone.now().timestamp()) // 60
    return timezone.localdate().toordinal()


def _next_minute() -> datetime:
    return timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=1)


def _next_day() -> datetime:
    here = timezone.localtime() + timedelta(days=1)
    return here.replace(hour=0, minute=0, second=0, microsecond=0)
