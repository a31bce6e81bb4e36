"""The nodes of this centre: how each is, who may join, and whose right is taken away."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huicheng.codes import api as codes
from huicheng.exchange import api as exchange
from huicheng.ground.api import BadInput, current_actor, departments, opens_to
from huicheng.portals.desk.noting import refused
from huicheng.portals.desk.sight import page_context
from huicheng.portals.look import api as look
from huicheng.portals.look.api import Column, Stat

TONES = {"live": "good", "behind": "warn", "troubled": "bad", "away": "bad", "never": "", "revoked": ""}
OUTCOMES = {"accepted": "good", "published": "good", "held": "warn", "review": "warn", "refused": "bad"}
HOURS = (24, 72, 168, 720)


def _conditions() -> dict[str, str]:
    return {
        "live": _("在线"), "behind": _("积压"), "troubled": _("有问题"), "away": _("失联"), "never": _("还没有联系过"),
        "revoked": _("已停用"),
    }  # fmt: skip


def _outcomes() -> dict[str, str]:
    return {
        "accepted": _("已收下"), "published": _("目录已发布"), "held": _("等确认"), "review": _("目录待审核"),
        "refused": _("未收"),
    }  # fmt: skip


@opens_to("official", duty="steward")
def nodes(request: HttpRequest) -> HttpResponse:
    found = exchange.node_list()
    levels = [
        {"title": _(title), "nodes": [_card(one) for one in found if one.level == level]}
        for level, title in exchange.NODE_LEVELS.items()
    ]
    context = page_context(
        levels=[one for one in levels if one["nodes"]], stats=_stats(found) if found else [],
        invitations=[_invitation(one) for one in exchange.open_invitations()],
    )  # fmt: skip
    return render(request, "desk/nodes.html", context)


def _stats(found: list[exchange.NodeHealth]) -> list[Stat]:
    counts = {name: sum(one.condition == name for one in found) for name in TONES}
    waiting = sum(one.waiting_batches for one in found)
    size = sum(one.waiting_bytes for one in found)
    return [
        Stat(title=_("在线的节点"), value=counts["live"] + counts["behind"], note=_("五分钟内联系过")),
        Stat(title=_("要看一看的"), value=counts["troubled"] + counts["behind"], note=_("有问题，或积压超过一小时")),
        Stat(title=_("失联的节点"), value=counts["away"], note=_("数据都在它们的发件箱里")),
        Stat(title=_("节点里待发"), value=waiting, unit=_("批"), note=look.size(size)),
    ]  # fmt: skip


def _card(one: exchange.NodeHealth) -> dict[str, Any]:
    """A node with its figures in words; what it says of those below it the same way."""
    return {
        "node": one, "division": _place(one.division), "state": _conditions()[one.condition],
        "tone": TONES[one.condition], "below": [_card(lower) for lower in one.below],
        "level": _(exchange.NODE_LEVELS.get(one.level, one.level)),
        "clock": f"{one.clock_offset:+.1f}" if one.seen_at else "",
    }  # fmt: skip


def _place(division: str) -> codes.Division | None:
    try:
        return codes.division(division) if division else None
    except codes.Refused:
        return None


def _invitation(one: exchange.OpenInvitation) -> dict[str, Any]:
    return {"invitation": one, "level": _(exchange.NODE_LEVELS[one.level]), "division": _place(one.division)}


@opens_to("official", duty="steward")
def node(request: HttpRequest, number: str) -> HttpResponse:
    return _node(request, number)


def _node(request: HttpRequest, number: str, error: str = "") -> HttpResponse:
    try:
        found = exchange.node_health(number)
    except exchange.NodeProblem:
        raise Http404(_("没有这个节点。")) from None
    rows = [_batch(one) for one in exchange.node_batches(number)]
    context = page_context(card=_card(found), rows=rows, columns=_columns(), error=error)
    return render(request, "desk/node.html", context, status=400 if error else 200)


def _batch(one: exchange.TakenBatch) -> dict[str, Any]:
    kinds = {"entry": _("目录"), "rows": _("数据")}
    return {
        "resource": one.resource, "seq": one.seq, "kind": kinds.get(one.kind, one.kind), "rows": one.rows or None,
        "size": look.size(one.size), "outcome": _outcomes().get(one.outcome, one.outcome), "at": one.at,
        "reason": one.reason, "href": f"/desk/deliveries/{one.delivery}/" if one.delivery else "",
    }  # fmt: skip


def _columns() -> list[Column]:
    return [
        Column(name="at", title=_("时间"), kind="moment"),
        Column(name="resource", title=_("资源"), kind="code", link="href"),
        Column(name="seq", title=_("第几批"), kind="number"),
        Column(name="kind", title=_("内容")),
        Column(name="rows", title=_("行数"), kind="number"),
        Column(name="size", title=_("大小")),
        Column(name="outcome", title=_("结果")),
        Column(name="reason", title=_("原因")),
    ]


@opens_to("official", duty="steward")
@require_POST
def revoke(request: HttpRequest, number: str) -> HttpResponse:
    try:
        exchange.revoke_node(number, actor=current_actor(), why=request.POST.get("why", ""))
    except exchange.NodeProblem:
        raise Http404(_("没有这个节点。")) from None
    except BadInput as problem:
        refused(request, problem)
        return _node(request, number, str(problem))
    return redirect("desk:node", number)


@opens_to("official", duty="steward")
def invite(request: HttpRequest) -> HttpResponse:
    """The code is on the page that answers the form, once, and nowhere else."""
    given = {
        name: request.POST.get(name, "")
        for name in ("department", "title", "level", "division", "hours", "trusted")
    }
    made, error = None, ""
    if request.method == "POST":
        try:
            made = _invited(given)
        except BadInput as problem:
            refused(request, problem)
            error = str(problem)
    context = page_context(
        departments=departments(), levels=[(key, _(title)) for key, title in exchange.NODE_LEVELS.items()],
        hours=HOURS, given=given, made=made, error=error, address=(settings.PUBLIC_URL or request.build_absolute_uri("/")).rstrip("/"),
    )  # fmt: skip
    return render(request, "desk/invite.html", context, status=400 if error else 200)


def _invited(given: dict[str, str]) -> exchange.Invited:
    hours = int(given["hours"]) if given["hours"].isdigit() and len(given["hours"]) < 6 else 168
    return exchange.invite_node(
        given["department"], actor=current_actor(), title=given["title"], level=given["level"] or "department",
        division=given["division"].strip(), hours=hours, trusted=bool(given["trusted"]),
    )  # fmt: skip
