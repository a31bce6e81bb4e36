"""Code tables 代码表: the national ones, and beside each the departments' own codes with what they stand for."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange import api as exchange
from huicheng.ground.api import BadInput, bureau, current_actor, departments, home, opens_to
from huicheng.portals.desk.drafts import UploadRefused
from huicheng.portals.desk.noting import refused
from huicheng.portals.desk.sight import page_context, sees_all
from huicheng.portals.look.api import Column

LARGEST = 5 * 1024 * 1024
DIVISION, OURS, PAGE = "division", "21", 50


@opens_to("official")
def tables(request: HttpRequest) -> HttpResponse:
    """Every national table, with who brought codes of their own for it."""
    own: dict[str, list[str]] = {}
    for one in exchange.local_codes():
        if one.version and bureau(one.department) not in own.setdefault(one.table, []):
            own[one.table].append(bureau(one.department))
    rows = [
        {
            "name": name, "source": known.source, "count": len(known.names),
            "own": "、".join(own.get(name, [])), "href": reverse("desk:code_table", args=[name]),
        }
        for name in exchange.code_table_names()
        for known in [exchange.national_codes(name)]
    ]  # fmt: skip
    columns = [
        Column(name="name", title=_("代码表"), kind="code", link="href"),
        Column(name="source", title=_("标准与版本"), data=True),
        Column(name="count", title=_("代码数"), kind="number"),
        Column(name="own", title=_("有本地代码的部门")),
    ]
    return render(request, "desk/code_tables.html", page_context(rows=rows, columns=columns))


def _known(name: str) -> codes.CodeTable:
    try:
        return exchange.national_codes(name)
    except exchange.UnknownCodeTable:
        raise Http404(_("没有这张代码表。")) from None


@opens_to("official")
def table(request: HttpRequest, name: str) -> HttpResponse:
    """The national codes; the departments' versions with their mapping; and, for who may, a new version."""
    known, error = _known(name), ""
    if request.method == "POST":
        try:
            return _bring(request, name)
        except exchange.NotYours as problem:
            refused(request, problem)
            raise PermissionDenied(str(problem)) from None
        except BadInput as problem:
            refused(request, problem)
            error = str(problem)
    versions = exchange.local_codes(table=name)
    actor = current_actor()
    context = page_context(
        name=name, source=known.source, error=error, **_national(request, name, known),
        versions=versions, chosen=_chosen(request, versions), owners=_owners(),
        may=exchange.may_edit(actor, actor.department or ""), own=actor.department,
        today=request.POST.get("valid_from", ""),
        crumbs=[(_("资源目录"), reverse("desk:catalogue")), (_("代码表"), reverse("desk:code_tables")), (name, "")],
    )  # fmt: skip
    chosen: exchange.LocalCodes | None = context["chosen"]
    context["mapped"] = _mapped(known, chosen) if chosen else []
    context["mapped_columns"] = _mapped_columns()
    return render(request, "desk/code_table.html", context, status=400 if error else 200)


def _bring(request: HttpRequest, name: str) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise UploadRefused(_("没有选择文件。请选一个文件再继续。"))
    if (file.size or 0) > LARGEST:
        raise UploadRefused(_("代码表超过 5 MB，不会是一张代码表。请检查文件。"))
    owner = request.POST.get("department") or current_actor().department or ""
    with tempfile.TemporaryDirectory(dir=home()) as folder:
        path = Path(folder) / Path(file.name or "codes.csv").name[-80:]
        path.write_bytes(file.read())
        found = exchange.bring_codes(
            path,
            current_actor(),
            owner=owner,
            table=name,
            valid_from=_day(request.POST.get("valid_from", "")),
        )
    messages.success(request, _("已收下第 %(n)s 版，从启用日期起按它转换。") % {"n": found.version})
    return redirect(f"{reverse('desk:code_table', args=[name])}?department={owner}")


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(_("“%(text)s”不是日期，应写成 2026-01-31。") % {"text": text[:20]}) from None


