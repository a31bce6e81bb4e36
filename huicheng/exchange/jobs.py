"""Jobs 作业 of the exchange."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huicheng.exchange import committing, erasing, retention, rolling
from huicheng.ground.api import Progress, job


@job("exchange.deliver", title=gettext_noop("交付"))
def deliver(progress: Progress, *, delivery: str) -> dict[str, Any]:
    progress.step(_("核对"))
    try:
        return committing.run(progress, delivery)
    finally:
        erasing.erase_again(delivery)


@job("exchange.rollback", title=gettext_noop("回退"))
def rollback(progress: Progress, *, delivery: str) -> dict[str, Any]:
    return rolling.run(progress, delivery)


@job("exchange.sweep", title=gettext_noop("清理过期文件"), every=timedelta(days=1))
def sweep(progress: Progress) -> dict[str, Any]:
    swept = retention.sweep(tell=lambda label, at, total: progress.step(label, done=at, total=total))
    return asdict(swept)
