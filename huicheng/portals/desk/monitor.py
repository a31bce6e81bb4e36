"""Who reads what 读取监测: how often, how many rows and people, what was refused, how long it took, and the receipts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
from huicheng.ground.api import Actor, EventRecord, bureau, current_actor, opens_to, said
from huicheng.portals.desk.differing import titles
from huicheng.portals.desk.sight import page_context, sees_all
from huicheng.portals.look.api import Chart, Column, Stat, number, percent

SPANS = (7, 30, 90)
MOST, NEWEST = 20, 30


@opens_to("official")
def monitor(request: HttpRequest) -> HttpResponse:
    """The platform's stewards see the city; a department what was read of its own, and what it read itself."""
    actor = current_actor()
    days = next((one for one in SPANS if str(one) == request.GET.get("days")), 30)
    side = "ours" if request.GET.get("side") == "ours" else "of_ours"
    scope = _scope(actor, side)
    by_day = exchange.filled(exchange.use("day", days=days, **scope), days=days)
    context = page_context(
        days=days, spans=SPANS, side=side, everybody=sees_all(actor), stats=_stats(by_day),
        chart=_day_chart(by_day), speed=_speed(by_day), any=any(one.reads or one.refused for one in by_day),
        departments=_by_department(exchange.use("department", days=days, **scope)),
        resources=_by_resource(exchange.use("resource", days=days, **scope)),
        page=_page(request, scope), turned_away=_turned_away(actor),
    )  # fmt: skip
    context["department_columns"] = _columns(_("读取部门"))
    context["resource_columns"] = _columns(_("资源"), link="href")
    return render(request, "desk/monitor.html", context)


def _scope(actor: Actor, side: str) -> dict[str, str]:
    if sees_all(actor):
        return {}
    own = actor.department or "-"
    return {"reader": own} if side == "ours" else {"owner": own}


def _stats(found: list[exchange.Used]) -> list[Stat]:
    def total(name: str) -> int:
        return sum(getattr(one, name) for one in found)

    reads, refused = total("reads"), total("refused")
    points = [one.reads for one in found]
    return [
        Stat(title=_("读取"), value=reads, unit=_("次"), points=points if reads else ()),
        Stat(title=_("给出的行"), value=total("rows"), unit=_("行")),
        Stat(title=_("涉及个人"), value=total("people"), unit=_("人次"), note=_("每个人都能在自己的记录里看到")),
        Stat(
            title=_("被拒绝"), value=refused, unit=_("次"),
            note=_("另有 %(n)s 次没有答成") % {"n": number(total("failed"))} if total("failed") else "",
        ),
    ]  # fmt: skip


def _day_chart(found: list[exchange.Used]) -> Chart | None:
    if not any(one.reads or one.refused for one in found):
        return None
    rows = [{"day": f"{one.key:%m-%d}", "reads": one.reads, "refused": one.refused} for one in found]
    return Chart(
        kind="bar", title=_("每天读取"), rows=rows, x="day", y=("reads", "refused"), unit=_("次"), height="small",
        labels={"day": _("日期"), "reads": _("读取"), "refused": _("被拒绝")}, stacked=True,
    )  # fmt: skip


def _speed(found: list[exchange.Used]) -> list[tuple[str, str]]:
    """How long questions took, where it was measured."""
    timed = sum(one.timed for one in found)
    if not timed:
        return []
    ms, quick, slow = (sum(getattr(one, name) for one in found) for name in ("ms", "quick", "slow"))
    return [
        (_("平均用时"), _("%(n)s 毫秒") % {"n": number(ms / timed, 0)}),
        (_("100 毫秒以内"), percent(quick / timed)),
        (_("1 秒以上"), percent(slow / timed)),
    ]


def _columns(first: str, link: str = "") -> list[Column]:
    return [
        Column(name="name", title=first, link=link, data=bool(link)),
        Column(name="reads", title=_("读取"), kind="number"),
        Column(name="rows", title=_("行数"), kind="short"),
        Column(name="people", title=_("涉及人次"), kind="short"),
        Column(name="refused", title=_("被拒绝"), kind="number"),
        Column(name="failed", title=_("没有答成"), kind="number"),
        Column(name="mean", title=_("平均毫秒"), kind="number"),
    ]


