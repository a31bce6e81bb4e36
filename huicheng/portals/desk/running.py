"""What the platform itself is doing: jobs, fusion, audit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huicheng.exchange import api as exchange
from huicheng.fusion import api as fusion
from huicheng.ground import api as ground
from huicheng.ground.api import JobView, NoSuchJob, current_actor, opens_to
from huicheng.portals.desk.sight import page_context, sees_job
from huicheng.portals.look import api as look
from huicheng.portals.look.api import Column, Stat


@opens_to("official")
def jobs(request: HttpRequest) -> HttpResponse:
    return _jobs(request, None)


@opens_to("official")
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    return _jobs(request, _job(job_id))


@opens_to("official")
def job_progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The part of the job's page that htmx asks for again while the job is open."""
    found = _job(job_id)
    answer = render(request, "desk/_job.html", {"job": found})
    if not found.open:
        answer["HX-Refresh"] = "true"  # so that the list beside it tells the same
    return answer


def _job(job_id: UUID) -> JobView:
    try:
        found = ground.job_view(str(job_id))
    except NoSuchJob:
        found = None
    if found is None or not sees_job(current_actor(), found):
        raise Http404(_("没有这个作业。"))
    return found


def _jobs(request: HttpRequest, chosen: JobView | None) -> HttpResponse:
    actor = current_actor()
    seen = [one for one in ground.jobs(limit=200) if sees_job(actor, one)][:60]
    about = _about([*seen, *([chosen] if chosen else [])])
    listed = [(one, about.get(one.id, "")) for one in seen]
    context = page_context(jobs=listed, job=chosen, about=about.get(chosen.id, "") if chosen else "")
    return render(request, "desk/jobs.html", context)


def _about(jobs: list[JobView]) -> dict[str, str]:
    """Which data a job delivers or takes back, by the job's number."""
    resources = {job.id: job.args["resource"] for job in jobs if "resource" in job.args}
    delivered = {job.id: job.args["delivery"] for job in jobs if "delivery" in job.args}
    found = {one.id: one.resource for one in exchange.receipts(ids=delivered.values())}
    resources |= {job: found[receipt] for job, receipt in delivered.items() if receipt in found}
    titles = {code: exchange.resource(code, retired=True).title for code in set(resources.values())}
    return {job: titles[code] for job, code in resources.items()}


@opens_to("official")
def fusion_runs(request: HttpRequest) -> HttpResponse:
    runs = fusion.runs(limit=50)
    context = page_context(rows=[row for run in runs for row in _run_rows(run)], columns=_run_columns())
    context["stats"] = _run_stats(runs[0]) if runs else []
    return render(request, "desk/fusion.html", context)


@opens_to("official", duty="steward")
@require_POST
def start_fusion(request: HttpRequest) -> HttpResponse:
    return redirect("desk:job", ground.submit("fusion.run", key="all").id)


def _names() -> dict[str, str]:
    return {"people": _("人口库"), "firms": _("法人库"), "houses": _("房屋库")}


def _run_rows(run: Any) -> list[dict[str, Any]]:
    return [
        {"at": run.at, "kind": _names().get(kind, kind), **figures} for kind, figures in run.figures.items()
    ]


def _run_columns() -> list[Column]:
    return [
        Column(name="at", title=_("时间"), kind="moment"),
        Column(name="kind", title=_("基础库")),
        Column(name="rows", title=_("来源行"), kind="number"),
        Column(name="entities", title=_("合并后的记录"), kind="number"),
        Column(name="seconds", title=_("用时"), kind="number", unit=_("秒")),
    ]


def _run_stats(run: Any) -> list[Stat]:
    note = _("由 %(rows)s 行来源记录合并而成")
    return [
        Stat(title=_names().get(kind, kind), value=one["entities"], note=note % {"rows": f"{one['rows']:,}"})
        for kind, one in run.figures.items()
    ]


@opens_to("official", duty="steward")
def audit(request: HttpRequest) -> HttpResponse:
    context = page_context(
        rows=[_event_row(one) for one in ground.events(limit=50)], columns=_event_columns()
    )
    context["listeners"], context["listener_columns"] = ground.listener_states(), _listener_columns()
    if request.method == "POST":
        ground.seal()
        context["report"] = ground.verify_audit()
    return render(request, "desk/audit.html", context)


def _event_row(event: ground.EventRecord) -> dict[str, Any]:
    return {
        "seq": event.seq, "at": event.at, "kind": event.kind, "subject": event.subject,
        "who": event.actor_name or event.actor, "purpose": look.said(event.purpose),
    }  # fmt: skip


def _event_columns() -> list[Column]:
    return [
        Column(name="seq", title=_("序号"), kind="number"),
        Column(name="at", title=_("时间"), kind="moment"),
        Column(name="kind", title=_("事件"), kind="code"),
        Column(name="subject", title=_("关于"), kind="code"),
        Column(name="who", title=_("谁"), data=True),
        Column(name="purpose", title=_("用途")),
    ]


def _listener_columns() -> list[Column]:
    return [
        Column(name="name", title=_("监听"), kind="code"),
        Column(name="behind", title=_("落后"), kind="number"),
        Column(name="failures", title=_("失败"), kind="number"),
        Column(name="error", title=_("最近的错误")),
    ]
