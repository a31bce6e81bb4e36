"""Applications and grants 申请与授权: what we asked for, what we are asked for, what we may read and who reads ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, BadInput, current_actor, opens_to
from huicheng.portals.desk import access_showing as showing
from huicheng.portals.desk.conditions import OPS
from huicheng.portals.desk.forms import step_of
from huicheng.portals.desk.noting import refused
from huicheng.portals.desk.sight import page_context, sees_all

MOST = 60
Paper = TypeVar("Paper", exchange.Application, exchange.Grant)
VIEWS = ("asked", "mine", "held", "given")


@opens_to("official")
def access(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    found = _found(actor)
    shown = request.GET.get("show", "")
    if shown not in found:
        shown = next((name for name in VIEWS if found[name]), "mine")
    rows = found[shown]
    context = page_context(
        shown=shown,
        tabs=[(name, words, len(found[name])) for name, words in _tabs().items()],
        rows=rows[:MOST],
        more=max(0, len(rows) - MOST),
        columns=showing.grant_columns() if shown in ("held", "given") else showing.application_columns(),
        caption=_tabs()[shown],
        may_apply=actor.may("read"),
        statistics=showing.statistic_rows(),
        statistic_columns=showing.statistic_columns(),
    )
    return render(request, "desk/access.html", context)


def _tabs() -> dict[str, str]:
    return {
        "asked": _("请我们答复"), "mine": _("我们申请的"), "held": _("我们可以用的"), "given": _("我们给出的"),
    }  # fmt: skip


def _found(actor: Actor) -> dict[str, list[dict[str, Any]]]:
    own = actor.department or "-"
    asked = exchange.applications_to(own)
    if sees_all(actor):  # what waits for the data bureau stands with what waits for its own
        asked = [*(one for one in exchange.applications_escalated() if one.owner != own), *asked]
    waiting = sorted(asked, key=lambda one: (not one.waiting, one.answer_by if one.waiting else date.max))
    return {
        "asked": [showing.application_row(one) for one in waiting],
        "mine": [showing.application_row(one) for one in exchange.applications_of(own)],
        "held": [showing.grant_row(one) for one in exchange.grants_of(own)],
        "given": [showing.grant_row(one) for one in exchange.grants_by(own)],
    }


def application_for(actor: Actor, number: str) -> exchange.Application:
    return _between(actor, lambda: exchange.application(number), _("没有这份申请。"))


def grant_for(actor: Actor, number: str) -> exchange.Grant:
    return _between(actor, lambda: exchange.grant(number), _("没有这份授权。"))


def _between(actor: Actor, find: Callable[[], Paper], missing: str) -> Paper:
    """What is between one's own department and another, or 404: somebody else's is answered as if it were not there."""
    try:
        found = find()
    except (exchange.UnknownApplication, exchange.UnknownGrant):
        raise Http404(missing) from None
    if actor.department not in (found.department, found.owner) and not sees_all(actor):
        raise Http404(missing)
    return found


@opens_to("official")
def application(request: HttpRequest, application: str) -> HttpResponse:
    """What is asked and by when it is answered; for who answers, how it would look and the answer's form."""
    actor = current_actor()
    asked, form, wrong = application_for(actor, application), None, None
    if request.method == "POST":
        form = request.POST
        try:
            if form.get("do") != "preview":
                _answer(request, asked, actor)
                return redirect("desk:application", asked.id)
            showing.terms(asked, form)
        except BadInput as problem:
            refused(request, problem)
            wrong, asked = problem, application_for(actor, application)
    context = _application(asked, actor, form, wrong)
    return render(request, "desk/application.html", context, status=400 if wrong else 200)


def _application(
    asked: exchange.Application, actor: Actor, form: Any, wrong: BadInput | None
) -> dict[str, Any]:
    answers = exchange.may_answer(asked, actor)
    narrowed = showing.narrowing(asked, form) if answers and form and not wrong else ()
    preview, lacking = showing.preview(asked, actor, narrowed) if answers else ([], "")
    return page_context(
        asked=asked, spec=exchange.resource(asked.resource, retired=True), answers=answers, preview=preview,
        preview_columns=showing.preview_columns(asked), preview_problem=lacking, error=wrong,
        columns=showing.asked_columns(asked, form), steps=showing.steps(asked), narrowed=showing.narrowed(asked),
        state=showing.state_of(asked), filter=showing.filter_lines(asked.resource, asked.wanted.filter),
        who=showing.who_of(asked), own=actor.department == asked.department and actor.may("read"), filled=showing.answered(asked, form),
        fields=showing.item_choices(asked), ops=OPS, wrong_rows=isinstance(wrong, exchange.WrongFilter),
        crumbs=[(_("申请与授权"), "/desk/access/"), (asked.id, "")],
    )  # fmt: skip


def _answer(request: HttpRequest, asked: exchange.Application, actor: Actor) -> None:
    reason = request.POST.get("reason", "")
    steps: dict[str, tuple[Callable[[], object], str]] = {
        "approve": (
            lambda: exchange.approve_application(asked.id, actor, showing.terms(asked, request.POST)),
            _("已同意，申请方会看到授权。"),
        ),
        "return": (
            lambda: exchange.return_application(asked.id, actor, reason=reason),
            _("已退回申请方补正。"),
        ),
        "refuse": (lambda: exchange.refuse_application(asked.id, actor, reason=reason), _("已拒绝。")),
        "withdraw": (lambda: exchange.withdraw_application(asked.id, actor), _("申请已撤回。")),
    }
    step, words = step_of(request, steps)
    step()
    messages.success(request, words)


@opens_to("official")
def grant(request: HttpRequest, grant: str) -> HttpResponse:
    """What it opens, how much of it is used, and when it ends."""
    actor = current_actor()
    one = grant_for(actor, grant)
    wrong = None
    if request.method == "POST":
        try:
            _change(request, one, actor)
            return redirect("desk:grant", one.id)
        except BadInput as problem:
            refused(request, problem)
            wrong = problem
    live = one.state == "live"
    context = page_context(
        one=one, spec=exchange.resource(one.resource, retired=True), stats=showing.use(one), error=wrong,
        columns=showing.granted_columns(one), filter=showing.filter_lines(one.resource, one.filter),
        state=showing.state_of(one), readings=showing.readings(one), reading_columns=showing.reading_columns(),
        may_revoke=live and exchange.may_revoke(one, actor), may_renew=live and exchange.may_renew(one, actor),
        who=showing.who_of(one), own=actor.department == one.department, crumbs=[(_("申请与授权"), "/desk/access/"), (one.id, "")],
        latest=showing.latest_day(),
    )  # fmt: skip
    return render(request, "desk/grant.html", context, status=400 if wrong else 200)


def _change(request: HttpRequest, one: exchange.Grant, actor: Actor) -> None:
    if request.POST.get("do") == "renew":
        exchange.renew_grant(one.id, actor, until=showing.day_of(request.POST.get("until", "")))
        messages.success(request, _("已续期。"))
    elif request.POST.get("do") == "revoke":
        exchange.revoke_grant(one.id, actor, reason=request.POST.get("reason", ""))
        messages.success(request, _("授权已撤销，从现在起不能再用。"))
    else:
        raise Http404
