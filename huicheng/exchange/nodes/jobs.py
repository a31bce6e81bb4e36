"""What the centre clears away: nonces past their time, answers nobody needs any more, bytes nobody goes on sending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from huicheng.exchange.nodes import asking, inbox, replying
from huicheng.exchange.nodes.models import Nonce
from huicheng.exchange.nodes.signing import SKEW
from huicheng.ground.api import Progress, job


@job("nodes.tidy", title=gettext_noop("清理节点收件"), every=timedelta(hours=1))
def tidy(progress: Progress) -> dict[str, Any]:
    now = timezone.now()
    nonces, _kinds = Nonce.objects.filter(at__lt=now - timedelta(seconds=3 * SKEW)).delete()
    questions, answers = asking.wipe_old(), replying.wipe_old()
    return {"nonces": nonces, "files": inbox.tidy(), "questions": questions, "answers": answers}
