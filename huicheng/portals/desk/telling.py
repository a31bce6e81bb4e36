"""Subscriptions 订阅 on the desk: one is made, its secret shown once; what became of each message; paused, ended."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, BadInput, current_actor, opens_to
from huicheng.portals.desk.forms import step_of, taken, texts
from huicheng.portals.desk.showing import title_of
from huicheng.portals.desk.sight import page_context
from huicheng.portals.look.api import Column, Stat, said

MESSAGES, TRIES = 50, 50
FIRST = {"what": "", "purpose": "", "case": "", "url": "", "beginning": ""}


@opens_to("official", duty="read")
@never_cache
def subscribe(request: HttpRequest) -> HttpResponse:
    """The form; a POST makes it, and its answer is the secret's only showing."""
    actor = current_actor()
    choices = _choices(actor)
    filled = FIRST | {"what": request.GET.get("what", "")}
    made, wrong = None, None
    if request.method == "POST":
        filled = texts(request.POST, FIRST)
        try:
            made = _made(actor, choices, filled)
        except BadInput as problem:
            wrong = problem
            exchange.note_refused(_subject(choices, filled["what"]), problem)
    context = page_context(
        choices=choices, filled=filled, error=wrong, made=made[0] if made else None, secret=made[1] if made else "",
        part=_part(wrong), crumbs=[(_("订阅"), reverse("desk:subscriptions")), (_("新订阅"), "")],
    )  # fmt: skip
    return render(request, "desk/subscribe.html", context, status=400 if wrong else 200)


def _subject(choices: list[dict[str, Any]], what: str) -> str:
    code = next((one["code"] for one in choices if one["value"] == what), "")
    return f"resource:{code}"[:120] if code else "subscription"


def _part(wrong: BadInput | None) -> str:
    if wrong is None:
        return ""
    return (
        "url"
        if isinstance(wrong, exchange.BadAddress)
        else "case"
        if isinstance(wrong, exchange.CaseNumberMissing)
        else "what"
    )


def _choices(actor: Actor) -> list[dict[str, Any]]:
    """What this department may follow: tables under its grants, and its own."""
    own = actor.department or "-"
    granted = [
        {"value": f"grant:{one.id}", "code": one.resource, "purpose": one.purpose, "title": title_of(one.resource),
         "case": one.case_required}
        for one in exchange.grants_of(own, live=True)
        if not one.aggregate_only
    ]  # fmt: skip
    mine = [
        {"value": f"own:{one.code}", "code": one.code, "purpose": "", "title": said(one.title), "case": False}
        for one in exchange.resources()
        if one.owner == own and (one.key or one.mode == "append")
    ]
    return [*granted, *mine]


def _made(
    actor: Actor, choices: list[dict[str, Any]], filled: dict[str, str]
) -> tuple[exchange.SubscriptionView, str]:
    chosen = next((one for one in choices if one["value"] == filled["what"]), None)
    if chosen is None:
        raise BadInput(_("请选一份数据。"))
    asking = exchange.Asking(actor, chosen["purpose"] or filled["purpose"], filled["case"])
    return exchange.subscribe(
        chosen["code"], filled["url"], asking, from_beginning=filled["beginning"] == "1"
    )


def subscription_for(actor: Actor, number: str) -> exchange.SubscriptionView:
    try:
        return exchange.subscription(number, actor)
    except exchange.NoSuchSubscription:
        raise Http404(_("没有这个订阅。")) from None


@opens_to("official")
def subscription(request: HttpRequest, number: str) -> HttpResponse:
    """Where it goes, how each message ended, and every try with its reason."""
    actor = current_actor()
    one = subscription_for(actor, number)
    own = one.department == actor.department
    context = page_context(
        one=one, title=title_of(one.resource), stats=_stats(one), state=state_of(one),
        why=exchange.why_stopped(one.reason) if one.reason else "", by_hand=one.reason == "ByHand",
        letters=[_message(each) for each in exchange.messages_of(number, actor, limit=MESSAGES)],
        tries=[_try(each) for each in exchange.attempts_of(number, actor, limit=TRIES)], try_columns=_try_columns(),
        may=own and actor.may("read"), may_end=actor.may("read"),
        crumbs=[(_("订阅"), reverse("desk:subscriptions")), (title_of(one.resource), "")],
    )  # fmt: skip
    return render(request, "desk/subscription.html", context)


def state_of(one: exchange.SubscriptionView) -> tuple[str, str]:
    if one.state == "active":
        return _("推送中"), "good"
    return (pgettext("subscription", "已暂停"), "") if one.reason == "ByHand" else (_("已停下"), "bad")


def _stats(one: exchange.SubscriptionView) -> list[Stat]:
    return [
        Stat(title=_("已送达"), value=one.sent, unit=_("条"), exact=True),
        Stat(title=_("在排队"), value=one.waiting, unit=_("条"), exact=True),
        Stat(title=_("没送到"), value=one.dead, unit=_("条"), exact=True),
    ]


def _message(one: exchange.MessageView) -> dict[str, Any]:
    words = {
        "waiting": (_("在排队"), "info"),
        "delivered": (_("已送达"), "good"),
        "dead": (_("没送到"), "bad"),
    }
    state, tone = words[one.state]
    return {
        "id": one.id, "number": one.number, "state": state, "tone": tone, "dead": one.state == "dead",
        "waits": one.state == "waiting" and one.attempts > 0, "attempts": one.attempts, "status": one.status,
        "why": exchange.why_stopped(one.error) if one.error else "", "before": one.before, "after": one.after,
        "at": one.ended_at or one.at, "next": one.next_at,
    }  # fmt: skip


def _try(one: exchange.Attempt) -> dict[str, Any]:
    ended, tone = (
        (exchange.why_stopped(one.error), "bad" if one.dead else "warn")
        if one.error
        else (_("收下了"), "good")
    )
    told = f"{ended} · {_('不再重试')}" if one.dead else ended
    return {
        "at": one.at,
        "message": one.message,
        "status": one.status or "—",
        "ended": told,
        "ended_tone": tone,
    }


def _try_columns() -> list[Column]:
    return [
        Column(name="at", title=_("时间"), kind="moment"), Column(name="message", title=_("推送编号"), kind="code"),
        Column(name="status", title=_("对方的答复"), kind="code"), Column(name="ended", title=_("结果"), kind="chip"),
    ]  # fmt: skip


@opens_to("official", duty="read")
@require_POST
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Pause, resume, end; or send every given-up message of it anew."""
    subscription_for(current_actor(), number)
    steps = {
        "pause": (exchange.pause_subscription, _("订阅已暂停；其间的变化恢复以后一次送。")),
        "resume": (exchange.resume_subscription, _("订阅已恢复。")),
        "end": (exchange.unsubscribe, _("订阅已取消，排队的也不再送。")),
        "replay": (_replay_all, _("没送到的都已排队重发。")),
    }
    step, words = step_of(request, steps)
    taken(request, lambda: step(number), words)
    ended = request.POST.get("do") == "end"
    return redirect("desk:subscriptions" if ended else reverse("desk:subscription", args=[number]))


def _replay_all(number: str) -> None:
    for one in reversed(exchange.dead_letters(current_actor())):
        if one.subscription == number:
            exchange.replay(one.id)
