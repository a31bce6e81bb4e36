"""The routes of Delta Sharing, and the files behind its signed addresses."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.answering import named, note_refused, refusal, refusal_of, said, to_programs
from huicheng.exchange.asking import AccessRefused
from huicheng.exchange.events import QueryRefused
from huicheng.exchange.policy import NOT_GRANTED, REASONS
from huicheng.exchange.refusals import AccessDenied
from huicheng.exchange.sending import LOOKED_AT_EVERY
from huicheng.exchange.sharing import links, making, protocol
from huicheng.exchange.sharing.models import SharedVersion
from huicheng.exchange.sharing.refusals import NoSuchShare, NoSuchShareVersion, WrongSharingRequest
from huicheng.exchange.sharing.tables import (
    SCOPE,
    Shared,
    one_schema,
    one_share,
    one_table,
    paged,
    reader,
    shared_tables,
)
from huicheng.ground.api import BadInput, act, current_actor, events, opens_to, publish

View = Callable[..., HttpResponseBase]
LINES, CAPABILITIES, VERSION = (
    "application/x-ndjson; charset=utf-8",
    "delta-sharing-capabilities",
    "Delta-Table-Version",
)
RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
ADDRESSES, QUIET = "sharing:file", timedelta(minutes=1)
CHUNK, SIGNATURE = 1 << 18, "X-Amz-Signature"


def route(*methods: str) -> Callable[[View], View]:
    """As other programs' routes, and with the word that this protocol's clients look for."""

    def wrap(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **given: Any) -> HttpResponseBase:
            try:
                return view(request, **given)
            except BadInput as problem:
                if isinstance(problem, AccessDenied | NoSuchShare) and not problem.noted:
                    _note_refused(problem, given)
                    problem.noted = True
                note_refused(f"grant:{given.get('schema', '-')}"[:120], problem)
                refused = refusal_of(problem)
                told = json.loads(refused.content)
                refused.content = json.dumps(
                    told | {"errorCode": told["error"].upper()}, ensure_ascii=False
                ).encode()
                return refused

        return to_programs(*methods, scope=SCOPE)(answer)

    return wrap


@act
def _note_refused(problem: BadInput, given: dict[str, Any]) -> None:
    table, schema = str(given.get("table", ""))[:100], str(given.get("schema", ""))[:100]
    reason = REASONS.get(type(problem).__name__, NOT_GRANTED)
    publish(AccessRefused(subject=f"grant:{schema}", tables=(table,) if table else (), reason=reason))


def _listed(request: HttpRequest, items: list[dict[str, str]]) -> HttpResponseBase:
    most, token = request.GET.get("maxResults", ""), request.GET.get("pageToken", "")
    page, after = paged(items, lambda one: "/".join(one.values()), most=most, token=token)
    return said({"items": page} | ({"nextPageToken": after} if after else {}))


@route("GET")
def shares(request: HttpRequest) -> HttpResponseBase:
    names = dict.fromkeys(one.share for one in shared_tables(current_actor()))
    return _listed(request, [{"name": name} for name in names])


@route("GET")
def share(request: HttpRequest, share: str) -> HttpResponseBase:
    return said({"share": {"name": one_share(current_actor(), share)[0].share}})


@route("GET")
def schemas(request: HttpRequest, share: str) -> HttpResponseBase:
    found = one_share(current_actor(), share)
    return _listed(request, [{"name": one.schema, "share": one.share} for one in found])


@route("GET")
def tables(request: HttpRequest, share: str, schema: str) -> HttpResponseBase:
    return _listed(request, [_named(one) for one in one_schema(current_actor(), share, schema)])


@route("GET")
def all_tables(request: HttpRequest, share: str) -> HttpResponseBase:
    return _listed(request, [_named(one) for one in one_share(current_actor(), share)])


def _named(one: Shared) -> dict[str, str]:
    return {"name": one.name, "schema": one.schema, "share": one.share, "id": one.grant.id}


@route("GET", "HEAD")
def version(request: HttpRequest, share: str, schema: str, table: str) -> HttpResponseBase:
    shared = one_table(current_actor(), share, schema, table)
    since = request.GET.get("startingTimestamp", "")
    found = _since(shared, since) if since else making.current(shared.grant, reader(current_actor()))
    return HttpResponse(status=200, headers={VERSION: str(found.number)})


def _since(shared: Shared, text: str) -> SharedVersion:
    """The first version that stood at that moment or later."""
    making.current(shared.grant, reader(current_actor()))
    found = (
        SharedVersion.objects.filter(grant=shared.grant.id, at__gte=_moment(text)).order_by("number").first()
    )
    if found is None:
        raise NoSuchShareVersion(_("那个时间以后还没有新的版本。"))
    return found


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongSharingRequest(_("时间应写成 2026-01-31T08:00:00Z 这样。")) from None
    return found if found.tzinfo else timezone.make_aware(found)


@route("GET", "HEAD")
def metadata(request: HttpRequest, share: str, schema: str, table: str) -> HttpResponseBase:
    shared = one_table(current_actor(), share, schema, table)
    found = making.current(shared.grant, reader(current_actor()))
    return _lines(request, found, file=False)


@route("POST")
def query(request: HttpRequest, share: str, schema: str, table: str) -> HttpResponseBase:
    """Predicates and limits are hints: what they would spare is one file, and the whole of it is what is counted."""
    shared = one_table(current_actor(), share, schema, table)
    found = _wanted(shared, _body(request))
    making.hand_out(found, shared.grant, reader(current_actor()))
    return _lines(request, found, file=True)


@route("GET")
def changes(request: HttpRequest, share: str, schema: str, table: str) -> HttpResponseBase:
    one_table(current_actor(), share, schema, table)
    raise WrongSharingRequest(_("共享表不提供变更记录；要增量请用订阅。"))


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        told = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise WrongSharingRequest(_("正文应是一个 JSON 对象。"))
    for name in ("version", "limitHint", "startingVersion"):
        if told.get(name) is not None and (type(told[name]) is not int or not 0 <= told[name] < 2**62):
            raise WrongSharingRequest(_("%(name)s 应是不小于 0 的整数。") % {"name": name})
    if told.get("startingVersion") is not None:
        raise WrongSharingRequest(_("共享表不提供变更记录；要增量请用订阅。"))
    return told


def _wanted(shared: Shared, told: dict[str, Any]) -> SharedVersion:
    number, at = told.get("version"), told.get("timestamp")
    actor = reader(current_actor())
    if number is not None and at is not None:
        raise WrongSharingRequest(_("version 与 timestamp 只能写一个。"))
    if at is not None:
        moment = _moment(str(at)[:60])
        found = (
            SharedVersion.objects.filter(grant=shared.grant.id, at__lte=moment).order_by("-number").first()
        )
        number = found.number if found else -1
    return (
        making.current(shared.grant, actor)
        if number is None
        else making.numbered(shared.grant, actor, number)
    )


def _lines(request: HttpRequest, found: SharedVersion, *, file: bool) -> HttpResponseBase:
    form = protocol.form_of(request.headers.get(CAPABILITIES, ""))
    where = _address(request, found) if file else None
    answer = HttpResponse("".join(protocol.lines(found, form, where)), content_type=LINES)
    answer[VERSION] = str(found.number)
    answer[CAPABILITIES] = f"responseformat={form}"
    return answer


def _address(request: HttpRequest, found: SharedVersion) -> tuple[str, int]:
    """Delta's own reader takes an address for a file of its machine unless a parameter has one of a few names."""
    signed = links.address_of(found, current_actor().id)
    place = f"{reverse('sharing:file', args=[signed.ticket])}?{SIGNATURE}={signed.mark}"
    base = settings.PUBLIC_URL.rstrip("/")
    return (base + place if base else request.build_absolute_uri(place)), signed.ends


