"""What programs are told: JSON for every answer, a name for every error, a status that says whose it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.asking import NoData
from huicheng.exchange.catalogue import UnknownResource
from huicheng.exchange.events import QueryRefused
from huicheng.exchange.evidence.receipts import receipts_left
from huicheng.exchange.granting.door import QuotaExceeded
from huicheng.exchange.refusals import AccessDenied, code_of
from huicheng.ground.api import BadInput, act, note_fault, opens_to, publish

View = Callable[..., HttpResponseBase]
# The numbers of the receipts that a request left; what they prove is at /api/v1/receipts/.
RECEIPT = "Huicheng-Receipt"


def to_programs(*methods: str, scope: str = "", noun: str = "resource") -> Callable[[View], View]:
    """A route for keys and for sessions of officials: these methods alone, no error but JSON, none without its line.

    ``scope`` lets in keys of such a scope, a resident's too. ``noun`` is what the ``code`` of its address is a number of.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **given: Any) -> HttpResponseBase:
            if request.method not in (*methods, "OPTIONS"):
                told = refusal("method_not_allowed", _("这个地址不支持此方法。"), status=405)
                told["Allow"] = ", ".join(methods)
                return told
            if request.method == "OPTIONS":
                return HttpResponse(status=204, headers={"Allow": ", ".join((*methods, "OPTIONS"))})
            with receipts_left() as left:
                found = _answered(view, request, given, noun)
            if left:
                found[RECEIPT] = ", ".join(left)
            return found

        answer.notes_refusals = True  # type: ignore[attr-defined]
        return opens_to("machine", scope=scope)(answer)

    return wrap


def _answered(view: View, request: HttpRequest, given: dict[str, Any], noun: str) -> HttpResponseBase:
    try:
        return view(request, **given)
    except BadInput as problem:
        note_refused(_subject(request, given, noun), problem)
        return refusal_of(problem)
    except Exception as problem:
        fault = note_fault(problem, what=f"{request.method} {request.resolver_match}")
        return refusal("fault", _("平台出错：%(fault)s") % {"fault": fault}, status=500)


def _subject(request: HttpRequest, given: dict[str, Any], noun: str) -> str:
    for name, kind in (("code", noun), ("schema", "grant"), ("subscription_id", "subscription")):
        if name in given:
            return f"{kind}:{given[name]}"[:120]
    match = request.resolver_match
    return match.view_name[:120] if match else "question"


def note_refused(subject: str, problem: BadInput) -> None:
    """What is refused leaves a line, unless a fuller one tells of it: which error about what, no value of it."""
    if not problem.noted:
        _note(subject, named(problem))
        problem.noted = True


@act
def _note(subject: str, error: str) -> None:
    publish(QueryRefused(subject=subject, error=error))


def named(problem: BadInput) -> str:
    return str(getattr(problem, "code", "")) or code_of(problem)


def refusal(code: str, message: str, *, do: str = "", status: int = 400) -> JsonResponse:
    told = {"error": code, "message": message} | ({"do": do} if do else {})
    return said(told, status=status)


def said(body: Any, *, status: int = 200) -> JsonResponse:
    return JsonResponse(body, safe=False, status=status, json_dumps_params={"ensure_ascii": False})


def refusal_of(problem: BadInput) -> JsonResponse:
    """Named after its class; ``status`` and ``do`` where the class has them."""
    answer = refusal(
        named(problem), str(problem), do=str(getattr(problem, "do", "")), status=_status(problem)
    )
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
