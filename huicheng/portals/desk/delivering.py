"""Delivering a file: choose, match its columns, see what would be refused, deliver as a job."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground.api import BadInput, current_actor, opens_to, submit
from huicheng.portals.desk import drafts, showing
from huicheng.portals.desk.noting import refused
from huicheng.portals.desk.sight import deliverable, page_context


@opens_to("official", duty="deliver")
def choose(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    resources = deliverable(actor)
    chosen, error = request.POST.get("resource", request.GET.get("resource", "")), ""
    if request.method == "POST":
        if chosen not in {one.code for one in resources}:
            raise PermissionDenied(_("您的账号不能交付到这个数据资源。"))
        try:
            file = request.FILES.get("file")
            if file is None:
                raise drafts.UploadRefused(_("没有选择文件。请选一个文件再继续。"))
            return redirect("desk:map", drafts.keep(file, resource=chosen, actor=actor).token)
        except BadInput as problem:
            refused(request, problem)
            error = str(problem)
    context = page_context(resources=resources, chosen=chosen, error=error)
    return render(request, "desk/choose.html", context, status=400 if error else 200)


@opens_to("official", duty="deliver")
def map_columns(request: HttpRequest, token: str) -> HttpResponse:
    if not drafts.TOKEN.fullmatch(token):
        raise Http404(_("没有这个文件。"))
    draft = drafts.find(token, current_actor())
    if draft is None:
        messages.warning(request, _("这个文件已经交付或已经删除，请重新选择。"))
        return redirect("desk:deliver")
    if request.POST.get("do") == "drop":
        drafts.drop(token)
        messages.success(request, _("文件 %(name)s 已删除，什么都没有写入。") % {"name": draft.name})
        return redirect("desk:deliver")
    try:
        return _matched(request, draft)
    except BadInput as problem:
        _note(request, problem)
        context = page_context(
            draft=draft, resource=exchange.resource(draft.resource, retired=True), error=str(problem)
        )
        return render(request, "desk/map.html", context, status=400)


def _matched(request: HttpRequest, draft: drafts.Draft) -> HttpResponse:
    proposal = exchange.propose_mapping(draft.resource, draft.path)
    mapping = _chosen(request, proposal) if request.method == "POST" else _proposed(proposal)
    context = page_context(draft=draft, resource=exchange.resource(draft.resource, retired=True))
    context["matches"] = [_match(one, mapping) for one in proposal.matches]
    try:
        preview = exchange.preview(draft.resource, draft.path, mapping=mapping)
        if request.POST.get("do") == "deliver":
            if request.POST.get("remember"):
                exchange.remember_mapping(draft.resource, proposal.header, preview.mapping)
            return _submit(draft, mapping)
    except BadInput as problem:
        _note(request, problem)
        return render(request, "desk/map.html", {**context, "error": str(problem)}, status=400)
    context["preview"] = preview
    context["issue_rows"] = showing.issue_rows(context["resource"], preview.issues[:20])
    context["issue_columns"] = showing.issue_columns()
    return render(request, "desk/map.html", context)


def _note(request: HttpRequest, problem: BadInput) -> None:
    """Looking at a page again is no form that was sent."""
    if request.method == "POST":
        refused(request, problem)


def _chosen(request: HttpRequest, proposal: exchange.Proposal) -> dict[str, str]:
    """{column: field} as the selects say it, by position: a column's name may hold anything.

    A column that is not to be used is said too, or its name would match it again.
    """
    return {one.column: request.POST.get(f"column-{n}", "") for n, one in enumerate(proposal.matches)}


def _proposed(proposal: exchange.Proposal) -> dict[str, str]:
    return {one.column: one.field or "" for one in proposal.matches}


def _match(match: Any, mapping: dict[str, str]) -> dict[str, Any]:
    chosen = mapping.get(match.column, "")
    same = chosen == (match.field or "")
    return {
        "column": match.column,
        "field": chosen,
        "confidence": match.confidence if same else None,
        "reason": match.reason if same else _("您选的"),
    }


def _submit(draft: drafts.Draft, mapping: dict[str, str]) -> HttpResponse:
    job = submit(
        "desk.deliver", key=draft.token, resource=draft.resource, path=str(draft.path), token=draft.token,
        mapping=mapping,
    )  # fmt: skip
    return redirect("desk:job", job.id)
