"""Jobs 作业 of feeds: each run lines up the next one; what was missed is found by looking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from huicheng.exchange.feeding import door
from huicheng.exchange.feeding.models import Feed
from huicheng.ground.api import Progress, job, submit


@job("feeding.run", title=gettext_noop("定时取数"))
def run(progress: Progress, *, feed: str, now: bool = False) -> dict[str, Any]:
    """``now``: somebody asked for it by hand, whatever its time is."""
    problem = door.run(feed, only_due=not now)
    return {"feed": feed, "problem": str(problem or "")[:300]}


@job("feeding.tend", title=gettext_noop("检查定时取数"), every=timedelta(minutes=10))
def tend(progress: Progress) -> dict[str, Any]:
    """A feed that waited for somebody, or whose line was lost to a restore, goes on here."""
    late = Feed.objects.filter(active=True, stopped="", next_at__lt=timezone.now() - timedelta(minutes=1))
    for row in late:
        submit("feeding.run", key=f"{row.id}@late", feed=row.id)
    return {"feeds": len(late)}
