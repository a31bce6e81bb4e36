"""Jobs 作业 of the city itself; the worker's command brings them in."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_noop

from huicheng.city.backup import sweep_aside
from huicheng.ground.api import Progress, job


@job("city.sweep", title=gettext_noop("清理旧城市与升级前备份"), every=timedelta(days=1))
def sweep(_progress: Progress) -> dict[str, Any]:
    return {"aside": sweep_aside()}
