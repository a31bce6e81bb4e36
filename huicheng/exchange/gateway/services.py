"""Services that departments publish, and calling them as the policy lets one."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

import jsonschema
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.asking import admit, leaves_a_trace, refusing, take
from huicheng.exchange.catalogue import resource
from huicheng.exchange.evidence.receipts import note
from huicheng.exchange.gateway import calling, circuit
from huicheng.exchange.gateway.cutting import Sight, Told, reading_of, sight_of
from huicheng.exchange.gateway.cutting import told as cut
from huicheng.exchange.gateway.fitting import fits, read_json, unsafe
from huicheng.exchange.gateway.models import Service, Use
from huicheng.exchange.gateway.refusals import (
    AnswerUnfit,
    BadPath,
    BodyTooLarge,
    MethodNotPublished,
    NoSuchService,
    NotYoursToPublish,
    ServiceFailed,
    ServiceFault,
    ServiceIsPaused,
    ServiceUnfit,
    TooManyCalls,
)
from huicheng.exchange.sending import Asking
from huicheng.ground.api import Actor, Event, act, current_actor, publish

MISMATCH = ("refuse", "note")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
LONGEST_SCHEMA, LONGEST_WAIT, MOST_BODY = 100_000, 60.0, 1024 * 1024
SEGMENT = re.compile(r"[^\x00-\x1f\x7f\\?#%]+")


@dataclass(frozen=True, kw_only=True)
class ServicePublished(Event):
    """Where it is stays out of the line: the catalogue's readers call it through the gateway alone."""

    resource: str
    methods: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ServiceWithdrawn(Event):
    resource: str


@dataclass(frozen=True, kw_only=True)
class ServiceCalled(Event):
    """``outcome`` is ``ok`` or the name of the error. Neither the path nor anything that was sent: it may name people.

    ``unfit`` is the rule of the schema that an answer broke which was passed on all the same.
    """

    resource: str
    method: str
    status: int
    outcome: str
    ms: int
    sent: int
    received: int
    unfit: str = ""


@dataclass(frozen=True, kw_only=True)
class CircuitOpened(Event):
    resource: str


@dataclass(frozen=True)
class ServiceView:
    code: str
    title: str
    owner: str
    base_url: str
    methods: tuple[str, ...]
    timeout: float
    per_minute: int
    circuit: str
    failures: int
    checked: bool
    at: datetime
    on_mismatch: str
    paused: bool
    answer_schema: Any = None


@dataclass(frozen=True)
class Asked:
    """One call as its caller sent it."""

    method: str
    path: str
    query: str
    kind: str
    accept: str
    body: bytes


def may_publish(actor: Actor, owner: str) -> bool:
    if actor.kind == "system":
        return True
    steward = actor.department == "shuju" and actor.may("steward")
    return actor.kind == "official" and (steward or (actor.department == owner and actor.may("deliver")))


@act
def publish_service(
    code: str, *, base_url: str, methods: Sequence[str] = ("GET",), timeout: float = 10,
    per_minute: int = 60, answer_schema: Any = None, on_mismatch: str = "refuse",
) -> ServiceView:  # fmt: skip
    """The HTTP service behind a catalogue entry; who may call it is what the entry's sharing and its grants say."""
    spec = resource(code)
    if not may_publish(current_actor(), spec.owner):
        raise NotYoursToPublish(_("只有“%(title)s”的提供部门能发布它的接口。") % {"title": spec.title})
    check_fit(base_url, methods, timeout, per_minute)
    check_schema(answer_schema, on_mismatch)
    facts = {
        "owner": spec.owner, "base_url": base_url.rstrip("/"), "methods": list(dict.fromkeys(methods)),
        "timeout": timeout, "per_minute": per_minute, "answer_schema": answer_schema, "on_mismatch": on_mismatch, "published": True,
        "failures": 0, "opened_at": None, "probe_at": None,
    }  # fmt: skip
    row, _new = Service.objects.update_or_create(code=spec.code, defaults=facts)
    publish(ServicePublished(subject=f"service:{code}"[:120], resource=code, methods=tuple(row.methods)))
    return _view(row)


