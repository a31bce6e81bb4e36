"""What happens in the city now: deliveries that came, alarms that were raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground.api import Declared, Watch, opens_to, said
from huicheng.portals.look.api import Column, Stat
from huicheng.sensing import api as sensing

GRADES = (("red", "bad", "红"), ("orange", "alert", "橙"), ("yellow", "warn", "黄"), ("blue", "info", "蓝"))
PER_PAGE, MOST_ISSUES = 25, 5000


def receipts(limit: int) -> list[dict[str, Any]]:
    """The latest deliveries that took effect: whose, when, how many rows were taken and how many sent back."""
    return [_receipt(one) for one in exchange.receipts(state="accepted", limit=limit)]


def _receipt(one: exchange.Receipt) -> dict[str, Any]:
    spec = exchange.resource(one.resource, retired=True)
    return {
        "title": said(spec.title), "owner": spec.owner, "at": one.at, "accepted": one.accepted,
        "refused": one.refused, "href": reverse("decision:delivery", args=[one.id]),
    }  # fmt: skip


def watches() -> Iterator[dict[str, Any]]:
    for key, one in sensing.watches().items():
        worst = sensing.alarms(watch=key, grade=GRADES[0][0], limit=1)
        yield {
            "title": said(one.value.title), "pack": said(one.pack.title), "grades": list(_grades(key, one)),
            "last": [{"at": alarm.at, "message": said(alarm.message)} for alarm in worst],
            "href": reverse("decision:watch", args=[key]),
        }  # fmt: skip


def _grades(key: str, one: Declared[Watch]) -> Iterator[dict[str, Any]]:
    counts = sensing.alarm_counts(key)
    address = reverse("decision:watch", args=[key])
    for grade, tone, word in GRADES:
        if counts.get(grade):
            meaning = one.value.grades.get(grade, "")
            yield {
                "tone": tone, "word": _(word), "meaning": said(meaning) if meaning else "",
                "count": counts[grade], "href": f"{address}?grade={grade}", "grade": grade,
            }  # fmt: skip


@opens_to("official")
def watch(request: HttpRequest, key: str) -> HttpResponse:
    """The alarms that a watch raised, and the question whose every row is one."""
    one = sensing.watches().get(key)
    if one is None:
        raise Http404(_("没有这个监测。"))
    grades = list(_grades(key, one))
    chosen = request.GET.get("grade", "")
    chosen = chosen if chosen in {one["grade"] for one in grades} else ""
    total = sum(grade["count"] for grade in grades if chosen in ("", grade["grade"]))
    page = Paginator(range(total), PER_PAGE).get_page(request.GET.get("page"))
    raised = sensing.alarms(
        watch=key, grade=chosen or None, limit=PER_PAGE, offset=max(0, page.start_index() - 1)
    )
    words = {grade: _(word) for grade, _tone, word in GRADES}
    rows = [{"at": a.at, "grade": words.get(a.grade, a.grade), "message": said(a.message)} for a in raised]
    return render(request, "decision/watch.html", {
        "title": said(one.value.title), "pack": said(one.pack.title), "grades": grades, "chosen": chosen,
        "crumbs": [(_("城市一览"), reverse("decision:home")), (said(one.value.title), "")],
        "rows": rows, "page": page, "total": total, "sql": one.sql_path.read_text(encoding="utf-8"),
        "columns": [
            Column(name="at", title=_("时间"), kind="moment"), Column(name="grade", title=_("级别")),
            Column(name="message", title=_("说明"), data=True),
        ],
    })  # fmt: skip


@opens_to("official")
def delivery(request: HttpRequest, receipt_id: str) -> HttpResponse:
    """What one delivery brought and what was wrong with it, field by field; no value of any row."""
    try:
        one = exchange.receipt(receipt_id)
    except exchange.NoSuchReceipt as problem:
        raise Http404(str(problem)) from problem
    spec = exchange.resource(one.resource, retired=True)
    titles = {field.name: said(field.title) for field in spec.fields}
    found = exchange.issues(one.id, limit=MOST_ISSUES)
    counted = Counter((titles.get(i.field, i.field), said(i.reason), i.outcome) for i in found)
    words = {"refused": _("退回"), "flagged": _("标记")}
    rows = [
        {"field": field, "reason": reason, "outcome": words.get(outcome, outcome), "rows": count}
        for (field, reason, outcome), count in counted.most_common()
    ]
    return render(request, "decision/delivery.html", {
        "title": said(spec.title), "one": one, "spec": spec, "rows": rows, "cut": len(found) == MOST_ISSUES,
        "crumbs": [(_("城市一览"), reverse("decision:home")), (said(spec.title), "")],
        "stats": [
            Stat(title=_("收到"), value=one.rows, unit=_("行")), Stat(title=_("接受"), value=one.accepted, unit=_("行")),
            Stat(title=_("退回"), value=one.refused, unit=_("行")), Stat(title=_("标记"), value=one.flagged, unit=_("行")),
        ],
        "columns": [
            Column(name="field", title=_("字段")), Column(name="reason", title=_("问题")),
            Column(name="outcome", title=_("处理")), Column(name="rows", title=_("行数"), kind="number"),
        ],
    })  # fmt: skip
