"""Services 服务 of departments behind the gateway: one's own with how they do, and those one may call."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, bureau, current_actor, opens_to
from huicheng.portals.desk.forms import step_of, taken
from huicheng.portals.desk.sight import page_context, sees_all
from huicheng.portals.look import api as look
from huicheng.portals.look.api import Chart, Column, Stat, said

NEWEST = 20


def states() -> dict[str, tuple[str, str]]:
    """How a service stands, and the tone of its chip."""
    return {
        "closed": (pgettext("service", "正常"), "good"), "open": (pgettext("service", "已断开"), "bad"),
        "half-open": (_("正在试探"), "warn"), "paused": (_("已暂停"), ""),
    }  # fmt: skip


@opens_to("official")
def services(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    every = exchange.services()
    own = [one for one in every if _own(actor, one)]
    context = page_context(
        rows=[_row(one) for one in own], columns=_columns(), may_add=bool(publishable(actor)),
        others=[_other(one) for one in every if not _own(actor, one)],
    )  # fmt: skip
    return render(request, "desk/services.html", context)


def _own(actor: Actor, one: exchange.ServiceView) -> bool:
    return sees_all(actor) or one.owner == actor.department


def publishable(actor: Actor) -> list[exchange.Resource]:
    """Published entries this official may put a service behind; what the platform makes has none."""
    return [
        one for one in exchange.resources() if "." not in one.code and exchange.may_publish(actor, one.owner)
    ]


def _row(one: exchange.ServiceView) -> dict[str, Any]:
    use, (words, tone) = exchange.use_of_service(one.code), states()[one.circuit]
    return {
        "title": said(one.title), "bureau": bureau(one.owner), "state": words, "state_tone": tone,
        "calls": use.calls, "failures": use.failures, "middle": use.middle, "slow": use.slow, "last": use.last_at,
        "href": reverse("desk:service", args=[one.code]),
    }  # fmt: skip


def _columns() -> list[Column]:
    return [
        Column(name="title", title=_("服务"), link="href"), Column(name="bureau", title=_("提供方")),
        Column(name="state", title=_("状态"), kind="chip"), Column(name="calls", title=_("近 30 天调用"), kind="number"),
        Column(name="failures", title=_("没有答成"), kind="number"),
        Column(name="middle", title=_("一半快于（毫秒）"), kind="number"),
        Column(name="slow", title=_("95% 快于（毫秒）"), kind="number"), Column(name="last", title=_("最近调用"), kind="ago"),
    ]  # fmt: skip


def _other(one: exchange.ServiceView) -> dict[str, Any]:
    words, tone = states()[one.circuit]
    return {
        "title": said(one.title), "owner": one.owner, "code": one.code, "methods": " ".join(one.methods),
        "state": words, "tone": tone, "href": reverse("desk:entry", args=[one.code]) + "?tab=read",
    }  # fmt: skip


def service_for(actor: Actor, code: str) -> exchange.ServiceView:
    """One's own, or 404: where another department's service stands is nobody else's business."""
    try:
        found = exchange.service(code)
    except exchange.NoSuchService:
        raise Http404(_("没有这个服务。")) from None
    if not _own(actor, found):
        raise Http404(_("没有这个服务。"))
    return found


@opens_to("official")
def service(request: HttpRequest, code: str) -> HttpResponse:
    """How it is offered, how it stands, who called it and how each call ended."""
    actor = current_actor()
    one = service_for(actor, code)
    use, spec = exchange.use_of_service(code), exchange.resource(code, retired=True)
    shape, items = exchange.items_of(spec, one.answer_schema)
    words, tone = states()[one.circuit]
    context = page_context(
        one=one, spec=spec, stats=_stats(use), chart=_chart(use), state=words, tone=tone,
        items=[said(field.title) for field in spec.fields if field.name in items], shape=shape_words().get(shape, ""),
        share=share_words(spec), may=exchange.may_publish(actor, one.owner), calls=_calls(code), call_columns=_call_columns(),
        address=f"/api/v1/services/{code}/", crumbs=[(_("服务"), reverse("desk:services")), (said(one.title), "")],
    )  # fmt: skip
    return render(request, "desk/service.html", context)