def check_fit(base_url: str, methods: Sequence[str], timeout: float, per_minute: int) -> None:
    _base(base_url)
    if not methods or any(one not in METHODS for one in methods):
        raise ServiceUnfit(_("方法只能是 %(known)s。") % {"known": "、".join(METHODS)}, part="methods")
    if not 0 < timeout <= LONGEST_WAIT:
        raise ServiceUnfit(
            _("超时应在 0 到 %(most)s 秒之间。") % {"most": f"{LONGEST_WAIT:g}"}, part="timeout"
        )
    if not 1 <= per_minute <= 100_000:
        raise ServiceUnfit(_("每分钟次数应在 1 到 100000 之间。"), part="per_minute")


def _base(text: str) -> SplitResult:
    try:
        found = urlsplit(text)
        fit = found.scheme in ("http", "https") and bool(found.hostname) and found.port != 0
    except ValueError:
        fit = False
    if (
        not fit
        or len(text) > 300
        or found.username
        or found.query
        or found.fragment
        or not text.isprintable()
        or not text.isascii()
        or " " in text
    ):
        raise ServiceUnfit(_("服务地址应像 https://主机/路径，不含账号、查询串和 #。"), part="base_url")
    return found


def check_schema(schema: Any, on_mismatch: str = "refuse") -> None:
    if on_mismatch not in MISMATCH:
        raise ServiceUnfit(_("结构不符时只能拦下（refuse）或照转并注明（note）。"), part="on_mismatch")
    if schema is None:
        return
    try:
        if len(json.dumps(schema)) > LONGEST_SCHEMA:
            raise ServiceUnfit(_("应答结构太大。"), part="schema")
        jsonschema.Draft202012Validator.check_schema(schema)
    except (jsonschema.SchemaError, TypeError) as problem:
        told = getattr(problem, "message", "")[:200]
        raise ServiceUnfit(
            _("应答结构不是有效的 JSON Schema：%(why)s") % {"why": told}, part="schema"
        ) from None
    if rule := unsafe(schema):
        raise ServiceUnfit(
            _("应答结构里的 %(rule)s 不能用：正则不能有前后查找和反向引用，属性不能按正则命名，$schema 只能写在最外层；请改写或删去。")
            % {"rule": rule}, part="schema",
        )  # fmt: skip


@act
def withdraw_service(code: str) -> None:
    row = _row(code)
    if not may_publish(current_actor(), row.owner):
        raise NotYoursToPublish(_("只有提供部门能撤下它的接口。"))
    Service.objects.filter(pk=code).update(published=False)
    publish(ServiceWithdrawn(subject=f"service:{code}"[:120], resource=code))


def services(owner: str | None = None) -> list[ServiceView]:
    rows = Service.objects.filter(Q(owner=owner) if owner else Q(), published=True).order_by("code")
    return [_view(row) for row in rows]


def _view(row: Service) -> ServiceView:
    return ServiceView(
        row.code, resource(row.code, retired=True).title, row.owner, row.base_url, tuple(row.methods), row.timeout,
        row.per_minute, "paused" if row.paused else circuit.state(row), row.failures, row.answer_schema is not None,
        row.at, row.on_mismatch, row.paused, row.answer_schema,
    )  # fmt: skip


def _row(code: str) -> Service:
    row = Service.objects.filter(pk=code[:120], published=True).first()
    if row is None:
        raise NoSuchService(_("没有发布这个接口。"))
    return row


def call_service(code: str, asking: Asking, asked: Asked) -> calling.Answer:
    """Call it as the policy lets this caller; every call leaves a line, whatever became of it."""
    spec, row = resource(code), _row(code)
    admitted = admit(f"SELECT 1 FROM {spec.table}", asking.actor, asking.purpose, asking.case)
    with refusing(asking.actor, asking.purpose, spec.table, "接口只对获得全部信息项的授权开放"):
        sight = sight_of(admitted[spec.table], row.answer_schema)
    if asked.method not in row.methods:
        raise MethodNotPublished(_("这个接口只支持 %(known)s。") % {"known": "、".join(row.methods)})
    if len(asked.body) > MOST_BODY:
        raise BodyTooLarge(_("正文超过 1 MB。"))
    if row.paused:
        raise ServiceIsPaused(_("提供方暂停了这个接口，恢复以后再调用。"))
    target = target_of(row.base_url, asked)
    _take(row, asking.actor.department or "")
    circuit.pass_through(row)
    found = _called(row, asking, asked, target, sight)
    take(asking.actor, asking.purpose, admitted, rows=found.rows)
    if leaves_a_trace(asking.actor, admitted):
        note(asking.actor, asking.purpose, [reading_of(sight, found)])
    return found.answer


