from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop

from huicheng.exchange import api as exchange
from huicheng.ground.api import Progress, job
from huicheng.portals.desk import drafts


@job("desk.deliver", title=gettext_noop("接收上传的文件"))
def deliver(
    progress: Progress, *, resource: str, path: str, token: str, mapping: dict[str, str], sheet: str = ""
) -> dict[str, Any]:
    """Twice is once: a file already delivered answers with its first receipt."""
    if (
        "receipt" in progress.checkpoint
    ):  # killed after the delivery: the draft may be gone, the receipt is not
        drafts.drop(token)
        return progress.checkpoint
    source = Path(path)
    try:
        receipt = exchange.deliver(resource, source, mapping=mapping, sheet=sheet or None, progress=progress)
    except exchange.NeedsConfirmation as asked:
        receipt = asked.receipt  # what was delivered is kept; its receipt's page asks
    counts = {"accepted": receipt.accepted, "refused": receipt.refused}
    facts = {"receipt": receipt.id, "state": receipt.state, **counts}
    progress.save(**facts)
    drafts.drop(token)
    return facts
