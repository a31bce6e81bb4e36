"""How a department's programs get in: keys, profiles of shared tables, services, and lines to copy that work."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, BadInput, bureau, current_actor, departments, opens_to
from huicheng.identity import api as identity
from huicheng.portals.desk.noting import refused
from huicheng.portals.desk.sight import department_of, page_context

DAYS = (30, 90, 180, 366)
CURL = """curl -H "Authorization: Bearer $HUICHENG_KEY" \\
     -H "Huicheng-Purpose: {purpose}" \\
     "{site}/api/v1/resources/{code}/rows?limit=100" """.rstrip()
PYTHON = """import requests

key = {{"Authorization": "Bearer hck_…", "Huicheng-Purpose": "{purpose}"}}
address, rows, cursor = "{site}/api/v1/resources/{code}/rows", [], ""
while cursor is not None:
    asked = {{"limit": 1000}} | ({{"cursor": cursor}} if cursor else {{}})
    page = requests.get(address, params=asked, headers=key, timeout=60).json()
    rows, cursor = rows + page["rows"], page["next"]"""
SHARED = """import delta_sharing

table = delta_sharing.load_as_pandas("{number}.share#{share}.{number}.{name}")"""


@opens_to("official")
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """The list; a POST makes or accepts a key, whose only showing is this answer."""
    actor, made, error = current_actor(), None, ""
    if request.method == "POST":
        if not identity.keeps_keys(actor):
            raise PermissionDenied(_("您的账号没有打开此页面的职责。"))
        try:
            made = _make(request, actor)
        except BadInput as problem:
            refused(request, problem)
            error = str(problem)
        else:
            if made is None:
                return redirect("desk:keys")
    page = page_context(made=made, error=error, **_page(request, actor))
    return render(request, "desk/keys.html", page, status=400 if error else 200)


def _make(request: HttpRequest, actor: Actor) -> identity.NewKey | None:
    """None for one that another department has to accept first."""
    if accepted := request.POST.get("accept", ""):
        return identity.accept_key(accepted)
    days = request.POST.get("days", "")
    expires = timezone.now() + timedelta(days=int(days) if days in map(str, DAYS) else 0)
    name = request.POST.get("name", "").replace("\x00", "")
    of, duties = request.POST.get("of", "") or actor.department or "", request.POST.getlist("duty")
    if of == actor.department:
        return identity.make_key(name, of=of, duties=duties, expires=expires)
    if of not in {one.code for one in departments()}:
        raise BadInput(_("没有这个部门。"))
    identity.prepare_key(name, of=of, duties=duties, expires=expires)
    messages.success(request, _("密钥已拟好，%(who)s接受后才会生成，也只给他们看。") % {"who": bureau(of)})
    return None


def _page(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    own = actor.department or "-"
    grants = [exchange.Shared(one) for one in exchange.grants_of(own, live=True) if exchange.shareable(one)]
    keys = [
        {"key": one, "accepts": identity.keeps_keys(actor, one.department), "ends": identity.ends_keys(actor, one.department)}
        for one in identity.api_keys(department_of(actor))
    ]  # fmt: skip
    duties = identity.MACHINE_DUTIES if identity.prepares_keys(actor) else identity.grantable(actor)
    return {
        "keys": keys, "keeper": identity.keeps_keys(actor), "days": DAYS,
        "departments": departments() if identity.prepares_keys(actor) else (), "own_department": own,
        "duties": [(one, identity.DUTIES[one]) for one in duties],
        "shares": [(one, exchange.resource(one.grant.resource, retired=True).title) for one in grants],
        "services": exchange.services(), "snippets": _snippets(request, grants),
    }  # fmt: skip


def _site(request: HttpRequest) -> str:
    return settings.PUBLIC_URL.rstrip("/") or request.build_absolute_uri("/").rstrip("/")


def _snippets(request: HttpRequest, grants: list[exchange.Shared]) -> list[dict[str, str]]:
    first = grants[0] if grants else None
    given = {
        "site": _site(request), "code": first.grant.resource if first else "base.firms",
        "purpose": quote(first.grant.purpose if first else "核对"), "number": first.schema if first else "G1",
        "share": first.share if first else "gongan", "name": first.name if first else "people",
    }  # fmt: skip
    texts = {"curl": CURL, "Python": PYTHON, "Python (delta-sharing)": SHARED}
    return [{"title": title, "text": text.format(**given)} for title, text in texts.items()]


@opens_to("official")
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    try:
        one = identity.revoke_key(request.POST.get("key", ""))
    except BadInput as problem:
        refused(request, problem)
        messages.error(request, str(problem))
    else:
        messages.success(request, _("密钥“%(name)s”已吊销，从现在起什么也打不开。") % {"name": one.name})
    return redirect("desk:keys")


@opens_to("official")
@never_cache
@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """The profile with which any client of Delta Sharing reads one granted table: its key opens nothing else."""
    actor, number = current_actor(), request.POST.get("grant", "")
    found = next(
        (one for one in exchange.grants_of(actor.department or "-", live=True) if one.id == number), None
    )
    if found is None or not exchange.shareable(found) or not identity.keeps_keys(actor, found.department):
        messages.error(request, _("不能下载这份授权的连接文件。"))
        return redirect("desk:keys")
    expires = min(found.expires, timezone.now() + timedelta(days=365))
    made = identity.make_key(
        f"Delta Sharing {found.id}",
        of=found.department,
        duties=(),
        expires=expires,
        scope=f"sharing:{found.id}",
    )
    told = {
        "shareCredentialsVersion": 1, "endpoint": f"{_site(request)}/sharing", "bearerToken": made.token,
        "expirationTime": expires.isoformat(timespec="seconds"),
    }  # fmt: skip
    answer = HttpResponse(json.dumps(told, indent=1), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{found.id}.share"'
    return answer
