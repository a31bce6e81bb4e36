"""The desk's front and its deliveries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
from huicheng.ground.api import Actor, current_actor, opens_to
from huicheng.portals.desk import showing
from huicheng.portals.desk.needs import needs
from huicheng.portals.desk.sight import (
    deliverable,
    department_of,
    may_undo,
    page_context,
    receipt_for,
    sees_all,
    sees_job,
)
from huicheng.portals.look import api as look
from huicheng.portals.look.api import Stat

PER_PAGE, MOST = 40, 2000


def seen_receipts(actor: Actor, *, limit: int = MOST) -> list[dict[str, Any]]:
    receipts = exchange.receipts(department=department_of(actor), limit=limit)
    return [showing.receipt_row(one) for one in receipts]


@opens_to("official")
def home(request: HttpRequest) -> HttpResponse:
    """What needs this official today, before what has lately been going on."""
    actor = current_actor()
    rows = seen_receipts(actor)
    jobs = [one for one in ground.jobs(limit=200) if sees_job(actor, one)]
    context = page_context(
        needs=needs(actor, rows, jobs),
        stats=_headlines(rows),
        rows=rows[:8],
        columns=showing.receipt_columns(),
        jobs=jobs[:4],
        leader=actor.may("decide"),
        onlooker=not rows and not deliverable(actor),
    )
    return render(request, "desk/home.html", context)


def _headlines(rows: list[dict[str, Any]]) -> list[Stat]:
    """Figures of the last thirty days; nothing where nothing came."""
    month = timezone.now() - timedelta(days=30)
    recent = [row for row in rows if row["at"] > month]
    received = sum(row["rows"] for row in recent)
    if not received:
        return []
    refused = sum(row["refused"] for row in recent)
    note = _("最近 30 天")
    figures = [
        Stat(title=pgettext("list", "交付"), value=len(recent), unit=_("份"), note=note),
        Stat(title=_("收到的行"), value=received, unit=_("行"), note=note),
    ]
    if refused:
        figures.append(
            Stat(title=_("退回的行"), value=refused, unit=_("行"), note=look.percent(refused / received))
        )
    return figures


def _has_trouble(row: dict[str, Any]) -> bool:
    return bool(row["refused"]) or row["state"] in ("failed", "held")


@opens_to("official")
def deliveries(request: HttpRequest) -> HttpResponse:
    return _deliveries(request, {})


@opens_to("official")
def delivery(request: HttpRequest, receipt_id: str) -> HttpResponse:
    receipt = receipt_for(current_actor(), receipt_id)
    row = showing.receipt_row(receipt)
    resource = exchange.resource(receipt.resource, retired=True)
    kinds = showing.by_field(resource, exchange.issue_kinds(receipt.id))
    detail = {
        "receipt": row,
        "figures": showing.figures(row),
        "issue_rows": [row for kind in kinds for row in kind["examples"]],
        "undo": may_undo(current_actor(), receipt),
        "issue_columns": showing.issue_columns(),
        "drift_rows": showing.drift_rows(receipt, resource),
        "drift_columns": showing.drift_columns(),
        "replacements": showing.replacements(receipt, resource),
        "by_field": kinds,
        "field_columns": showing.field_columns(),
        "translated": exchange.translations_of(receipt.id),
    }
    return _deliveries(request, detail)


def _deliveries(request: HttpRequest, detail: dict[str, Any]) -> HttpResponse:
    actor = current_actor()
    chosen = {key: request.GET.get(key, "") for key in ("q", "department", "show")}
    rows = seen_receipts(actor)
    kept = [row for row in rows if _wanted(row, chosen)]
    context = page_context(
        page=Paginator(kept, PER_PAGE).get_page(request.GET.get("page")),
        chosen=chosen,
        filtered=any(chosen.values()),
        onlooker=not rows and not deliverable(actor),
        asked=f"?{request.GET.urlencode()}" if request.GET else "",
        departments=sorted({row["owner"] for row in rows}) if sees_all(actor) else [],
        **detail,
    )
    return render(request, "desk/deliveries.html", context)


def _wanted(row: dict[str, Any], chosen: dict[str, str]) -> bool:
    text = f"{row['title']} {row['chinese']} {row['file']} {row['bureau']} {row['id']}".lower()
    words = chosen["q"].lower().split()
    if chosen["department"] and row["owner"] != chosen["department"]:
        return False
    if chosen["show"] and (chosen["show"] == "refused") != _has_trouble(row):
        return False
    return all(word in text for word in words)
