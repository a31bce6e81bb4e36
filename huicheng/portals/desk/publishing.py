"""Publishing a service on the desk: which entry it answers for, where it is, what it answers; tried before it is published."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, BadInput, current_actor, opens_to
from huicheng.portals.desk.forms import texts
from huicheng.portals.desk.services import publishable, shape_words, share_words
from huicheng.portals.desk.sight import page_context
from huicheng.portals.look.api import said

FIRST = {"base_url": "", "methods": ["GET"], "items": [], "shape": "object", "schema": "", "timeout": "10",
         "per_minute": "60", "on_mismatch": "refuse", "path": ""}  # fmt: skip


@opens_to("official", duty="deliver")
def choose(request: HttpRequest) -> HttpResponse:
    """Which of one's entries: its items are the answer's, its sharing says who may call."""
    actor, taken = current_actor(), {one.code for one in exchange.services()}
    rows = [
        {
            "code": one.code, "title": said(one.title), "summary": said(one.summary), "owner": one.owner,
            "items": len(one.fields), "share": share_words(one), "taken": one.code in taken,
        }
        for one in publishable(actor)
    ]  # fmt: skip
    crumbs = [(_("服务"), reverse("desk:services")), (_("发布服务"), "")]
    return render(request, "desk/service_choose.html", page_context(rows=rows, crumbs=crumbs))


@opens_to("official", duty="deliver")
def publish(request: HttpRequest, code: str) -> HttpResponse:
    spec = _spec(current_actor(), code)
    filled = _filled(request.POST) if request.method == "POST" else _first(spec)
    tried, wrong = None, None
    if request.method == "POST":
        try:
            tried = _done(request, spec, filled)
            if tried is None:
                messages.success(request, _("服务已发布，获得授权的部门现在可以调用。"))
                return redirect("desk:service", code)
        except BadInput as problem:
            wrong = problem
            exchange.note_refused(f"service:{spec.code}"[:120], problem)
    return render(
        request, "desk/service_edit.html", _page(spec, filled, tried, wrong), status=400 if wrong else 200
    )


def _spec(actor: Actor, code: str) -> exchange.Resource:
    try:
        spec = exchange.resource(code)
    except exchange.UnknownResource:
        raise Http404(_("目录里没有这一条。")) from None
    if not exchange.may_publish(actor, spec.owner):
        raise PermissionDenied(_("只有提供部门能发布它的接口。"))
    return spec


def _done(request: HttpRequest, spec: exchange.Resource, filled: dict[str, Any]) -> exchange.Tried | None:
    """What the trial found; None where the service is published."""
    schema, timeout = _schema(spec, filled), _figure(filled["timeout"], "timeout")
    if request.POST.get("do") == "try":
        return exchange.try_service(
            spec.code, base_url=filled["base_url"], path=filled["path"], timeout=timeout, answer_schema=schema
        )
    exchange.publish_service(
        spec.code, base_url=filled["base_url"], methods=filled["methods"], timeout=timeout,
        per_minute=int(_figure(filled["per_minute"], "per_minute")), answer_schema=schema,
        on_mismatch=filled["on_mismatch"],
    )  # fmt: skip
    return None


def _schema(spec: exchange.Resource, filled: dict[str, Any]) -> Any:
    """What somebody wrote goes before items that are ticked; neither: any answer fits."""
    if filled["schema"].strip():
        try:
            return json.loads(filled["schema"])
        except (ValueError, RecursionError):
            raise exchange.ServiceUnfit(_("应答结构不是 JSON。"), part="schema") from None
    return exchange.schema_of(spec, filled["items"], filled["shape"]) if filled["items"] else None


def _figure(text: str, part: str) -> float:
    try:
        found = float(text.replace(",", ""))
    except ValueError:
        raise exchange.ServiceUnfit(_("“%(text)s”不是数。") % {"text": text[:20]}, part=part) from None
    if found != found or abs(found) > 1e9:
        raise exchange.ServiceUnfit(_("“%(text)s”不是数。") % {"text": text[:20]}, part=part)
    return found


def _first(spec: exchange.Resource) -> dict[str, Any]:
    """As it is published, or all of the entry's items."""
    try:
        one = exchange.service(spec.code)
    except exchange.NoSuchService:
        return FIRST | {"items": [field.name for field in spec.fields]}
    shape, items = exchange.items_of(spec, one.answer_schema)
    written = one.answer_schema is not None and not shape
    return FIRST | {
        "base_url": one.base_url, "methods": list(one.methods), "items": list(items), "shape": shape or "object",
        "schema": json.dumps(one.answer_schema, ensure_ascii=False, indent=1) if written else "",
        "timeout": f"{one.timeout:g}", "per_minute": str(one.per_minute), "on_mismatch": one.on_mismatch,
    }  # fmt: skip


def _filled(form: Any) -> dict[str, Any]:
    several = {name: form.getlist(name) for name in ("methods", "items")}
    return FIRST | texts(form, FIRST) | several


def _read_well(body: str) -> str:
    """JSON with its lines and letters; what was cut off, or is no JSON, as it came."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return body


def _page(
    spec: exchange.Resource, filled: dict[str, Any], tried: exchange.Tried | None, wrong: BadInput | None
) -> dict[str, Any]:
    return page_context(
        spec=spec, filled=filled, tried=tried, body=_read_well(tried.body) if tried else "",
        error=wrong, part=getattr(wrong, "part", ""), share=share_words(spec),
        methods=[(one, one in filled["methods"]) for one in exchange.METHODS], shapes=shape_words().items(),
        fields=[(field, said(field.title), field.name in filled["items"]) for field in spec.fields],
        crumbs=[(_("服务"), reverse("desk:services")), (said(spec.title), "")],
    )  # fmt: skip
