"""No button of the desk without its line in the audit: who sent which form about which thing, and how it ended."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from huicheng.exchange import api as exchange
from huicheng.ground.api import BadInput, Event, act, current_actor, publish, tallied

Get = Callable[[HttpRequest], HttpResponse]
# What a value in an address is the number of; the same word means another thing on other routes.
NOUNS = {
    "receipt_id": "delivery", "token": "upload", "code": "resource", "name": "codes", "job_id": "job",
    "feed_id": "feed", "subscription_id": "subscription", "message_id": "message", "reading": "reading",
    "application": "application", "grant": "grant", "number": "node",
}  # fmt: skip
NOUNS_THERE = {
    ("feed", "number"): "feed",
    ("subscription", "number"): "subscription",
    ("service", "code"): "service",
}
# Things that a form names in its body: a revoked key, a grant that is shared, a resource that is delivered to.
NAMED = {"key": "key", "accept": "key", "grant": "grant", "resource": "resource"}
PLAIN = re.compile(r"[\w.-]{1,60}")


@dataclass(frozen=True, kw_only=True)
class FormSent(Event):
    """``step``: which of the form's buttons. No value that was typed is in it."""

    route: str
    step: str
    status: int
    refused: bool


def recorded(get: Get) -> Get:
    """Whatever an act has not told of already: what was refused, what only queued a job, what only was tried."""

    def handle(request: HttpRequest) -> HttpResponse:
        with tallied() as tally:
            answer = get(request)
        match = request.resolver_match
        named = current_actor().kind != "anonymous"
        if request.method == "POST" and named and match and match.namespace == "desk" and not tally.lines:
            _note(request, match, answer)
        return answer

    return handle


@act
def _note(request: HttpRequest, match: ResolverMatch, answer: HttpResponse) -> None:
    refused = answer.status_code >= 400 or _warned(request)
    event = FormSent(
        subject=subject_of(request), route=match.view_name, step=_plain(request.POST.get("do", "")),
        status=answer.status_code, refused=refused,
    )  # fmt: skip
    publish(event)


def refused(request: HttpRequest, problem: BadInput) -> None:
    """What a form was refused, by its name."""
    exchange.note_refused(subject_of(request), problem)


def subject_of(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None:
        return "desk"
    first = match.url_name.partition("_")[0] if match.url_name else ""
    for name, value in match.kwargs.items():
        if noun := NOUNS_THERE.get((first, name)) or NOUNS.get(name):
            return f"{noun}:{value}"[:120]
    for name, noun in NAMED.items():
        if value := _plain(request.POST.get(name, "")):
            return f"{noun}:{value}"
    return f"desk:{match.url_name}"


def _plain(text: str) -> str:
    """A name as the desk's own pages send it; what somebody typed is not written down."""
    return text if PLAIN.fullmatch(text) else ""


def _warned(request: HttpRequest) -> bool:
    found = getattr(messages.get_messages(request), "_queued_messages", [])
    return any(one.level >= messages.WARNING for one in found)
