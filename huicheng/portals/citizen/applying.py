"""Applying for what is open on a condition 有条件开放: which columns, what for, in whose name; and how it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huicheng.bases import api as bases
from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, BadInput, current_actor, opens_to, said
from huicheng.portals.citizen import granted

USUAL = timedelta(days=180)


@opens_to("resident")
def papers(request: HttpRequest) -> HttpResponse:
    """What I applied for and what I may use."""
    actor = current_actor()
    context = {
        "waiting": [granted.application_card(one) for one in exchange.own_applications(actor) if one.state != "approved"],
        "grants": [granted.grant_card(one) for one in exchange.own_grants(actor)],
        "verified": bool(actor.person),
    }  # fmt: skip
    return render(request, "citizen/open_papers.html", context)


def application_for(actor: Actor, number: str) -> exchange.Application:
    """One's own, or 404: somebody else's is answered as if it were not there."""
    found = next((one for one in exchange.own_applications(actor) if one.id == number), None)
    if found is None:
        raise Http404(_("没有这份申请。"))
    return found


@opens_to("resident")
def application(request: HttpRequest, application: str) -> HttpResponse:
    actor = current_actor()
    asked, wrong = application_for(actor, application), None
    if request.method == "POST":
        try:
            exchange.withdraw_application(asked.id, actor)
            messages.success(request, _("申请已撤回。"))
            return redirect("citizen:open_application", asked.id)
        except BadInput as problem:
            wrong = problem
    spec = exchange.resource(asked.resource, retired=True)
    context = {
        "asked": asked, "spec": spec, "state": granted.state_of(asked), "error": wrong,
        "columns": [said(f.title) for f in spec.fields if f.name in asked.wanted.columns],
        "withdrawable": asked.waiting or asked.state == "returned", "crumbs": _crumbs(said(spec.title)),
    }  # fmt: skip
    return render(request, "citizen/open_application.html", context, status=400 if wrong else 200)


@opens_to("resident")
def apply(request: HttpRequest, code: str) -> HttpResponse:
    actor = current_actor()
    try:
        spec = exchange.resource(code)
    except exchange.UnknownResource:
        spec = None
    if spec is None or spec.openness != "conditional":
        raise Http404(_("没有这份有条件开放的数据。"))
    if not exchange.may_apply(spec, actor):
        raise PermissionDenied(_("申请数据要用实名的账户：请先完成实名。"))
    return _form(request, spec, lambda wanted: exchange.request_access(spec.code, actor, wanted))


@opens_to("resident")
def amend(request: HttpRequest, application: str) -> HttpResponse:
    """A returned application, filled in as it was."""
    actor = current_actor()
    asked = application_for(actor, application)
    if asked.state != "returned":
        return redirect("citizen:open_application", asked.id)
    spec = exchange.resource(asked.resource)
    return _form(request, spec, lambda wanted: exchange.amend_application(asked.id, actor, wanted), asked)


def _form(
    request: HttpRequest, spec: exchange.Resource, step: Callable[[exchange.Wanted], exchange.Application],
    asked: exchange.Application | None = None,
) -> HttpResponse:  # fmt: skip
    firms = _firms(current_actor())
    filled = _filled(request.POST) if request.method == "POST" else _first(asked)
    wrong: BadInput | None = None
    if request.method == "POST":
        try:
            return redirect("citizen:open_application", step(_wanted(spec, filled, firms)).id)
        except BadInput as problem:
            wrong = problem
    tomorrow = timezone.localdate() + timedelta(days=1)
    context = {
        "spec": spec, "filled": filled, "firms": firms, "returned": asked, "error": wrong,
        "wrong": getattr(wrong, "field", ""), "fields": _fields(spec, filled), "sums": spec.about_people,
        "smallest": exchange.granting_rule("smallest_group"), "days": exchange.granting_rule("answer_days"),
        "tomorrow": tomorrow, "latest": tomorrow + timedelta(days=exchange.granting_rule("longest_days") - 1),
        "crumbs": _crumbs(said(spec.title)),
    }  # fmt: skip
    return render(request, "citizen/open_apply.html", context, status=400 if wrong else 200)


def _crumbs(last: str) -> list[tuple[str, str]]:
    return [(_("我申请的数据"), reverse("citizen:open_papers")), (last, "")]


def _firms(actor: Actor) -> list[str]:
    """The firms that the register has him as the legal representative of: in no other's name may he apply."""
    found = bases.relations(
        actor.person or "", actor=actor, purpose=gettext_noop("核对本人任法定代表人的企业")
    )
    return [words for one in found.firms if "legal_person" in one.ties and (words := _firm(one))]


def _firm(one: bases.Tied) -> str:
    held = {field.field: field.value for field in one.fields if field.chosen and field.value}
    name, code = held.get("name", ""), held.get("credit_code", "")
    return f"{name}（{code}）" if name and code else name


def _fields(spec: exchange.Resource, filled: dict[str, Any]) -> list[dict[str, Any]]:
    """What is for departments alone is not even offered."""
    offered = exchange.for_society(spec)
    return [
        {
            "name": f.name, "title": said(f.title), "meaning": said(f.meaning) if f.meaning else "",
            "personal": f.sensitivity == "personal", "ticked": f.name in filled["columns"],
        }
        for f in spec.fields
        if f.name in offered
    ]  # fmt: skip


def _first(asked: exchange.Application | None) -> dict[str, Any]:
    """Nothing is ticked beforehand: who asks says what is needed, and agrees himself."""
    if asked is None:
        return {"columns": (), "purpose": "", "behalf": "", "agreed": False,
                "until": (timezone.localdate() + USUAL).isoformat()}  # fmt: skip
    one = asked.wanted
    return {"columns": one.columns, "purpose": one.purpose, "behalf": one.behalf, "agreed": False,
            "until": one.until.isoformat()}  # fmt: skip


def _filled(form: Any) -> dict[str, Any]:
    texts = {name: form.get(name, "").replace("\x00", "") for name in ("purpose", "behalf", "until")}
    return {**texts, "columns": form.getlist("column"), "agreed": form.get("agreed", "")}


def _wanted(spec: exchange.Resource, filled: dict[str, Any], firms: list[str]) -> exchange.Wanted:
    """``agreed`` comes as the very words that were shown: another condition since then is not agreed to."""
    if filled["behalf"] and filled["behalf"] not in firms:
        raise exchange.WrongApplication("behalf", _("只能以本人或自己任法定代表人的企业的名义申请。"))
    return exchange.Wanted(
        columns=tuple(filled["columns"]), purpose=" ".join(filled["purpose"].split()),
        until=_day(filled["until"]), agreed=filled["agreed"], behalf=filled["behalf"],
    )  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise exchange.WrongApplication("until", _("请写一个日期，例如 2026-12-31。")) from None
