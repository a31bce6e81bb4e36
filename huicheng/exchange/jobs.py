"""Jobs 作业 of the exchange."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huicheng.exchange import committing, retention, rolling
from huicheng.ground.api import Progress, job


@job("exchange.deliver", title=gettext_noop("交付"))
def deliver(progress: Progress, *, delivery: str) -> dict[str, Any]:
    progress.step(_("核对"))
    return committing.run(progress, delivery)


@job("exchange.rollback", title=gettext_noop("回退"))
def rollback(progress: Progress, *, delivery: str) -> dict[str, Any]:
    return rolling.run(progress, delivery)


@job("exchange.sweep", title=gettext_noop("清理过期文件"), every=timedelta(days=1))
def sweep(progress: Progress) -> dict[str, Any]:
    progress.step(_("清理"))
    swept = retention.sweep()
    return {"landings": swept.landings, "folders": swept.folders, "versions": swept.versions}
