"""Feeds 定时取数 on the desk: one is declared after a trial; its runs, what is wrong with it; run now, stop."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, BadInput, current_actor, opens_to, submit
from huicheng.portals.desk import showing
from huicheng.portals.desk.forms import taken, texts
from huicheng.portals.desk.sight import deliverable, page_context
from huicheng.portals.look.api import Column, Stat, said

FIRST = {"resource": "", "address": "", "query": "", "watermark": "", "key": "", "every": "3600", "lag": "0"}
EVERY = (60, 300, 900, 3600, 21600, 86400)
ISSUES = 12


@opens_to("official", duty="deliver")
@never_cache
def declare(request: HttpRequest) -> HttpResponse:
    """The form; it is tried first, and the address goes back to the browser that sent it and nowhere else."""
    actor = current_actor()
    filled, tried, wrong = FIRST | {"resource": request.GET.get("resource", "")}, None, None
    if request.method == "POST":
        filled = texts(request.POST, FIRST)
        try:
            tried = _done(request, filled)
            if isinstance(tried, exchange.FeedView):
                messages.success(request, _("定时取数已声明，马上取第一次。"))
                return redirect("desk:feed", tried.id)
        except BadInput as problem:
            wrong = problem
            exchange.note_refused(_subject(actor, filled["resource"]), problem)
    context = page_context(
        filled=filled, error=wrong, resources=_resources(actor), every=_every(filled["every"]),
        crumbs=[(_("定时取数"), reverse("desk:feeds")), (_("声明定时取数"), "")], **_shown(filled, tried),
    )  # fmt: skip
    return render(request, "desk/feed_new.html", context, status=400 if wrong else 200)


def _subject(actor: Actor, code: str) -> str:
    """What was typed is no subject: it may be an address with its password."""
    return f"resource:{code}"[:120] if code in dict(_resources(actor)) else "feed"


def _done(request: HttpRequest, filled: dict[str, str]) -> exchange.FeedTrial | exchange.FeedView:
    if not filled["resource"]:
        raise BadInput(_("请选一份资源。"))
    how = {name: filled[name] for name in ("query", "watermark", "key")}
    if request.POST.get("do") == "try":
        return exchange.try_feed(filled["resource"], filled["address"], **how)
    every, lag = _seconds(filled["every"]), _seconds(filled["lag"] or "0")
    return exchange.declare_feed(filled["resource"], filled["address"], **how, every=every, lag=lag)


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise BadInput(_("“%(text)s”不是整数秒。") % {"text": text[:20]})
    return int(text)


def _resources(actor: Actor) -> list[tuple[str, str]]:
    """Those that take new rows one by one; a table replaced whole cannot grow by a watermark."""
    fitting = [
        one for one in deliverable(actor) if one.mode == "append" or (one.mode == "upsert" and one.key)
    ]
    return [(one.code, said(one.title)) for one in fitting]


def _every(chosen: str) -> list[tuple[str, str]]:
    words = {
        60: _("每分钟"),
        300: _("每 5 分钟"),
        900: _("每 15 分钟"),
        3600: _("每小时"),
        21600: _("每 6 小时"),
        86400: _("每天"),
    }
    known = [(str(seconds), words[seconds]) for seconds in EVERY]
    odd = chosen.isdigit() and chosen not in {value for value, _words in known}
    return [*known, (chosen, _("每 %(n)s 秒") % {"n": chosen})] if odd else known


def _shown(filled: dict[str, str], tried: Any) -> dict[str, Any]:
    if not isinstance(tried, exchange.FeedTrial):
        return {"tried": None}
    spec = exchange.resource(filled["resource"])
    titles = {one.name: said(one.title) for one in spec.fields}
    mapping = [
        {"column": column, "field": titles.get(name, name)} for column, name in tried.preview.mapping.items()
    ]
    return {
        "tried": tried, "mark": " / ".join(tried.mark), "mapping": mapping,
        "issue_rows": showing.issue_rows(spec, tried.preview.issues[:ISSUES]), "issue_columns": showing.issue_columns(),
    }  # fmt: skip


def feed_for(actor: Actor, number: str) -> exchange.FeedView:
    try:
        return exchange.feed(number, actor)
    except exchange.NoSuchFeed:
        raise Http404(_("没有这个定时取数。")) from None


@opens_to("official")
def feed(request: HttpRequest, number: str) -> HttpResponse:
    """How far it is, each run with the delivery it became or why it took nothing, and when it runs next."""
    actor = current_actor()
    one = feed_for(actor, number)
    spec = exchange.resource(one.resource, retired=True)
    context = page_context(
        one=one, title=said(spec.title), stats=_stats(one), mark=" / ".join(one.mark), why=exchange.why_stopped(one.stopped),
        runs=[_run(each) for each in exchange.runs_of_feed(number, actor)], run_columns=_run_columns(),
        every=dict(_every(str(one.every)))[str(one.every)], may=actor.may("deliver"), error=said(one.error),
        may_take=bool(one.stopped) and one.department == actor.department and actor.may("deliver"),
        crumbs=[(_("定时取数"), reverse("desk:feeds")), (said(spec.title), "")],
    )  # fmt: skip
    return render(request, "desk/feed.html", context)


def _stats(one: exchange.FeedView) -> list[Stat]:
    return [
        Stat(title=_("累计取到"), value=one.rows, unit=_("行"), exact=True),
        Stat(title=_("连续失败"), value=one.failures, unit=_("次"), exact=True),
        Stat(title=_("水位"), value=" / ".join(one.mark) or "—", note=_("取到这里为止"), exact=True),
    ]


def _why(reason: str) -> str:
    """The run's refusal in words; the feed's page has the whole sentence of the last one."""
    words = {
        "NothingAccepted": _("每一行都被退回"), "SourceUnreachable": _("连不上数据库"), "QueryRefused": _("数据库不答这个查询"),
        "MissingColumns": _("缺少必需的列"), "DatabaseNotAllowed": _("数据库在不允许的网络里"),
        "WrongMapping": _("列对应不上"), "TooLarge": _("一次太多"), "DatabaseTooSlow": _("数据库没有及时答完"),
        "DoesNotFit": _("目录里的类型改了，与表不合"), "DeliveryBroken": _("平台处理时出错"), "FieldTooLong": _("有一行或一个值太长"),
        "EmptySource": _("没有新的行"), "UnknownFormat": _("认不出这种数据库"),
    }  # fmt: skip
    return words.get(reason) or exchange.why_stopped(reason)


def _run(one: exchange.FeedRun) -> dict[str, Any]:
    if one.reason:
        ended, tone = _("没有取成：%(why)s") % {"why": _why(one.reason)}, "bad"
    elif one.rows:
        ended, tone = _("已入湖"), "good"
    else:
        ended, tone = (_("等待确认"), "warn") if one.delivery else (_("没有新的行"), "")
    return {
        "at": one.at, "rows": one.rows, "ended": ended, "ended_tone": tone, "delivery": one.delivery or "—",
        "href": reverse("desk:delivery", args=[one.delivery]) if one.delivery else "",
    }  # fmt: skip


def _run_columns() -> list[Column]:
    return [
        Column(name="at", title=_("时间"), kind="moment"), Column(name="rows", title=_("行数"), kind="number"),
        Column(name="ended", title=_("结果"), kind="chip"), Column(name="delivery", title=_("回执"), kind="code", link="href"),
    ]  # fmt: skip


@opens_to("official", duty="deliver")
@require_POST
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Run it now, as a job that is watched on its own page; or stop it for good."""
    one = feed_for(current_actor(), number)
    if request.POST.get("do") == "run":
        return redirect("desk:job", submit("feeding.run", key=f"{one.id}@now", feed=one.id, now=True).id)
    if request.POST.get("do") != "stop":
        raise Http404
    words = _("定时取数已停止，地址和密码已删除；取到的行都在。")
    if taken(request, lambda: exchange.remove_feed(number), words, refused=messages.ERROR):
        return redirect("desk:feeds")
    return redirect("desk:feed", number)
