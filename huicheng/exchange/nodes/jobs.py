"""What the centre clears away: nonces past their time, answers nobody needs any more, bytes nobody goes on sending."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from huicheng.exchange.nodes.models import Answered, Nonce, Question
from huicheng.exchange.nodes.signing import SKEW
from huicheng.ground.api import Progress, home, job

ABANDONED = timedelta(days=30)


@job("nodes.tidy", title=gettext_noop("清理节点收件"), every=timedelta(hours=1))
def tidy(progress: Progress) -> dict[str, Any]:
    now = timezone.now()
    nonces, _kinds = Nonce.objects.filter(at__lt=now - timedelta(seconds=3 * SKEW)).delete()
    Question.objects.filter(expires__lt=now, rows__isnull=False).update(rows=None)
    Answered.objects.filter(at__lt=now - timedelta(days=2)).exclude(rows=None).update(rows=None)
    old = time.time() - ABANDONED.total_seconds()
    parts = [path for path in (home() / "inbox").glob("*/*.part") if path.stat().st_mtime < old]
    for path in parts:
        path.unlink(missing_ok=True)
    return {"nonces": nonces, "parts": len(parts)}
