"""What an official decides about a delivery: take a held one or give it up, undo the newest."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huicheng.exchange import api as exchange
from huicheng.ground.api import BadInput, current_actor, opens_to
from huicheng.portals.desk import showing
from huicheng.portals.desk.noting import refused
from huicheng.portals.desk.sight import may_undo, page_context, receipt_for


@opens_to("official", duty="deliver")
@require_POST
def confirm(request: HttpRequest, receipt_id: str) -> HttpResponse:
    receipt = receipt_for(current_actor(), receipt_id)
    try:
        return redirect("desk:job", exchange.confirm(receipt.id, mapping=_said(request, receipt)).id)
    except BadInput as problem:
        return _back(request, receipt, problem)


def _said(request: HttpRequest, receipt: exchange.Receipt) -> dict[str, str]:
    """{column: field} for the fields that lost their column; columns by their place, for a name may hold anything."""
    fields = [one.field for one in receipt.drift.lost] if receipt.drift else []
    chosen = {name: request.POST.get(f"column-{name}", "") for name in fields}
    return {
        receipt.header[int(place)]: name
        for name, place in chosen.items()
        if place.isdecimal() and int(place) < len(receipt.header)
    }


@opens_to("official", duty="deliver")
@require_POST
def withdraw(request: HttpRequest, receipt_id: str) -> HttpResponse:
    receipt = receipt_for(current_actor(), receipt_id)
    try:
        exchange.withdraw(receipt.id)
    except BadInput as problem:
        return _back(request, receipt, problem)
    messages.success(request, _("已放弃这份交付，数据没有改动。"))
    return redirect("desk:delivery", receipt.id)


@opens_to("official", duty="deliver")
def roll_back(request: HttpRequest, receipt_id: str) -> HttpResponse:
    """First what would happen, with the numbers; then the job."""
    receipt = receipt_for(current_actor(), receipt_id)
    try:
        found = may_undo(current_actor(), receipt)
        if found is None:
            raise exchange.RollbackRefused(_("只能回退最新生效的一份交付。"))
        if request.method == "POST":
            return redirect("desk:job", exchange.roll_back(receipt.resource).id)
    except BadInput as problem:
        return _back(request, receipt, problem)
    context = page_context(undo=found, receipt=showing.receipt_row(receipt))
    return render(request, "desk/rollback.html", context)


def _back(request: HttpRequest, receipt: exchange.Receipt, problem: BadInput) -> HttpResponse:
    refused(request, problem)
    if isinstance(problem, exchange.NotYours):
        raise PermissionDenied(str(problem))
    messages.warning(request, str(problem))
    return redirect("desk:delivery", receipt.id)
