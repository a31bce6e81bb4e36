"""The bureaux' form 编目表: down as a workbook, and up again as drafts, with what is wrong given back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
from huicheng.ground.api import BadInput, current_actor, department, opens_to
from huicheng.portals.desk import drafts
from huicheng.portals.desk.noting import refused
from huicheng.portals.desk.sight import page_context, sees_job
from huicheng.portals.look.api import Column

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORM = "catalogue-form"
LARGEST = 30 * 1024 * 1024
JOB = "desk.import_form"


@opens_to("official")
def form(request: HttpRequest) -> HttpResponse:
    """Download a department's entries; whoever may write them uploads the filled form."""
    actor, error = current_actor(), ""
    may = exchange.may_edit(actor, actor.department or "")
    if request.method == "POST":
        if not may:
            raise PermissionDenied(_("编目由提供部门的交付人员或数据局来做，您的账号没有这项职责。"))
        try:
            return redirect("desk:catalogue_form_done", _begin(request))
        except BadInput as problem:
            refused(request, problem)
            error = str(problem)
    context = page_context(
        error=error, may=may, own=actor.department, owners=[one.code for one in ground.departments()],
        crumbs=[(_("资源目录"), reverse("desk:catalogue")), (_("编目表"), "")],
        imports=[one for one in ground.jobs(name=JOB, limit=40) if sees_job(actor, one)][:8],
    )  # fmt: skip
    return render(request, "desk/catalogue_form.html", context, status=400 if error else 200)


def _begin(request: HttpRequest) -> str:
    file = request.FILES.get("file")
    if file is None:
        raise drafts.UploadRefused(_("没有选择文件。请选一个文件再继续。"))
    if (file.size or 0) > LARGEST:
        raise drafts.UploadRefused(_("编目表超过 30 MB。请按部门分成几个文件。"))
    draft = drafts.keep(file, resource=FORM, actor=current_actor())
    return ground.submit(JOB, key=draft.token, path=str(draft.path), token=draft.token, file=draft.name).id


@opens_to("official")
def download(request: HttpRequest) -> HttpResponse:
    owner = request.GET.get("department") or current_actor().department or ""
    if owner not in {one.code for one in ground.departments()}:
        raise Http404(_("没有这个部门。"))
    name = f"{_('编目表')}-{department(owner).short}.xlsx"
    return _workbook(exchange.export_form(owner=owner), name)


def _workbook(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=WORKBOOK)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


def _job(job_id: UUID) -> ground.JobView:
    """The reader's own import, or 404."""
    try:
        job = ground.job_view(str(job_id))
    except ground.NoSuchJob:
        job = None
    if job is None or job.name != JOB or not sees_job(current_actor(), job):
        raise Http404(_("没有这个作业。"))
    return job


@opens_to("official")
def done(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How the import goes, then what it came to."""
    job = _job(job_id)
    result: dict[str, Any] = job.result or {}
    crumbs = [
        (_("资源目录"), reverse("desk:catalogue")),
        (_("编目表"), reverse("desk:catalogue_form")),
        (_("导入"), ""),
    ]
    context = page_context(
        job=job, result=result, mistakes=result.get("mistakes", []), columns=_columns(), crumbs=crumbs
    )
    return render(request, "desk/catalogue_imported.html", context)


@opens_to("official")
def returned(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """What was not taken, in the same form, with the reasons in a column of its own."""
    job = _job(job_id)
    path = drafts.returned((job.result or {}).get("token", ""))
    if path is None:
        raise Http404(_("没有退回的编目表，或者已经过了一周。"))
    return _workbook(path.read_bytes(), f"{_('编目表')}-{_('退回')}.xlsx")


def _columns() -> list[Column]:
    return [
        Column(name="row", title=_("行号"), kind="number"),
        Column(name="column", title=_("列")),
        Column(name="message", title=_("问题与改法")),
    ]
