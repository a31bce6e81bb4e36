"""Files of a receipt: they hold what departments delivered, so each download is an event."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huicheng.exchange import api as exchange
from huicheng.ground.api import Event, act, current_actor, opens_to, publish, said
from huicheng.portals.desk.purposes import ask_purpose, purpose_of
from huicheng.portals.desk.showing import outcome_words
from huicheng.portals.desk.sight import receipt_for

AT_ONCE = 2000


@dataclass(frozen=True, kw_only=True)
class ReceiptFileRead(Event):
    file: str


@opens_to("official")
def refused_file(request: HttpRequest, receipt_id: str) -> HttpResponseBase:
    """The refused rows in the shape of the delivered file, with the reason added."""
    receipt = receipt_for(current_actor(), receipt_id)
    path = Path(receipt.refused_file) if receipt.refused_file else None
    if path is None or not path.is_file():
        raise Http404(_("这份回执没有可下载的文件。"))
    name = f"{receipt.resource}-{_('退回的行')}-{receipt.id}{path.suffix}"
    if not (purpose := purpose_of(request)):
        return ask_purpose(request, title=name, back=reverse("desk:delivery", args=[receipt_id]))
    exchange.read_returned(receipt_id, current_actor(), which="refused", purpose=purpose)
    _note(receipt_id, name, purpose)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


@opens_to("official")
def signed_receipt(request: HttpRequest, receipt_id: str) -> JsonResponse:
    """The signed receipt with its place in the chain: anybody checks it with ``huicheng verify``."""
    receipt = receipt_for(current_actor(), receipt_id)
    try:
        found = exchange.delivery_proof(receipt.id)
    except exchange.NotSigned as problem:
        raise Http404(str(problem)) from None
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = content_disposition_header(True, f"{receipt.id}.json")
    return answer


@opens_to("official")
def issues_file(request: HttpRequest, receipt_id: str) -> HttpResponseBase:
    """Every issue as a CSV that a spreadsheet opens, however many there are."""
    receipt = receipt_for(current_actor(), receipt_id)
    if not receipt.issues_file or not Path(receipt.issues_file).is_file():
        raise Http404(_("这份回执没有可下载的文件。"))
    name = f"{receipt.resource}-{_('问题清单')}-{receipt.id}.csv"
    if not (purpose := purpose_of(request)):
        return ask_purpose(request, title=name, back=reverse("desk:delivery", args=[receipt_id]))
    exchange.read_returned(receipt_id, current_actor(), which="issues", purpose=purpose)
    _note(receipt_id, name, purpose)
    answer = StreamingHttpResponse(_lines(receipt), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


def _lines(receipt: exchange.Receipt) -> Iterator[str]:
    """In pieces of some rows, with a byte-order mark: the first program that opens it will be a spreadsheet."""
    piece = io.StringIO()
    writer = csv.writer(piece)
    piece.write("\ufeff")
    writer.writerow([_("行号"), _("字段"), _("值"), pgettext("what is wrong", "问题"), _("处理")])
    titles = {
        field.name: said(field.title) for field in exchange.resource(receipt.resource, retired=True).fields
    }
    found = exchange.each_issue(receipt.id)
    while rows := list(islice(found, AT_ONCE)):
        writer.writerows(_line(one, titles) for one in rows)
        yield piece.getvalue()
        piece.seek(0)
        piece.truncate()


def _line(one: exchange.Issue, titles: dict[str, str]) -> tuple[object, ...]:
    value, reason = exchange.harmless_cell(one.value), exchange.harmless_cell(one.reason)
    return one.row, titles.get(one.field, one.field), value, reason, outcome_words(one.outcome)


@act
def _note(receipt_id: str, file: str, purpose: str) -> None:
    publish(ReceiptFileRead(subject=f"delivery:{receipt_id}", purpose=purpose, file=file))
