from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huicheng.exchange import api as exchange
from huicheng.ground.api import Progress, current_actor, job
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


MOST_TOLD = 200


@job("desk.import_form", title=gettext_noop("导入编目表"))
def import_form(progress: Progress, *, path: str, token: str, file: str) -> dict[str, Any]:
    """Twice is once: what is a draft already is written over by itself."""
    found = exchange.import_form(
        Path(path), current_actor(), progress=lambda count: progress.step(_("资源"), done=count)
    )
    if found.returned:
        drafts.keep_returned(token, found.returned)
    return {
        "file": file, "token": token, "drafts": len(found.drafted), "unchanged": len(found.unchanged),
        "wrong": len(found.mistakes), "mistakes": [asdict(one) for one in found.mistakes[:MOST_TOLD]],
        "returned": bool(found.returned), "presumed": [asdict(one) for one in found.presumed[:MOST_TOLD]],
    }  # fmt: skip
