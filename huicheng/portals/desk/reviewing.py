"""Passing an entry or sending it back, and taking one out: with the difference in front of the one who decides."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground.api import BadInput, current_actor, opens_to
from huicheng.portals.desk import differing
from huicheng.portals.desk.catalogue import item_columns, item_rows, known
from huicheng.portals.desk.noting import refused
from huicheng.portals.desk.sight import page_context
from huicheng.portals.look.api import zh


@opens_to("official", duty="steward")
def review(request: HttpRequest, code: str) -> HttpResponse:
    """The draft against what stands published; nobody passes what he wrote himself."""
    standing, draft = known(code)
    if draft is None or draft.state != "review":
        messages.info(request, _("这一条现在没有等审核的版本。"))
        return redirect("desk:entry", code)
    error = ""
    if request.method == "POST":
        error = _decide(request, code)
        if not error:
            return redirect("desk:entry", code)
    context = page_context(
        draft=draft, entry=standing, spec=draft.spec, error=error, note=request.POST.get("note", ""),
        own=exchange.wrote_it(current_actor(), code), problems=exchange.problems(draft.spec),
        filled=exchange.completeness(draft.spec), particulars=differing.particulars(draft.spec, standing),
        differences=differing.differences(standing.spec, draft.spec) if standing else [],
        item_rows=item_rows(draft.spec), item_columns=item_columns(),
        crumbs=[(_("资源目录"), reverse("desk:catalogue")), (zh(draft.spec.title), reverse("desk:entry", args=[code])), (_("审核"), "")],
    )  # fmt: skip
    return render(request, "desk/entry_review.html", context, status=400 if error else 200)


def _decide(request: HttpRequest, code: str) -> str:
    """What is wrong with the decision, or nothing where it was taken."""
    note, actor = request.POST.get("note", "").strip()[:500], current_actor()
    try:
        if request.POST.get("do") == "approve":
            exchange.approve(code, actor, note=note)
            messages.success(request, _("已发布。"))
        else:
            exchange.return_entry(code, actor, note=note)
            messages.success(request, _("已退回，编目的人会看到您的意见。"))
    except exchange.NotYours as problem:
        refused(request, problem)
        raise PermissionDenied(str(problem)) from None
    except BadInput as problem:
        refused(request, problem)
        return str(problem)
    return ""


@opens_to("official")
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Out of the catalogue, with the reason; versions and receipts stay."""
    standing, _draft = known(code)
    if standing is None or not exchange.may_edit(current_actor(), standing.spec.owner):
        raise PermissionDenied(_("只有提供部门和数据局能停用这一条。"))
    if standing.declared:
        raise PermissionDenied(_("这一条由应用包声明，随应用包修改。"))
    error, why = "", request.POST.get("why", "")
    if request.method == "POST":
        try:
            exchange.retire(code, current_actor(), why=why)
        except BadInput as problem:
            refused(request, problem)
            error = str(problem)
        else:
            messages.success(request, _("已停用。"))
            return redirect("desk:entry", code)
    context = page_context(spec=standing.spec, error=error, why=why)
    return render(request, "desk/entry_retire.html", context, status=400 if error else 200)
