"""The JSON API of open data: plain GETs, words for every mistake, open to any page of any site."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from huicheng.ground.api import BadInput, opens_to
from huicheng.portals.open import asking, catalogue, tables

Answer = tuple[int, dict[str, Any]]


def _json(view: Callable[..., dict[str, Any]]) -> Callable[..., JsonResponse]:
    """GET only; what is wrong with the request is 400, what is for applicants 403, what is not open 404, all as JSON."""

    @wraps(view)
    def answer(request: HttpRequest, **given: str) -> JsonResponse:
        status, body = _answered(view, request, given)
        response = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
        response["Access-Control-Allow-Origin"] = "*"
        if status == 405:
            response["Allow"] = "GET, HEAD"
        return response

    return opens_to("everyone")(answer)


def _answered(view: Callable[..., dict[str, Any]], request: HttpRequest, given: dict[str, str]) -> Answer:
    if request.method not in ("GET", "HEAD"):
        return 405, _problem(405, _("这里只能用 GET 读取。"))
    try:
        return 200, view(request, **given)
    except BadInput as problem:
        return 400, _problem(400, str(problem))
    except catalogue.ForApplicants as closed:
        return 403, _problem(403, str(closed))
    except catalogue.NoSuchDataset:
        known = reverse("open:api-datasets")
        return 404, _problem(404, _("没有这份公开数据；可用的列在 %(known)s。") % {"known": known})


def _problem(status: int, message: str) -> dict[str, Any]:
    return {"error": {"status": status, "message": message}}


def _next(request: HttpRequest, offset: int) -> str:
    """Relative to the site, so that a proxy's or a forger's host name never enters a link."""
    asked: QueryDict = request.GET.copy()
    asked["offset"] = str(offset)
    return f"{request.path}?{asked.urlencode()}"


@_json
def datasets(request: HttpRequest) -> dict[str, Any]:
    text = request.GET.get("q", "").replace("\x00", "")[:80]
    limit = asking.whole(request.GET, "limit", usual=100, most=asking.MOST_ROWS)
    offset = asking.whole(request.GET, "offset", usual=0, most=asking.FARTHEST)
    found = catalogue.find(
        text,
        {key: request.GET.get(key, "") for key in ("openness", "theme", "department", "licence")},
        limit=limit,
        offset=offset,
    )
    more = offset + limit < found.total and limit
    return {
        "total": found.total,
        "datasets": [_entry(one.spec) for one in found.entries],
        "next": _next(request, offset + limit) if more else None,
    }


def _entry(resource: catalogue.Resource) -> dict[str, Any]:
    facts = tables.facts(resource)
    return catalogue.described(resource) | {
        "rows": facts.rows,
        "version": facts.version,
        "updated": facts.updated.isoformat() if facts.updated else None,
        "address": reverse("open:api-rows", args=[resource.code]) if resource.open else None,
    }


@_json
def dataset(request: HttpRequest, code: str) -> dict[str, Any]:
    return _entry(catalogue.listed(code))


@_json
def rows(request: HttpRequest, code: str) -> dict[str, Any]:
    resource = catalogue.dataset(code)
    asked = asking.question(resource, request.GET)
    found, total = tables.page(resource, asked)
    reached = asked.offset + len(found)
    return {
        "code": code,
        "version": tables.facts(resource).version,
        "total": total,
        "limit": asked.limit,
        "offset": asked.offset,
        "next": _next(request, reached) if found and reached < total else None,
        "rows": found,
    }
