from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_noop

from huicheng.fusion.forgetting import forget, inputs_held
from huicheng.fusion.running import KINDS, run
from huicheng.ground.api import Progress, job


@job("fusion.run", title=gettext_noop("融合"))
def fuse_all(progress: Progress, kinds: list[str] | None = None) -> dict[str, Any]:
    """Killed anywhere, it starts again on the same inputs, names the same ids, and skips what it has published."""
    with inputs_held(progress):
        return run(progress, tuple(kinds or KINDS))


@job("fusion.forget", title=gettext_noop("随源删除"), every=timedelta(days=1))
def forget_erased(progress: Progress, aged: dict[str, int] | None = None) -> dict[str, Any]:
    """Killed anywhere, it looks again at what the registers still know; and each day, for what was given up."""
    return {**forget(progress, aged)}