def _figures(one: exchange.Used) -> dict[str, Any]:
    mean = None if one.mean is None else round(one.mean)
    return {"reads": one.reads, "rows": one.rows, "people": one.people, "refused": one.refused,
            "failed": one.failed, "mean": mean}  # fmt: skip


def reader_words(code: str) -> str:
    """Who has no department: people at their own data, and strangers who were refused."""
    return bureau(code) if code else _("居民和未登录的人")


def _by_department(found: list[exchange.Used]) -> list[dict[str, Any]]:
    return [{"name": reader_words(one.key), **_figures(one)} for one in found]


def _by_resource(found: list[exchange.Used]) -> list[dict[str, Any]]:
    shown = found[:MOST]
    named = titles(one.key for one in shown)
    return [
        {"name": named[one.key], "href": _entry_address(one.key, named), **_figures(one)} for one in shown
    ]


def _entry_address(code: str, named: dict[str, str]) -> str:
    """What nobody ever declared has no page: somebody asked for a table that is not there."""
    return reverse("desk:entry", args=[code]) if named[code] != code else ""


def of_resource(code: str, *, days: int = 90) -> dict[str, Any]:
    """The same for one entry's page."""
    by_day = exchange.filled(exchange.use("day", days=days, resource=code), days=days)
    return {
        "read_chart": _day_chart(by_day), "read_stats": _stats(by_day),
        "readers": _by_department(exchange.use("department", days=days, resource=code)),
        "reader_columns": _columns(_("读取部门")), "speed": _speed(by_day), "days": days,
    }  # fmt: skip


def _page(request: HttpRequest, scope: dict[str, str]) -> Page[Any]:
    """Of the receipts of either side; only those that are shown are read."""
    page = Paginator(exchange.readings_told(**scope), NEWEST).get_page(request.GET.get("page"))
    page.object_list = [_reading_row(ground.event_of(str(one["reading"]))) for one in page.object_list]
    return page


def _reading_row(event: EventRecord) -> dict[str, Any]:
    document = event.data.get("signed", {}).get("document", {})
    reads = document.get("reads", [])
    codes = list(dict.fromkeys(table.removeprefix("raw.") for one in reads for table in one["tables"]))
    return {
        "id": event.id, "at": event.at, "who": event.actor_name or event.actor, "bureau": reader_words(event.department),
        "purpose": said(event.purpose), "tables": list(titles(codes).values()),
        "rows": exchange.rows_handed_out(event) if reads else None, "failed": any(one["rule"] == "failed" for one in reads),
        "masked": event.data.get("masked", 0), "ms": event.data.get("ms") or None,
    }  # fmt: skip


def _turned_away(actor: Actor) -> list[dict[str, Any]]:
    own = None if sees_all(actor) else actor.department or "-"
    return [
        {
            "at": one.at, "who": one.actor_name or one.actor, "bureau": reader_words(one.department),
            "table": "、".join(one.data.get("tables", [])), "reason": said(one.data.get("reason", "")),
        }
        for one in exchange.refusals(department=own, limit=NEWEST)
    ]  # fmt: skip


@opens_to("official")
def reading_receipt(request: HttpRequest, reading: UUID) -> JsonResponse:
    """The signed receipt of a reading, for who read, who provides what was read, or who looks after the platform."""
    found = _reading(str(reading))
    if found is None or not _may_open(found, current_actor()):
        raise Http404(_("没有这份回执。"))
    answer = JsonResponse(
        exchange.reading_proof(found.id), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer["Content-Disposition"] = content_disposition_header(True, f"reading-{found.id}.json")
    return answer


def _may_open(found: EventRecord, actor: Actor) -> bool:
    if sees_all(actor) or found.department == (actor.department or "-"):
        return True
    try:
        return bool(exchange.reading_of(found.id, actor))
    except exchange.NoSuchReading:
        return False


def _reading(number: str) -> EventRecord | None:
    try:
        found = ground.event_of(number)
    except ObjectDoesNotExist:
        return None
    document = found.data.get("signed", {}).get("document", {})
    return found if document.get("kind") == "reading" else None
