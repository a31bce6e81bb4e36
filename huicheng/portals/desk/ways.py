"""How this reader's programs get at one entry's data: under which right, and the lines to copy for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, said
from huicheng.portals.desk.access_showing import last_day

PURPOSE = "核对数据"


def site_of(request: HttpRequest) -> str:
    return settings.PUBLIC_URL.rstrip("/") or request.build_absolute_uri("/").rstrip("/")


def ways(request: HttpRequest, spec: exchange.Resource, actor: Actor) -> list[dict[str, Any]]:
    """One for each live grant of the reader's department, or by the rule that lets its programs in; then its service."""
    site = site_of(request)
    grants = [
        one for one in exchange.grants_of(actor.department or "-", live=True) if one.resource == spec.code
    ]
    found = [_granted(spec, one, site) for one in grants] or _by_rule(spec, actor, site)
    purpose = grants[0].purpose if grants else PURPOSE
    return found + (_service(spec.code, site, purpose) if found else [])


def _granted(spec: exchange.Resource, one: exchange.Grant, site: str) -> dict[str, Any]:
    return {
        "title": _("凭授权"), "grant": one.id, "purpose": one.purpose, "until": last_day(one), "sums": one.aggregate_only,
        "case": one.case_required, "snippets": exchange.reading_snippets(spec, site=site, purpose=one.purpose, grant=one),
    }  # fmt: skip


def _by_rule(spec: exchange.Resource, actor: Actor, site: str) -> list[dict[str, Any]]:
    """As a program of the department, which never has a steward's sight."""
    program = replace(actor, kind="machine", duties=frozenset({"read"}))
    decision = exchange.decide(spec, program, PURPOSE)
    if not decision.allowed:
        return []
    masked = any(show == "masked" for show in decision.columns.values())
    snippets = exchange.reading_snippets(spec, site=site, purpose=PURPOSE)
    return [
        {"title": said(decision.reason), "masked": masked, "free": not spec.open, "open": spec.open, "snippets": snippets}
    ]  # fmt: skip


def _service(code: str, site: str, purpose: str) -> list[dict[str, Any]]:
    try:
        one = exchange.service(code)
    except exchange.NoSuchService:
        return []
    return [
        {
            "title": _("调用服务"), "service": one, "methods": " ".join(one.methods),
            "snippets": [exchange.service_snippet(code, site=site, purpose=purpose)],
        }
    ]  # fmt: skip
