"""What is answered where there is no such address: a page to people, JSON to programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults

PROGRAMS = ("/api/", "/sharing/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(PROGRAMS):
        return _said("not_found", _("没有这个地址。"), 404)
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(PROGRAMS):
        return _said("bad_request", _("请求读不懂。"), 400)
    return defaults.bad_request(request, exception)


def _said(error: str, message: str, status: int) -> JsonResponse:
    told = {"error": error, "message": message}
    return JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})
