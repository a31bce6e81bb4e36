"""What a node asks its centre for: each request is signed, each refusal has a name and an audit row."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, IntegrityError, transaction
from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from huicheng.exchange.nodes import asking, inbox, inviting, signing, taking
from huicheng.exchange.nodes.chain import manifest_of
from huicheng.exchange.nodes.events import NodeRequestRefused
from huicheng.exchange.nodes.health import beat
from huicheng.exchange.nodes.models import Node, Nonce
from huicheng.exchange.nodes.problems import (
    CentreFault,
    MalformedRequest,
    NodeProblem,
    ReplayedRequest,
    RevokedNode,
    TamperedBody,
    UnknownNode,
)
from huicheng.exchange.nodes.room import is_full, no_room
from huicheng.ground.api import Actor, UnknownScheme, act, acting_as, events, note_fault, opens_to, publish

View = Callable[[HttpRequest], JsonResponse]
Answering = Callable[..., dict[str, Any]]
QUIET = timedelta(minutes=1)
# Part of the protocol, not trouble: leave no audit row.
EVERYDAY = ("WrongOffset", "InboxBusy", "AwaitingReview")


def _told(problem: NodeProblem) -> JsonResponse:
    body = {"error": problem.code, "message": problem.message, "do": problem.do, "again": problem.passing}
    return JsonResponse(
        {**body, **problem.facts}, status=problem.status, json_dumps_params={"ensure_ascii": False}
    )


def _method(method: str, answering: Answering) -> View:
    """The mark is everyone's: who it is, the signature says, and nobody gets anything without one."""

    @opens_to("everyone")
    @csrf_exempt
    @wraps(answering)
    def view(request: HttpRequest) -> JsonResponse:
        if request.method != method:
            body = {
                "error": "method_not_allowed",
                "message": _("这里只接受 %(method)s。") % {"method": method},
                "do": "",
            }
            return JsonResponse(body, status=405, headers={"Allow": method})
        who = ""
        try:
            who = _claimed(request)
            return JsonResponse(answering(request), json_dumps_params={"ensure_ascii": False})
        except Exception as error:
            problem = _named(error)
            _note(request, who, problem)
            return _told(problem)

    return view


def _named(error: Exception) -> NodeProblem:
    if isinstance(error, NodeProblem):
        return error
    if isinstance(error, UnreadablePostError):
        return TamperedBody(_("连接在传输中断了。"))
    if isinstance(error, RequestDataTooBig):
        return MalformedRequest(_("请求太大：一次最多 2 MB。"))
    if isinstance(error, UnknownScheme):
        return MalformedRequest(str(error))
    if is_full(error):
        return no_room(_("上级"))
    told = note_fault(error, what="a node's request failed")
    return CentreFault(
        _("上级内部出错（%(told)s），什么都没有收下。") % {"told": told}, do=_("稍后会自动重试。")
    )


def _claimed(request: HttpRequest) -> str:
    return signing.marks_of(request.headers).node if "Signature-Input" in request.headers else ""


def _note(request: HttpRequest, who: str, problem: NodeProblem) -> None:
    """An audit row for each refusal, but of the same kind one a minute: a stranger must not fill the audit."""
    name = type(problem).__name__
    # What a stranger calls himself is nobody's name: else each new one would be a new row.
    known = bool(who) and Node.objects.filter(id=who).exists()
    subject = f"node:{who}" if known else "node:?"
    if name in EVERYDAY:
        return
    last = events(subject=subject, kind=NodeRequestRefused.kind(), limit=5)
    if any(one.data["problem"] == problem.code and timezone.now() - one.at < QUIET for one in last):
        return
    try:
        with acting_as(Actor(id=subject, name="", kind="anonymous")):
            _publish_refusal(subject, problem, request.path)
    except DatabaseError:
        note_fault(problem, what=f"refusal of {subject} could not be written down")


@act
def _publish_refusal(subject: str, problem: NodeProblem, path: str) -> None:
    publish(
        NodeRequestRefused(
            subject=subject, problem=problem.code, path=path[:200], words=problem.message[:500]
        )
    )