def shape_words() -> dict[str, str]:
    return {"object": _("一个对象"), "list": _("对象的列表"), "rows": _("rows 里的列表")}


def share_words(spec: exchange.Resource) -> str:
    words = exchange.CHOICES["share"].get(spec.share)
    return _(words[1]) if words else spec.share


def _stats(use: exchange.ServiceUse) -> list[Stat]:
    share, known = look.percent(use.failures / use.calls) if use.calls else "", use.middle is not None
    latest = (
        _("最近 200 次里，二十次有十九次快于 %(ms)s 毫秒") % {"ms": look.number(use.slow)} if known else ""
    )
    points = [day.calls for day in use.days] if use.calls else ()
    return [
        Stat(title=_("近 30 天调用"), value=use.calls, unit=_("次"), exact=True, points=points),
        Stat(title=_("没有答成"), value=use.failures, unit=_("次"), note=share, exact=True),
        Stat(title=_("应答结构不符"), value=use.unfit, unit=_("次"), exact=True),
        Stat(title=_("一半的调用快于"), value=use.middle if known else "—", unit=_("毫秒") if known else "", note=latest, exact=True),
    ]  # fmt: skip


def _chart(use: exchange.ServiceUse) -> Chart | None:
    if not use.calls:
        return None
    rows = [
        {"day": f"{one.day:%m-%d}", "good": one.calls - one.failures, "bad": one.failures} for one in use.days
    ]
    return Chart(
        kind="bar", title=_("每天调用"), rows=rows, x="day", y=("good", "bad"), unit=_("次"), height="small",
        labels={"day": _("日期"), "good": _("答成"), "bad": _("没有答成")}, stacked=True,
    )  # fmt: skip


def outcome_words(outcome: str, unfit: str = "") -> tuple[str, str]:
    """How a call ended, and the tone of its chip."""
    words = {
        "ServiceTimedOut": _("超时"), "ServiceUnreachable": _("没有应答"), "ServiceFailed": _("服务出错"),
        "AnswerUnfit": _("结构不符，已拦下"), "AnswerTooLarge": _("应答太大"), "ServiceRedirected": _("要求转向"),
        "AddressNotAllowed": _("地址不允许"),
    }  # fmt: skip
    if outcome == "ok":
        return (_("结构不符，已照转"), "warn") if unfit else (_("答成"), "good")
    return words.get(outcome, outcome), "bad"


def _calls(code: str) -> list[dict[str, Any]]:
    rows = []
    for one in exchange.calls_of(code, limit=NEWEST):
        words, tone = outcome_words(one.outcome, one.unfit)
        rows.append(
            {"at": one.at, "bureau": bureau(one.department) if one.department else "—", "who": one.actor_name,
             "purpose": said(one.purpose), "method": one.method, "status": one.status or "—", "ms": one.ms, "ended": words,
             "ended_tone": tone}
        )  # fmt: skip
    return rows


def _call_columns() -> list[Column]:
    return [
        Column(name="at", title=_("时间"), kind="moment"), Column(name="bureau", title=_("部门")),
        Column(name="who", title=_("谁"), data=True), Column(name="purpose", title=_("用途"), data=True),
        Column(name="method", title=_("方法"), kind="code"), Column(name="status", title=_("应答"), kind="code"),
        Column(name="ms", title=_("毫秒"), kind="number"), Column(name="ended", title=_("结果"), kind="chip"),
    ]  # fmt: skip


@opens_to("official", duty="deliver")
@require_POST
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Pause, resume, or withdraw for good."""
    service_for(current_actor(), code)
    steps = {
        "pause": (exchange.pause_service, _("服务已暂停，调用的程序会被告知。")),
        "resume": (exchange.resume_service, _("服务已恢复。")),
        "retire": (exchange.withdraw_service, _("服务已撤下；目录条目还在。")),
    }
    step, words = step_of(request, steps)
    taken(request, lambda: step(code), words, refused=messages.ERROR)
    return redirect(
        "desk:services" if request.POST.get("do") == "retire" else reverse("desk:service", args=[code])
    )
