"""Files of a receipt: they hold what departments delivered, so each download is an event."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest
from django.utils.translation import gettext as _

from huicheng.ground.api import Event, act, current_actor, home, opens_to, publish
from huicheng.portals.desk.sight import receipt_for


@dataclass(frozen=True, kw_only=True)
class ReceiptFileRead(Event):
    file: str


@opens_to("official")
def refused_file(request: HttpRequest, receipt_id: str) -> FileResponse:
    """The refused rows in the shape of the delivered file, with the reason added."""
    receipt = receipt_for(current_actor(), receipt_id)
    return _send(receipt_id, receipt.refused_file)


@opens_to("official")
def issues_file(request: HttpRequest, receipt_id: str) -> FileResponse:
    receipt = receipt_for(current_actor(), receipt_id)
    return _send(receipt_id, receipt.issues_file)


def _send(receipt_id: str, place: str | Path | None) -> FileResponse:
    path = home() / place if place else None  # an absolute place stays as it is
    if path is None or not path.is_file():
        raise Http404(_("这份回执没有可下载的文件。"))
    _note(receipt_id, path.name)
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


@act
def _note(receipt_id: str, file: str) -> None:
    publish(ReceiptFileRead(subject=f"delivery:{receipt_id}", purpose=_("改正退回的行"), file=file))
