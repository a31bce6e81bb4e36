"""Once a day the whole catalogue is looked at anew, and what it came to is kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huicheng.exchange.models import ResourceRow
from huicheng.exchange.supervising.counting import look_again
from huicheng.exchange.supervising.measuring import CatalogueSupervised, supervise
from huicheng.exchange.supervising.models import Day
from huicheng.ground.api import Progress, act, job, publish


@job("exchange.supervise", title=gettext_noop("目录监管"), every=timedelta(days=1))
def run(progress: Progress) -> dict[str, Any]:
    codes = list(ResourceRow.objects.values_list("code", flat=True))
    for at, code in enumerate(codes):
        look_again(code)
        if at % 100 == 0:
            progress.step(_("目录监管"), done=at, total=len(codes))
    return _keep()


@act
def _keep() -> dict[str, Any]:
    found = supervise()
    marks = {one.owner: one.mark for one in found.league}
    kept = {"six": asdict(found.six), "marks": marks}
    Day.objects.update_or_create(day=timezone.localdate(), defaults=kept)
    publish(CatalogueSupervised(entries=found.entries, warnings=len(found.warnings)))
    return {"entries": found.entries, "warnings": len(found.warnings)}
