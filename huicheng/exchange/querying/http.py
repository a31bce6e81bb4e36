"""The query API at ``/api/v1/``: parse, ask, answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from huicheng.exchange.answering import said, to_programs
from huicheng.exchange.asking import ask
from huicheng.exchange.catalogue import resource, resources
from huicheng.exchange.declarations import Resource
from huicheng.exchange.evidence.showing import reading_of, reading_proof
from huicheng.exchange.granting.door import GRANT_SCOPE, grants_of, own_grants
from huicheng.exchange.policy import decide
from huicheng.exchange.querying import filters, formats, openapi, rows
from huicheng.exchange.querying.refusals import BadParameter, FilterTooLarge, QuestionNotAnswered
from huicheng.exchange.sending import Asking
from huicheng.ground.api import current_actor, opens_to
from huicheng.lake import api as lake

MOST_LISTED, LONGEST_QUESTION, MOST_ROWS = 200, 50_000, 10_000


def asking_of(request: HttpRequest) -> Asking:
    """Purpose and case stand in headers, percent-encoded where they are not ASCII."""
    purpose = _header(request, "Huicheng-Purpose")
    return Asking(current_actor(), purpose, _header(request, "Huicheng-Case"))


def _header(request: HttpRequest, name: str) -> str:
    try:
        text = unquote_to_bytes(request.headers.get(name, "")).decode("utf-8").strip()
    except UnicodeError:
        text = "\x00"
    if len(text) > 200 or not text.isprintable():
        raise BadParameter(
            _("请求头 %(name)s 读不懂。") % {"name": name}, do=_("请写不超过 200 个字，用百分号编码的 UTF-8，例如 %E6%A0%B8%E5%AF%B9。")
        )  # fmt: skip
    return text


@opens_to("everyone")
def document(request: HttpRequest) -> JsonResponse:
    return said(openapi.document())


@to_programs("GET", "HEAD", scope=GRANT_SCOPE)
def whoami(request: HttpRequest) -> HttpResponseBase:
    """Which key this is, as the platform sees it."""
    actor = current_actor()
    return said(
        {
            "kind": actor.kind,
            "name": actor.name,
            "department": actor.department,
            "duties": sorted(actor.duties),
        }
    )


@to_programs("GET", "HEAD", scope=GRANT_SCOPE)
def listing(request: HttpRequest) -> HttpResponseBase:
    """What this caller may read for the purpose in the header, and its grants with the purpose of each."""
    asking = asking_of(request)
    limit = filters_limit(request.GET.get("limit", ""))
    after = request.GET.get("after", "")[:120]
    found: list[dict[str, Any]] = []
    known = sorted((one for one in resources() if one.code > after), key=lambda one: one.code)
    for spec in known:
        if len(found) == limit:
            break
        decision = decide(spec, asking.actor, asking.purpose, case=asking.case)
        if decision.allowed:
            found.append(_listed(spec) | {"ground": decision.reason})
    more = found[-1]["code"] if len(found) == limit else None
    return said({"resources": found, "grants": _grants(asking), "after": more})


def filters_limit(text: str) -> int:
    if not text:
        return 100
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or not 1 <= int(text) <= MOST_LISTED:
        raise BadParameter(_("limit 应是 1 到 %(most)s 的整数。") % {"most": MOST_LISTED})
    return int(text)


def _listed(spec: Resource) -> dict[str, Any]:
    base = f"/api/v1/resources/{spec.code}"
    return {
        "code": spec.code,
        "title": spec.title,
        "owner": spec.owner,
        "schema": base,
        "rows": f"{base}/rows",
    }


def _grants(asking: Asking) -> list[dict[str, Any]]:
    actor = asking.actor
    live = grants_of(actor.department, live=True) if actor.department else own_grants(actor, live=True)
    return [
        {
            "id": one.id, "resource": one.resource, "purpose": one.purpose, "columns": one.columns,
            "case_required": one.case_required, "aggregate_only": one.aggregate_only,
            "expires": one.expires.isoformat(),
        }
        for one in live
    ]  # fmt: skip


@to_programs("GET", "HEAD", scope=GRANT_SCOPE)
def schema(request: HttpRequest, code: str) -> HttpResponseBase:
    spec, asking = resource(code), asking_of(request)
    decision = rows.decided(spec, asking)
    there = lake.exists(spec.table)
    # How many rows there are is a figure of its own: to who sees sums over groups it would tell of single ones.
    whole = there and not decision.where and not decision.smallest_group
    facts = {"version": lake.version(spec.table), "total": lake.rows(spec.table)} if whole else {}
    told = _listed(spec) | {"summary": spec.summary, "key": spec.key, "ground": decision.reason} | facts
    return said(told | {"columns": rows.shown(spec, decision), "formats": list(formats.TYPES)})


@to_programs("GET", "HEAD", scope=GRANT_SCOPE)
def read_rows(request: HttpRequest, code: str) -> HttpResponseBase:
    """A page of rows, or all of them in pieces; 304 where the caller has them already."""
    text = request.META.get("QUERY_STRING", "")
    if len(text) > 4 * filters.LONGEST_QUERY:
        raise FilterTooLarge(_("查询串超过 %(most)s 个字。") % {"most": filters.LONGEST_QUERY})
    form = formats.chosen(request.GET.get("format", ""), request.headers.get("Accept", ""))
    query = rows.understood(resource(code), asking_of(request), _pairs(text), form)
    if query.etag in request.headers.get("If-None-Match", ""):
        return _described(HttpResponse(status=304), query)
    if request.method == "HEAD":
        return _described(HttpResponse(content_type=formats.TYPES[form]), query)
    if query.limit is None:
        return _described(StreamingHttpResponse(rows.whole(query), content_type=formats.TYPES[form]), query)
    return _page(query)


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError:
        raise BadParameter(
            _("查询串读不懂，或参数太多。"), do=_("请用百分号编码的 UTF-8，参数不超过 200 个。")
        ) from None


def _page(query: rows.Query) -> HttpResponseBase:
    found = rows.page(query)
    if query.form != "json":
        content = formats.written(query.form, found.table)
        answer = HttpResponse(content, content_type=formats.TYPES[query.form])
    else:
        told = {"code": query.spec.code, "version": found.version, "rows": formats.rows(found.table)}
        answer = said(told | {"next": found.following or None})
    if found.following:
        answer["Huicheng-Next"] = found.following
    return _described(answer, query)


def _described(answer: Any, query: rows.Query) -> HttpResponseBase:
    answer["ETag"] = query.etag
    answer["Huicheng-Version"] = str(query.version)
    answer["Cache-Control"] = "private, no-cache"
    answer["Vary"] = "Accept, Authorization, Huicheng-Purpose, Huicheng-Case"
    return answer


@to_programs("POST", scope=GRANT_SCOPE)
def question(request: HttpRequest) -> HttpResponseBase:
    """One SELECT; every table that it names passes the policy."""
    asking = asking_of(request)
    sql, told = question_in(request)
    limit = told.get("limit", 1000)
    if type(limit) is not int or not 1 <= limit <= MOST_ROWS:
        raise BadParameter(_("limit 应是 1 到 %(most)s 的整数。") % {"most": MOST_ROWS})
    with unanswered(_("只能是一个 SELECT，只用目录里的表，如 base.people。")):
        answer = ask(sql, asking.actor, purpose=asking.purpose, limit=limit, case=asking.case)
    form = formats.chosen(str(told.get("format", "")), request.headers.get("Accept", ""))
    if form != "json":
        return HttpResponse(formats.written(form, answer.table), content_type=formats.TYPES[form])
    return said({"tables": answer.tables, "rows": formats.rows(answer.table)})


def question_in(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    """The SELECT, and what else stands beside it."""
    told = _body(request)
    sql = told.get("sql")
    if not isinstance(sql, str) or not sql.strip() or len(sql) > LONGEST_QUESTION:
        raise BadParameter(_("sql 应是一个 SELECT，不超过 %(most)s 个字。") % {"most": LONGEST_QUESTION})
    return sql, told


@contextmanager
def unanswered(do: str) -> Iterator[None]:
    """What the engine says against a question is a refusal that tells what to do."""
    try:
        yield
    except (lake.QuestionRefused, lake.QuestionFailed) as problem:
        raise QuestionNotAnswered(_("这个问题不能回答：%(why)s") % {"why": problem}, do=do) from None


@to_programs("GET", "HEAD", noun="reading")
def receipt(request: HttpRequest, reading: str) -> HttpResponseBase:
    """For the department that read, and for who provides one of its tables; anybody checks it offline."""
    found = reading_of(reading, current_actor())
    return said(reading_proof(found.id))


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise BadParameter(_("正文应是一个 JSON 对象。"), do='{"sql": "SELECT …"}')
    return told
