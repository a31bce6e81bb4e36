"""What other portals' harvesters fetch: DCAT-AP pages and CKAN's action API, read only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from huicheng.exchange import api as exchange
from huicheng.ground.api import BadInput, opens_to
from huicheng.portals.open import asking, catalogue, ckan, dcat

MOST_BODY = 64 * 1024


def site_of(request: HttpRequest, number: int = 1) -> dcat.Site:
    """The address we were told is ours; without one, the host that ``ALLOWED_HOSTS`` let through."""
    root = settings.PUBLIC_URL or request.build_absolute_uri("/")
    return dcat.Site(root.rstrip("/"), number)


@opens_to("everyone")
@require_safe
def catalogue_page(request: HttpRequest, syntax: str) -> HttpResponse:
    if syntax not in dcat.FORMATS:
        raise Http404(_("目录的格式有：%(known)s。") % {"known": "、".join(dcat.FORMATS)})
    try:
        number = max(1, asking.whole(request.GET, "page", usual=1, most=1_000_000))
    except BadInput as problem:
        return HttpResponse(str(problem), status=400, content_type="text/plain; charset=utf-8")
    found = exchange.search(listed=True, limit=dcat.PAGE, offset=(number - 1) * dcat.PAGE)
    if number > 1 and not found.entries:
        raise Http404(_("目录没有第 %(number)d 页。") % {"number": number})
    return _written(dcat.graph(found.entries, site_of(request, number), total=found.total), syntax)


def _written(made: Any, form: str) -> HttpResponse:
    how, media = dcat.FORMATS[form]
    answer = HttpResponse(
        made.serialize(format=how, encoding="utf-8"), content_type=f"{media}; charset=utf-8"
    )
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@opens_to("everyone")
@require_safe
def dataset_page(request: HttpRequest, code: str, syntax: str) -> HttpResponse:
    try:
        catalogue.listed(code)
    except catalogue.NoSuchDataset:
        raise Http404(_("没有这份公开数据。")) from None
    if syntax not in dcat.FORMATS:
        raise Http404(_("目录的格式有：%(known)s。") % {"known": "、".join(dcat.FORMATS)})
    made = dcat.graph([], site_of(request), total=1)
    dcat.dataset(made, exchange.entry(code), site_of(request))
    return _written(made, syntax)


@opens_to("everyone")
@csrf_exempt  # reads only, and nobody's session changes what it answers
def perform(request: HttpRequest, action: str) -> JsonResponse:
    """CKAN's envelope: ``success`` with a ``result``, or an ``error`` whose ``__type`` its clients turn into theirs."""
    if request.method not in ("GET", "HEAD", "POST"):
        return _failed(405, "Bad Request", _("这里只能用 GET 或 POST 读取。"), action)
    try:
        result = _found(action)(ckan.Asked(_given(request), site_of(request).root))
    except ckan.NotFound as lost:
        return _failed(404, "Not Found Error", str(lost), action)
    except catalogue.ForApplicants as closed:
        return _failed(403, "Authorization Error", str(closed), action)
    except BadInput as problem:
        return _failed(409, "Validation Error", str(problem), action)
    return _enveloped(200, {"success": True, "result": result}, action)


def _found(name: str) -> Callable[[ckan.Asked], Any]:
    if name in ckan.ACTIONS:
        return ckan.ACTIONS[name]
    raise ckan.NotFound(_("没有这个动作；可用的是 %(known)s。") % {"known": "、".join(ckan.ACTIONS)})


def _given(request: HttpRequest) -> Mapping[str, Any]:
    if request.method != "POST":
        return {key: request.GET[key] for key in request.GET}
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return {key: request.POST[key] for key in request.POST}
    body = request.read(MOST_BODY + 1)
    if len(body) > MOST_BODY:
        raise BadInput(_("请求体太大，最多 %(most)d 字节。") % {"most": MOST_BODY})
    try:
        given = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise BadInput(_("请求体不是 JSON。")) from None
    if not isinstance(given, dict):
        raise BadInput(_("请求体应是一个 JSON 对象。"))
    return given


def _failed(status: int, kind: str, message: str, name: str) -> JsonResponse:
    return _enveloped(status, {"success": False, "error": {"__type": kind, "message": message}}, name)


def _enveloped(status: int, body: dict[str, Any], name: str) -> JsonResponse:
    answer = JsonResponse({"help": f"/open/ckan/api/3/action/help_show?name={name}", **body}, status=status,
                          json_dumps_params={"ensure_ascii": False})  # fmt: skip
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
