"""Who is told of changes, what could not be delivered, and sending it anew."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, bureau, current_actor, opens_to
from huicheng.portals.desk.forms import taken
from huicheng.portals.desk.showing import title_of
from huicheng.portals.desk.sight import page_context
from huicheng.portals.desk.telling import state_of
from huicheng.portals.look import api as look
from huicheng.portals.look.api import Column


@opens_to("official")
def subscriptions(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    context = page_context(
        rows=[_subscription(one) for one in exchange.subscriptions(actor)],
        columns=_columns(),
        dead=[_dead(one) for one in exchange.dead_letters(actor)],
        stopped=_stopped(actor),
        may_subscribe=actor.may("read") and bool(actor.department),
    )
    return render(request, "desk/subscriptions.html", context)


@opens_to("official", duty="read")
@require_POST
def replay(request: HttpRequest, message_id: str) -> HttpResponse:
    taken(request, lambda: exchange.replay(message_id), _("已排队重发。"))
    return redirect("desk:subscriptions")


@opens_to("official", duty="read")
@require_POST
def take_subscription(request: HttpRequest, subscription_id: str) -> HttpResponse:
    taken(request, lambda: exchange.take_over(subscription_id), _("订阅已由您接手，从停下的地方继续。"))
    return redirect("desk:subscriptions")


@opens_to("official", duty="deliver")
@require_POST
def take_feed(request: HttpRequest, feed_id: str) -> HttpResponse:
    taken(request, lambda: exchange.take_over_feed(feed_id), _("定时取数已由您接手，马上再取。"))
    return redirect("desk:feeds")


def _stopped(actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id, "title": title_of(one.resource), "bureau": bureau(one.department),
            "why": exchange.why_stopped(one.reason),
            "may_take": one.department == actor.department and actor.may("read"),
        }
        for one in exchange.subscriptions(actor) if one.state == "paused" and one.reason != "ByHand"
    ]  # fmt: skip


@opens_to("official")
def feeds(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    rows = [_feed(one, actor) for one in exchange.feeds(actor)]
    context = page_context(rows=rows, columns=_feed_columns())
    return render(request, "desk/feeds.html", context)


def _feed(one: exchange.FeedView, actor: Actor) -> dict[str, Any]:
    state = _("等待确认") if one.held else _("出错") if one.failures else _("正常")
    state = _("已停下") if one.stopped else state
    tone = "bad" if one.stopped or one.failures else "warn" if one.held else "good"
    return {
        "title": title_of(one.resource), "bureau": bureau(one.department), "name": one.name, "rows": one.rows,
        "mark": " / ".join(one.mark) or "—", "ran": one.ran_at, "next": look.moment(one.next_at), "failures": one.failures,
        "state": state, "state_tone": tone, "error": look.said(one.error), "id": one.id,
        "stopped": exchange.why_stopped(one.stopped) if one.stopped else "",
        "may_take": one.department == actor.department and actor.may("deliver"),
        "href": reverse("desk:feed", args=[one.id]),
    }  # fmt: skip


def _feed_columns() -> list[Column]:
    return [
        Column(name="title", title=_("资源"), link="href"), Column(name="bureau", title=_("部门")),
        Column(name="name", title=_("来源"), kind="code", data=True), Column(name="mark", title=_("水位"), data=True),
        Column(name="ran", title=_("最近运行"), kind="ago"), Column(name="next", title=_("下次运行")),
        Column(name="rows", title=_("行数"), kind="number"), Column(name="failures", title=_("连续失败"), kind="number"),
        Column(name="state", title=_("状态"), kind="chip"),
    ]  # fmt: skip


def _subscription(one: exchange.SubscriptionView) -> dict[str, Any]:
    return {
        "title": title_of(one.resource), "bureau": bureau(one.department), "url": one.url, "sent": one.sent,
        "waiting": one.waiting, "dead": one.dead, "at": one.delivered_at, "state": state_of(one)[0],
        "state_tone": state_of(one)[1], "href": reverse("desk:subscription", args=[one.id]),
    }  # fmt: skip


def _columns() -> list[Column]:
    return [
        Column(name="title", title=_("资源"), link="href"), Column(name="bureau", title=_("订阅方")),
        Column(name="url", title=_("送到"), kind="code", data=True), Column(name="sent", title=_("已送达"), kind="number"),
        Column(name="waiting", title=_("在排队"), kind="number"), Column(name="dead", title=_("没送到"), kind="number"),
        Column(name="at", title=_("最近送达"), kind="ago"), Column(name="state", title=_("状态"), kind="chip"),
    ]  # fmt: skip


def _dead(one: exchange.DeadLetter) -> dict[str, Any]:
    return {
        "id": one.id, "title": title_of(one.resource), "bureau": bureau(one.department), "number": one.number,
        "attempts": one.attempts, "why": exchange.why_stopped(one.error), "at": one.ended_at,
    }  # fmt: skip
