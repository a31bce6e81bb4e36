"""Jobs 作业 of the exchange."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from huicheng.exchange import committing
from huicheng.ground.api import Progress, job


@job("exchange.deliver", title="交付")
def deliver(progress: Progress, *, delivery: str) -> dict[str, Any]:
    progress.step(_("核对"))
    return committing.run(progress, delivery)
