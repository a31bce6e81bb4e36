from typing import Any

from django.utils.translation import gettext_noop

from huicheng.fusion.running import KINDS, run
from huicheng.ground.api import Progress, job


@job("fusion.run", title=gettext_noop("融合"))
def fuse_all(progress: Progress, kinds: list[str] | None = None) -> dict[str, Any]:
    """Killed anywhere, it starts again on the same inputs, names the same ids, and skips what it has published."""
    return run(progress, tuple(kinds or KINDS))
