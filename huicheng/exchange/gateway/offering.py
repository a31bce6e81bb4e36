"""What a provider does with its service besides publishing it: try it first, pause it, let it go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _

from huicheng.exchange.asking import admit, leaves_a_trace
from huicheng.exchange.catalogue import resource
from huicheng.exchange.evidence.reading import Admitted
from huicheng.exchange.evidence.receipts import note
from huicheng.exchange.gateway import calling
from huicheng.exchange.gateway.cutting import reading_of, sight_of, told
from huicheng.exchange.gateway.models import Service
from huicheng.exchange.gateway.refusals import (
    AnswerUnfit,
    NoSuchService,
    NotYoursToPublish,
    ServiceFault,
    ServiceUnfit,
    WholeAnswerOnly,
)
from huicheng.exchange.gateway.services import (
    Asked,
    ServiceView,
    check,
    check_fit,
    check_schema,
    may_publish,
    services,
    target_of,
)
from huicheng.ground.api import Event, act, current_actor, publish

MOST_SHOWN, TRIAL = 4_000, "试调"


@dataclass(frozen=True, kw_only=True)
class ServicePaused(Event):
    resource: str


@dataclass(frozen=True, kw_only=True)
class ServiceResumed(Event):
    resource: str


@dataclass(frozen=True, kw_only=True)
class ServiceTried(Event):
    """Its provider called it before publishing it, or after; neither address nor path."""

    resource: str
    status: int
    outcome: str
    ms: int


@dataclass(frozen=True)
class Tried:
    """``problem`` in words where no answer came, or none that the gateway would pass on; ``body`` is its beginning,

    as far as who tries it may see the entry's rows; ``hidden`` where nobody can tell how far that is.
    """

    status: int
    kind: str
    ms: int
    size: int
    body: str
    problem: str
    unfit: bool
    hidden: bool = False


def service(code: str) -> ServiceView:
    found = next((one for one in services() if one.code == code), None)
    if found is None:
        raise NoSuchService(_("没有发布这个接口。"))
    return found


@act
def pause_service(code: str) -> None:
    """Nobody reaches it, and everybody is told why, until it is resumed."""
    _own(code).update(paused=True)
    publish(ServicePaused(subject=f"service:{code}"[:120], resource=code))


@act
def resume_service(code: str) -> None:
    """Its circuit begins anew: the provider says that it is well."""
    _own(code).update(paused=False, failures=0, opened_at=None, probe_at=None)
    publish(ServiceResumed(subject=f"service:{code}"[:120], resource=code))


def _own(code: str) -> Any:
    found = service(code)
    if not may_publish(current_actor(), found.owner):
        raise NotYoursToPublish(_("只有提供部门能暂停、恢复它的接口。"))
    return Service.objects.filter(pk=code)


def try_service(
    code: str, *, base_url: str, path: str = "", method: str = "GET", timeout: float = 10, answer_schema: Any = None
) -> Tried:  # fmt: skip
    """One call from here, published or not, with the gateway's own limits; nobody's quota and no circuit is touched."""
    spec = resource(code)
    if not may_publish(current_actor(), spec.owner):
        raise NotYoursToPublish(_("只有“%(title)s”的提供部门能发布它的接口。") % {"title": spec.title})
    if method not in ("GET", "HEAD"):
        raise ServiceUnfit(_("试调只用 GET 或 HEAD，不改任何东西。"))
    check_fit(base_url, (method,), timeout, 1)
    check_schema(answer_schema)
    place, _mark, query = path.lstrip("/").partition("?")
    asked = Asked(method, place, query, "", "application/json", b"")
    target = target_of(base_url.rstrip("/"), asked)
    admitted = admit(f"SELECT 1 FROM {spec.table}", current_actor(), TRIAL)
    call = partial(
        calling.call, urlsplit(base_url.rstrip("/")), calling.Call(method, target, _headers(asked))
    )
    return _tried(admitted[spec.table], asked, partial(call, timeout=timeout), answer_schema)


def _headers(asked: Asked) -> dict[str, str]:
    return {
        "Accept": asked.accept, "User-Agent": "huicheng-gateway", "Connection": "close",
        "X-Huicheng-Department": current_actor().department or "", "X-Huicheng-Purpose": quote(TRIAL),
    }  # fmt: skip


def _tried(one: Admitted, asked: Asked, call: Callable[[], calling.Answer], schema: Any) -> Tried:
    start, answer, shown, problem = time.monotonic(), None, None, None
    try:
        answer = call()
        shown = _shown(one, asked, answer, schema)
        check(schema, asked, answer)
    except ServiceFault as fault:
        problem = fault
    ms = round((time.monotonic() - start) * 1000)
    status, size = (answer.status, len(answer.body)) if answer else (0, 0)
    _note_tried(one.spec.code, status, type(problem).__name__ if problem else "ok", ms)
    body = shown.body[:MOST_SHOWN].decode("utf-8", "replace") if shown else ""
    return Tried(
        status, answer.kind if answer else "", ms, size, body, str(problem or ""), isinstance(problem, AnswerUnfit),
        hidden=bool(answer and not shown),
    )  # fmt: skip


def _shown(one: Admitted, asked: Asked, answer: calling.Answer, schema: Any) -> calling.Answer | None:
    """A trial shows no more than a reading would, and stands in the log of those it tells of; None: it shows nothing."""
    try:
        sight = sight_of(one, schema)
        found = told(sight, answer, head=asked.method == "HEAD")
    except (WholeAnswerOnly, AnswerUnfit):
        return None
    if leaves_a_trace(current_actor(), {one.spec.table: one}):
        note(current_actor(), TRIAL, [reading_of(sight, found)])
    return found.answer


@act
def _note_tried(code: str, status: int, outcome: str, ms: int) -> None:
    publish(
        ServiceTried(subject=f"service:{code}"[:120], resource=code, status=status, outcome=outcome, ms=ms)
    )
