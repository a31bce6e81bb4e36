"""Applying for another department's data: find the resource, say which columns, what for, on what ground and how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, BadInput, current_actor, opens_to, said
from huicheng.portals.desk import conditions
from huicheng.portals.desk.access import application_for
from huicheng.portals.desk.access_showing import day_of
from huicheng.portals.desk.noting import refused
from huicheng.portals.desk.sight import page_context

FOUND = 30


@opens_to("official", duty="read")
def choose(request: HttpRequest) -> HttpResponse:
    """Resources of other departments that need a grant."""
    actor, text = current_actor(), request.GET.get("q", "").strip()[:100]
    found = exchange.search(text, limit=200)
    rows = [one for one in found.entries if exchange.may_apply(one.spec, actor)]
    context = page_context(
        rows=[_choice(one.spec) for one in rows[:FOUND]], more=max(0, len(rows) - FOUND), q=text,
        crumbs=[(_("申请与授权"), "/desk/access/"), (_("申请数据"), "")],
    )  # fmt: skip
    return render(request, "desk/apply_choose.html", context)


def _choice(spec: exchange.Resource) -> dict[str, Any]:
    personal = sum(f.sensitivity == "personal" for f in spec.fields)
    return {
        "code": spec.code, "title": said(spec.title), "owner": spec.owner, "summary": said(spec.summary),
        "share": spec.share, "items": len(spec.fields), "personal": personal,
    }  # fmt: skip


@opens_to("official", duty="read")
def apply(request: HttpRequest, code: str) -> HttpResponse:
    actor = current_actor()
    try:
        spec = exchange.resource(code)
    except exchange.UnknownResource:
        raise Http404(_("目录里没有这份资源。")) from None
    if not exchange.may_apply(spec, actor):
        raise PermissionDenied(_("这份资源不用申请，或不能由您申请。"))
    return _form(request, spec, actor, None)


@opens_to("official", duty="read")
def amend(request: HttpRequest, application: str) -> HttpResponse:
    """A returned application, filled in as it was."""
    actor = current_actor()
    asked = application_for(actor, application)
    if asked.department != actor.department:
        raise Http404(_("没有这份申请。"))
    if asked.state != "returned":
        return redirect("desk:application", asked.id)
    return _form(request, exchange.resource(asked.resource), actor, asked)


def _form(
    request: HttpRequest, spec: exchange.Resource, actor: Actor, asked: exchange.Application | None
) -> HttpResponse:
    filled = _filled(request.POST) if request.method == "POST" else _first(spec, asked)
    wrong: BadInput | None = None
    if request.method == "POST":
        try:
            wanted = _wanted(spec, filled)
            done = (
                exchange.amend_application(asked.id, actor, wanted)
                if asked
                else exchange.request_access(spec.code, actor, wanted)
            )
            return redirect("desk:application", done.id)
        except BadInput as problem:
            refused(request, problem)
            wrong = problem
    context = page_context(
        spec=spec, fields=_fields(spec, filled), filled=filled, error=wrong, returned=asked, ops=conditions.OPS,
        wrong=getattr(wrong, "field", "filter" if isinstance(wrong, exchange.WrongFilter) else ""),
        tomorrow=timezone.localdate() + timedelta(days=1), days=exchange.granting_rule("answer_days"),
        latest=timezone.localdate() + timedelta(days=exchange.granting_rule("longest_days")),
        crumbs=[(_("申请与授权"), "/desk/access/"), (_("申请数据"), "/desk/access/apply/"), (said(spec.title), "")],
    )  # fmt: skip
    return render(request, "desk/apply.html", context, status=400 if wrong else 200)


def _fields(spec: exchange.Resource, filled: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": f.name, "title": said(f.title), "meaning": said(f.meaning) if f.meaning else "",
            "personal": f.sensitivity == "personal",
            "ticked": f.name in filled["columns"], "plain": f.name in filled["plain"],
        }
        for f in spec.fields
    ]  # fmt: skip


def _first(spec: exchange.Resource, asked: exchange.Application | None) -> dict[str, Any]:
    """Nothing is ticked beforehand: who asks says what is needed."""
    if asked is None:
        until = timezone.localdate() + timedelta(days=180)
        return {"columns": (), "plain": (), "purpose": "", "basis": "", "until": until.isoformat(),
                "filter": conditions.blank(),
                "aggregate_only": False, "case_required": False}  # fmt: skip
    one = asked.wanted
    return {"columns": one.columns, "plain": one.plain, "purpose": one.purpose, "basis": one.basis,
            "until": one.until.isoformat(), "filter": conditions.lines_of(one.filter),
            "aggregate_only": one.aggregate_only, "case_required": one.case_required}  # fmt: skip


def _filled(form: Any) -> dict[str, Any]:
    return {
        "columns": form.getlist("column"), "plain": form.getlist("plain"), "purpose": form.get("purpose", ""),
        "basis": form.get("basis", ""), "until": form.get("until", ""),
        "filter": conditions.typed(form),
        "aggregate_only": "aggregate_only" in form, "case_required": "case_required" in form,
    }  # fmt: skip


def _wanted(spec: exchange.Resource, filled: dict[str, Any]) -> exchange.Wanted:
    return exchange.Wanted(
        columns=tuple(filled["columns"]), plain=tuple(filled["plain"]),
        purpose=" ".join(filled["purpose"].split()), basis=filled["basis"], until=day_of(filled["until"]),
        filter=conditions.read(spec, filled["filter"]),
        aggregate_only=filled["aggregate_only"], case_required=filled["case_required"],
    )  # fmt: skip