@opens_to("everyone")
def file(request: HttpRequest, ticket: str) -> HttpResponseBase:
    """The address is the right: HEAD and GET, whole or a range, without a key."""
    if request.method not in ("GET", "HEAD"):
        answer = refusal("method_not_allowed", _("这个地址不支持此方法。"), status=405)
        answer["Allow"] = "GET, HEAD"
        return answer
    try:
        address = links.found_at(ticket, request.GET.get(SIGNATURE, ""))
    except BadInput as problem:
        _note_address(problem)
        return refusal_of(problem)
    path = making.file_of(address.version)
    if not path.exists():
        gone = NoSuchShareVersion(_("这个文件已不再保存，请重新查询共享表。"))
        _note_address(gone)
        return refusal_of(gone)
    if request.method == "GET":
        links.note_fetch(ticket, address)
    return _sent(request, path, path.stat().st_size, address)


def _note_address(problem: BadInput) -> None:
    """One line a minute of each kind: whoever comes without a right address has no name, and must not fill the audit."""
    last = events(subject=ADDRESSES, kind=QueryRefused.kind(), limit=5)
    told = [one.data["error"] for one in last if timezone.now() - one.at < QUIET]
    if named(problem) not in told:
        note_refused(ADDRESSES, problem)


def _sent(request: HttpRequest, path: Path, size: int, address: links.Address) -> HttpResponseBase:
    asked = RANGE.fullmatch(request.headers.get("Range", "").strip())
    start, end = _span(asked[1], asked[2], size) if asked and (asked[1] or asked[2]) else (0, size)
    if start >= end and size:
        answer: Any = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{size}"
        return answer
    pieces: Any = _pieces(path, start, end, address) if request.method == "GET" else iter(())
    answer = StreamingHttpResponse(
        pieces, status=206 if asked else 200, content_type="application/octet-stream"
    )
    if asked:
        answer["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    answer["Content-Length"] = str(end - start)
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _span(first: str, last: str, size: int) -> tuple[int, int]:
    """``a-b``, ``a-`` and ``-n`` for the last n."""
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size


def _pieces(path: Path, start: int, end: int, address: links.Address) -> Iterator[bytes]:
    """Cut off, in the open and in writing, once the grant has ended."""
    looked = time.monotonic()
    with path.open("rb") as opened:
        opened.seek(start)
        while start < end and (piece := opened.read(min(CHUNK, end - start))):
            if time.monotonic() - looked >= LOOKED_AT_EVERY:
                links.look_again(address)
                looked = time.monotonic()
            start += len(piece)
            yield piece