def _signed_by_node(method: str) -> Callable[[Callable[[HttpRequest, Node, float], dict[str, Any]]], View]:
    def mark(answering: Callable[[HttpRequest, Node, float], dict[str, Any]]) -> View:
        @wraps(answering)
        def known(request: HttpRequest) -> dict[str, Any]:
            node, offset = _who(request)
            return answering(request, node, offset)

        return _method(method, known)

    return mark


def _asked(request: HttpRequest) -> signing.Request:
    query = request.META.get("QUERY_STRING", "")
    return signing.Request(request.method or "", request.path, query, request.body)


def _who(request: HttpRequest) -> tuple[Node, float]:
    marks = signing.marks_of(request.headers)
    node = Node.objects.filter(id=marks.node).first()
    if node is None:
        raise UnknownNode(
            _("这里没有节点 %(node)s。") % {"node": marks.node},
            do=_("请向数据局要一个加入码，运行 huicheng node join。"),
        )
    offset = signing.check(_asked(request), marks, request.headers, pem=node.pem)
    if node.revoked_at:
        raise RevokedNode(
            _("节点“%(title)s”已被停用：%(why)s。") % {"title": node.title, "why": node.revoked_because},
            do=_("请联系数据局。"),
        )
    _once(marks)
    return node, offset


def _once(marks: signing.Marks) -> None:
    try:
        with transaction.atomic():
            Nonce.objects.create(node=marks.node, value=marks.nonce)
    except IntegrityError:
        raise ReplayedRequest(
            _("同一个请求收到了两次。"), do=_("若不是网络重发，请检查节点与上级之间经过了什么。")
        ) from None


def _json(request: HttpRequest) -> Mapping[str, Any]:
    try:
        data = json.loads(request.body)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise MalformedRequest(_("请求的内容不是 JSON 对象。"))
    return data


def _word(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise MalformedRequest(_("请求缺少“%(name)s”。") % {"name": name})
    return value


def _number(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    if isinstance(value, str) and value.isdigit() and len(value) < 19:
        value = int(value)
    if type(value) is not int or value < 0:
        raise MalformedRequest(_("请求缺少“%(name)s”。") % {"name": name})
    return value


def _bytes(data: Mapping[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(_word(data, name), validate=True)
    except binascii.Error:
        raise MalformedRequest(_("回答的行读不出来。")) from None


def _join(request: HttpRequest) -> dict[str, Any]:
    marks, data = signing.marks_of(request.headers), _json(request)
    pem = _word(data, "pem")
    signing.check(_asked(request), marks, request.headers, pem=pem)
    return inviting.redeem(_word(data, "code")[:100], pem)


join = _method("POST", _join)


@_signed_by_node("POST")
def heartbeat(request: HttpRequest, node: Node, offset: float) -> dict[str, Any]:
    return beat(node, _json(request), offset=offset)


@_signed_by_node("POST")
def announce(request: HttpRequest, node: Node, offset: float) -> dict[str, Any]:
    data = _json(request)
    return inbox.announce(node, manifest_of(data.get("manifest")), _word(data, "signature"))


@_signed_by_node("PUT")
def receive(request: HttpRequest, node: Node, offset: float) -> dict[str, Any]:
    asked = request.GET
    batch = inbox.announced(node, asked.get("resource", ""), _number(asked, "seq"))
    at = _number(asked, "offset")
    return {"offset": inbox.receive(node, manifest_of(batch.manifest), offset=at, data=request.body)}


@_signed_by_node("POST")
def take(request: HttpRequest, node: Node, offset: float) -> dict[str, Any]:
    data = _json(request)
    return {"state": "taken", "receipt": taking.take(node, _word(data, "resource"), _number(data, "seq"))}


@_signed_by_node("GET")
def questions(request: HttpRequest, node: Node, offset: float) -> dict[str, Any]:
    return {"questions": asking.waiting_for(node, after=request.GET.get("after", ""))}


@_signed_by_node("POST")
def answer(request: HttpRequest, node: Node, offset: float) -> dict[str, Any]:
    data = _json(request)
    rows, subjects = _bytes(data, "rows"), _bytes(data, "subjects") if "subjects" in data else b""
    reply = data.get("reply")
    if not isinstance(reply, dict):
        raise MalformedRequest(_("请求缺少“%(name)s”。") % {"name": "reply"})
    asking.answered(node, reply, rows, subjects)
    return {"state": "kept"}
