"""What programs are told: JSON for every answer, a name for every error, a status that says whose it is."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.asking import NoData
from huicheng.exchange.catalogue import UnknownResource
from huicheng.exchange.granting.door import QuotaExceeded
from huicheng.exchange.refusals import AccessDenied
from huicheng.ground.api import BadInput, note_fault, opens_to

View = Callable[..., HttpResponseBase]
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def to_programs(*methods: str, scope: str = "") -> Callable[[View], View]:
    """A route for keys and for sessions of officials: these methods alone, and no error but JSON."""

    def wrap(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **given: Any) -> HttpResponseBase:
            if request.method not in (*methods, "OPTIONS"):
                told = refusal("method_not_allowed", _("这个地址不支持此方法。"), status=405)
                told["Allow"] = ", ".join(methods)
                return told
            if request.method == "OPTIONS":
                return HttpResponse(status=204, headers={"Allow": ", ".join((*methods, "OPTIONS"))})
            try:
                return view(request, **given)
            except BadInput as problem:
                return refusal_of(problem)
            except Exception as problem:
                fault = note_fault(problem, what=f"{request.method} {request.resolver_match}")
                return refusal("fault", _("平台出错：%(fault)s") % {"fault": fault}, status=500)

        return opens_to("machine", scope=scope)(answer)

    return wrap


def refusal(code: str, message: str, *, do: str = "", status: int = 400) -> JsonResponse:
    told = {"error": code, "message": message} | ({"do": do} if do else {})
    return said(told, status=status)


def said(body: Any, *, status: int = 200) -> JsonResponse:
    return JsonResponse(body, safe=False, status=status, json_dumps_params={"ensure_ascii": False})


def refusal_of(problem: BadInput) -> JsonResponse:
    """Named after its class, ``GrantExpired`` is ``grant_expired``; ``status`` and ``do`` where the class has them."""
    code = getattr(problem, "code", "") or HUMP.sub("_", type(problem).__name__).lower()
    answer = refusal(code, str(problem), do=str(getattr(problem, "do", "")), status=_status(problem))
    if again := getattr(problem, "again", None):
        answer["Retry-After"] = str(max(1, math.ceil((again - timezone.now()).total_seconds())))
    return answer


def _status(problem: BadInput) -> int:
    if status := getattr(problem, "status", 0):
        return int(status)
    if isinstance(problem, QuotaExceeded):
        return 429
    if isinstance(problem, UnknownResource | NoData):
        return 404
    return 403 if isinstance(problem, AccessDenied) else 400
