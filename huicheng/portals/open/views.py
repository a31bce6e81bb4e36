"""The pages of the open portal: find, look, take away."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.exchange.api import Resource
from huicheng.ground.api import BadInput, opens_to, said
from huicheng.portals.open import asking, catalogue, shown, snippets, tables

FACETS = ("openness", "theme", "department", "format", "licence")
PAGE_ROWS, PREVIEW_ROWS, PAGE_SETS = 50, 8, 30


@opens_to("everyone")
def home(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    chosen = {key: request.GET.get(key, "")[:60] for key in FACETS}
    number = _number(request.GET.get("page", ""))
    found = catalogue.find(text, chosen, limit=PAGE_SETS, offset=(number - 1) * PAGE_SETS)
    given = {
        "text": text,
        "chosen": chosen,
        "chosen_count": sum(map(bool, chosen.values())),
        "facets": [_facet(request, facet, chosen) for facet in catalogue.facets(found, chosen)],
        "free": exchange.search(listed=True, limit=0, openness="unconditional").total,
        "asked_for": exchange.search(listed=True, limit=0, openness="conditional").total,
        "found": [shown.entry(one.spec) for one in found.entries],
        "total": found.total,
        "near": [] if found.total else catalogue.near(text),
        "before": _changed(request, "page", str(number - 1)) if number > 1 else "",
        "after": _changed(request, "page", str(number + 1)) if number * PAGE_SETS < found.total else "",
        "page": number,
        "pages": max(1, -(-found.total // PAGE_SETS)),
    }
    return render(request, "open/home.html", given)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) else 1


def _facet(request: HttpRequest, facet: catalogue.Facet, chosen: dict[str, str]) -> dict[str, Any]:
    values = [
        {
            "name": name,
            "count": count,
            "chosen": chosen[facet.key] == value,
            "href": _changed(request, facet.key, "" if chosen[facet.key] == value else value, page=""),
        }
        for value, name, count in facet.values
    ]
    return {"title": facet.title, "values": values}


def _changed(request: HttpRequest, key: str, value: str, **more: str) -> str:
    asked = request.GET.copy()
    asked[key] = value
    for name, text in more.items():
        asked[name] = text
    for name in [name for name, text in asked.items() if not text]:
        del asked[name]
    return f"{reverse('open:home')}?{asked.urlencode()}"


def _listed(code: str) -> Resource:
    try:
        return catalogue.listed(code)
    except catalogue.NoSuchDataset as problem:
        raise Http404(_("没有这份公开数据。")) from problem


def _open(code: str) -> Resource:
    """One whose rows everybody may read; of the others the page says who may, with the status of a refusal."""
    found = _listed(code)
    if not found.open:
        raise PermissionDenied(str(catalogue.ForApplicants(found)))
    return found


def _page(request: HttpRequest, resource: Resource, tab: str, more: dict[str, Any]) -> HttpResponse:
    fields = _("字段与质量") if resource.open else _("字段")
    names = {"dataset": _("概览"), "rows": _("数据"), "fields": fields, "interface": _("接口")}
    tabs = [
        {"title": title, "href": reverse(f"open:{name}", args=[resource.code]), "chosen": name == tab}
        for name, title in names.items()
        if resource.open or name in ("dataset", "fields")
    ]
    crumbs = [(_("数据开放"), reverse("open:home")), (said(resource.title), "")]
    given = {"resource": resource, "tabs": tabs, "crumbs": crumbs, **shown.aside(resource), **more}
    template = {"dataset": "overview"}.get(tab, tab)
    return render(request, f"open/{template}.html", given, status=more.get("status", 200))


@opens_to("everyone")
def dataset(request: HttpRequest, code: str) -> HttpResponse:
    resource = _listed(code)
    if not resource.open:
        return _page(request, resource, "dataset", shown.offer(resource))
    if not tables.facts(resource).rows:
        return _page(request, resource, "dataset", {})
    rows = tables.latest(resource, PREVIEW_ROWS)
    asked = shown.choices(resource, request.GET)
    picture = shown.picture(resource, show=asked["show"], city=asked["city"])
    return _page(
        request, resource, "dataset", {"picture": picture, "asked": asked, **shown.preview(resource, rows)}
    )


@opens_to("everyone")
def rows(request: HttpRequest, code: str) -> HttpResponse:
    resource = _open(code)
    asked = {key: request.GET.get(key, "")[:80] for key in ("by", "sign", "value")}
    more: dict[str, Any] = {"signs": shown.signs(), **asked}
    try:
        more |= _found(resource, request, asked)
    except BadInput as problem:
        more |= {"problem": str(problem), "status": 400}
    return _page(request, resource, "rows", more)


def _found(resource: Resource, request: HttpRequest, asked: dict[str, str]) -> dict[str, Any]:
    number = max(1, asking.whole(request.GET, "page", usual=1, most=asking.FARTHEST // PAGE_ROWS))
    query = QueryDict(mutable=True)
    if asked["value"]:
        sign = f"__{asked['sign']}" if asked["sign"] else ""
        query[f"{asked['by']}{sign}"] = asked["value"]
    query["order"] = request.GET.get("order", "")[:80]
    query["limit"], query["offset"] = str(PAGE_ROWS), str((number - 1) * PAGE_ROWS)
    rows, total = tables.page(resource, asking.question(resource, query))
    pages = Paginator(range(total), PAGE_ROWS)
    found = shown.preview(resource, rows)
    shown.sortable(found["shown_fields"], resource, request.GET)
    return {"page": pages.get_page(number) if total else None, **found}


@opens_to("everyone")
def fields(request: HttpRequest, code: str) -> HttpResponse:
    resource = _listed(code)
    return _page(request, resource, "fields", {"measured": shown.measured(resource)})


@opens_to("everyone")
def interface(request: HttpRequest, code: str) -> HttpResponse:
    resource = _open(code)
    address = request.build_absolute_uri(reverse("open:api-rows", args=[code]))
    example = shown.example(resource)
    more = {
        "address": f"{address}?limit=10",
        "example": example,
        "snippets": snippets.written(address, resource),
        "keyed": exchange.reading_snippets(
            resource, site=address.partition("/open/")[0], purpose="使用公开数据"
        ),
    }
    return _page(request, resource, "interface", more)


@opens_to("everyone")
def download(request: HttpRequest, code: str, form: str) -> HttpResponseBase:
    resource = _open(code)
    kind = tables.FORMS.get(form)
    if kind is None or kind.title not in catalogue.formats(resource) or not tables.facts(resource).rows:
        raise Http404(_("没有这种格式。"))
    response = StreamingHttpResponse(tables.stream(resource, form), content_type=kind.media)
    response["Content-Disposition"] = f'attachment; filename="{code}.{form}"'
    return response
