from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_noop

from huicheng.exchange.granting import ending
from huicheng.ground.api import Progress, job


@job("granting.due", title=gettext_noop("催办数据申请"), every=timedelta(days=1))
def due(progress: Progress) -> dict[str, Any]:
    return {"escalated": ending.tell_overdue(), "ended": ending.tell_ended()}
