"""``/api/v1/services/…``: which services there are, and calling them."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from huicheng.exchange.answering import said, to_programs
from huicheng.exchange.gateway.services import METHODS, Asked, call_service, services
from huicheng.exchange.querying.http import asking_of

# What a service says of its content; a page of it must never run as one of ours.
SAFE = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}


@to_programs("GET", "HEAD")
def listing(request: HttpRequest) -> HttpResponseBase:
    found = [
        {
            "code": one.code,
            "title": one.title,
            "owner": one.owner,
            "methods": one.methods,
            "state": one.circuit,
        }
        for one in services()
    ]
    return said({"services": found})


@to_programs(*METHODS, noun="service")
def call(request: HttpRequest, code: str, path: str = "") -> HttpResponseBase:
    asked = Asked(
        request.method or "GET", path, request.META.get("QUERY_STRING", ""), request.headers.get("Content-Type", ""),
        request.headers.get("Accept", ""), request.body,
    )  # fmt: skip
    answer = call_service(code, asking_of(request), asked)
    remark = {"Huicheng-Unfit": quote(answer.unfit)} if answer.unfit else {}
    return HttpResponse(
        answer.body, status=answer.status, content_type=answer.kind[:200], headers=SAFE | remark
    )
