"""Changes and subscriptions for programs: parse, call the door, answer."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from huicheng.exchange.answering import said, to_programs
from huicheng.exchange.querying.http import asking_of
from huicheng.exchange.querying.refusals import BadParameter
from huicheng.exchange.subscribing import door
from huicheng.exchange.subscribing.changes import changes_since, told
from huicheng.ground.api import current_actor

MOST, USUAL = 10_000, 1_000


@to_programs("GET", "HEAD")
def changes(request: HttpRequest, code: str) -> HttpResponseBase:
    """``?since=<cursor>&limit=``; without a cursor the one to begin with, ``since=beginning`` for all rows first."""
    found = changes_since(
        code,
        asking_of(request),
        since=request.GET.get("since", ""),
        limit=_limit(request.GET.get("limit", "")),
    )
    body = {"code": code, "version": found.version, "changes": told(found.rows)}
    answer = said(body | {"cursor": found.cursor, "more": found.more})
    answer["Cache-Control"] = "private, no-store"
    return answer


def _limit(text: str) -> int:
    if not text:
        return USUAL
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or not 1 <= int(text) <= MOST:
        raise BadParameter(_("limit 应是 1 到 %(most)s 的整数。") % {"most": MOST})
    return int(text)


@to_programs("GET", "HEAD", "POST")
def subscriptions(request: HttpRequest) -> HttpResponseBase:
    if request.method != "POST":
        return said({"subscriptions": [_shown(one) for one in door.subscriptions(current_actor())]})
    body = _body(request)
    code, url = body.get("resource"), body.get("url")
    if not isinstance(code, str) or not isinstance(url, str):
        raise BadParameter(_("正文要有 resource 和 url。"), do='{"resource": "…", "url": "https://…"}')
    view, secret = door.subscribe(
        code, url, asking_of(request), from_beginning=body.get("from") == "beginning"
    )
    return said(_shown(view) | {"secret": secret}, status=201)


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadParameter(_("正文应是一个 JSON 对象。"), do='{"resource": "…", "url": "https://…"}')
    return found


@to_programs("DELETE", "POST")
def subscription(request: HttpRequest, subscription_id: str) -> HttpResponseBase:
    """A POST takes it over: from then on it stands for the caller."""
    if request.method == "POST":
        return said(_shown(door.take_over(subscription_id)))
    door.unsubscribe(subscription_id)
    return HttpResponse(status=204)


def _shown(view: door.SubscriptionView) -> dict[str, Any]:
    moments = {name: at.isoformat() if at else None for name, at in _moments(view).items()}
    return asdict(view) | moments


def _moments(view: door.SubscriptionView) -> dict[str, Any]:
    return {"created_at": view.created_at, "delivered_at": view.delivered_at}