def _chosen(request: HttpRequest, versions: list[exchange.LocalCodes]) -> exchange.LocalCodes | None:
    owner, number = request.GET.get("department", ""), request.GET.get("version", "")
    fitting = [one for one in versions if not owner or one.department == owner]
    return next((one for one in fitting if not number or str(one.version) == number), None)


def _owners() -> list[str]:
    actor = current_actor()
    return [one.code for one in departments()] if sees_all(actor) else [actor.department or ""]


def _rows(known: codes.CodeTable) -> list[dict[str, Any]]:
    words: dict[str, list[str]] = {}
    for alias, code in known.aliases.items():
        if alias not in (code, known.names[code], code.lstrip("0")):
            words.setdefault(code, []).append(alias)
    return [
        {"code": code, "name": name, "also": "、".join(words.get(code, []))}
        for code, name in known.names.items()
    ]


def _columns() -> list[Column]:
    return [
        Column(name="code", title=_("代码"), kind="code"),
        Column(name="name", title=_("名称")),
        Column(name="also", title=_("也写作"), data=True),
    ]


def _national(request: HttpRequest, name: str, known: codes.CodeTable) -> dict[str, Any]:
    """All of a short table; of the divisions those of one province, as they stood on a day or with their history."""
    if name != DIVISION:
        return {"rows": _rows(known), "columns": _columns(), "history": None}
    try:
        day = _day(request.GET.get("day", ""))
    except BadInput:
        day = None
    provinces = [one for one in codes.division_spans() if one.code.endswith("0000") and not one.until]
    within = request.GET.get("within", "")
    within = within if within in {one.code[:2] for one in provinces} else OURS
    asked = {"day": day, "within": within, "provinces": [(one.code[:2], one.name) for one in provinces]}
    rows = _spans(within, day)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return {"rows": rows, "page": page, "columns": _span_columns(), "history": asked}


def _spans(within: str, day: date | None) -> list[dict[str, Any]]:
    """With a day what stood then; without one everything that ever stood, and what was renamed."""
    found = [one for one in codes.division_spans() if (one.code or one.present).startswith(within)]
    if day:
        found = [
            one
            for one in found
            if one.code and (not one.since or one.since <= day) and (not one.until or day < one.until)
        ]
    now = codes.division_table().names
    return [
        {
            "code": one.code or "—", "name": one.name, "since": one.since, "until": one.until, "reason": one.reason,
            "state": _("已停用") if one.until else _("现行"), "state_tone": "" if one.until else "good",
            "now": f"{one.present} {now.get(one.present, '')}" if one.until else "",
        }
        for one in found
    ]  # fmt: skip


def _span_columns() -> list[Column]:
    return [
        Column(name="code", title=_("代码"), kind="code"), Column(name="name", title=_("名称"), data=True),
        Column(name="since", title=_("启用"), kind="day"), Column(name="until", title=_("停用于"), kind="day"),
        Column(name="state", title=_("状态"), kind="chip"), Column(name="now", title=_("现在是"), data=True),
        Column(name="reason", title=_("沿革"), data=True),
    ]  # fmt: skip


def _mapped(known: codes.CodeTable, one: exchange.LocalCodes) -> list[dict[str, str]]:
    return [
        {
            "local": line.local,
            "name": line.name,
            "national": line.national,
            "means": known.label(line.national),
        }
        for line in one.lines
    ]


def _mapped_columns() -> list[Column]:
    return [
        Column(name="local", title=_("本地代码"), kind="code", data=True),
        Column(name="name", title=_("本地名称"), data=True),
        Column(name="national", title=_("国家代码"), kind="code"),
        Column(name="means", title=_("国家名称")),
    ]


@opens_to("official")
def export(request: HttpRequest, name: str) -> HttpResponse:
    """The national table, or with ``department`` its mapping as it stands."""
    _known(name)
    owner = request.GET.get("department") or None
    if owner and not exchange.local_codes(owner, name):
        raise Http404(_("这个部门没有自己的代码。"))
    answer = HttpResponse(exchange.codes_csv(name, owner=owner), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(
        True, f"{name}{f'-{owner}' if owner else ''}.csv"
    )
    return answer