def target_of(base_url: str, asked: Asked) -> str:
    """Under the base path and nowhere else."""
    segments = asked.path.split("/") if asked.path else []
    for one in segments:
        if one in (".", "..") or (one and not SEGMENT.fullmatch(one)):
            raise BadPath(_("路径里有不能用的部分。"))
    if "" in segments[:-1]:
        raise BadPath(_("路径里有不能用的部分。"))
    if (
        not asked.query.isascii()
        or not asked.query.isprintable()
        or len(asked.query) > 8000
        or " " in asked.query
    ):
        raise BadPath(_("查询串里有不能用的字符。"))
    path = urlsplit(base_url).path + "/" + "/".join(quote(one, safe="") for one in segments)
    return path + (f"?{asked.query}" if asked.query else "")


def _take(row: Service, department: str) -> None:
    """One row a caller, changed in one statement, so that no two slip by."""
    window = int(timezone.now().timestamp()) // 60
    Use.objects.get_or_create(service=row.code, department=department)
    mine = Use.objects.filter(service=row.code, department=department)
    if mine.filter(window__lt=window).update(window=window, used=1):
        return
    if not mine.filter(used__lt=row.per_minute).update(used=F("used") + 1):
        again = timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
        raise TooManyCalls(_("本部门每分钟最多调用 %(most)s 次。") % {"most": row.per_minute}, again=again)


def _called(row: Service, asking: Asking, asked: Asked, target: str, sight: Sight) -> Told:
    start = time.monotonic()
    told = {
        "Accept": asked.accept or "application/json",
        "User-Agent": "huicheng-gateway",
        "Connection": "close",
    }
    told |= {
        "X-Huicheng-Department": asking.actor.department or "",
        "X-Huicheng-Purpose": quote(asking.purpose),
    }
    told |= {"Content-Type": asked.kind} if asked.body and asked.kind else {}
    try:
        made = calling.Call(asked.method, target, told, asked.body)
        answer = calling.call(urlsplit(row.base_url), made, timeout=row.timeout)
        found = _fitting(row, asked, answer, sight)
    except ServiceFault as fault:
        opened = not _for_some_alone(row, fault, sight) and circuit.failed(row)
        _note(row, asking, asked, outcome=type(fault).__name__, start=start, opened=opened)
        fault.noted = True
        raise
    circuit.succeeded(row)
    _note(row, asking, asked, outcome="ok", start=start, answer=found.answer)
    return found


def _for_some_alone(row: Service, fault: ServiceFault, sight: Sight) -> bool:
    """Who takes the whole would have been served with a remark: one narrow grant must not shut the service for them."""
    if not isinstance(fault, AnswerUnfit) or sight.whole or row.on_mismatch != "note":
        return False
    circuit.succeeded(row)
    return True


def _fitting(row: Service, asked: Asked, answer: calling.Answer, sight: Sight) -> Told:
    """The whole is checked for who takes the whole; what is cut is checked as far as its caller sees it."""
    head = asked.method == "HEAD"
    if not sight.whole:
        check(None, asked, answer)
        return cut(sight, answer, head=head)
    try:
        check(row.answer_schema, asked, answer)
    except AnswerUnfit as problem:
        if row.on_mismatch != "note":
            raise
        answer = replace(answer, unfit=problem.place)
    return cut(sight, answer, head=head)


def check(schema: Any, asked: Asked, answer: calling.Answer) -> None:
    if answer.status >= 500:
        raise ServiceFailed(_("服务出错，答了 %(status)s。") % {"status": answer.status})
    if schema is None or answer.status >= 300 or asked.method == "HEAD" or answer.status == 204:
        return
    fits(schema, read_json(answer))


@act
def _note(
    row: Service, asking: Asking, asked: Asked, *, outcome: str, start: float,
    answer: calling.Answer | None = None, opened: bool = False,
) -> None:  # fmt: skip
    line = ServiceCalled(
        subject=f"service:{row.code}"[:120], purpose=asking.purpose[:200], resource=row.code, method=asked.method,
        status=answer.status if answer else 0, outcome=outcome, ms=round((time.monotonic() - start) * 1000),
        sent=len(asked.body), received=len(answer.body) if answer else 0,
        unfit=answer.unfit[:100] if answer else "",
    )  # fmt: skip
    publish(line)
    if opened:
        publish(CircuitOpened(subject=f"service:{row.code}"[:120], resource=row.code))
