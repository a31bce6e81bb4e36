"""What I was granted of the data that are open on a condition: to count, to take away, to read with a key, to give back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, BadInput, acting_as, current_actor, opens_to, said
from huicheng.identity import api as identity
from huicheng.portals.look import api as look
from huicheng.portals.look.api import Column, Stat

MOST_COUNTED, MOST_BY = 200, 2
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}


def state_of(one: exchange.Application | exchange.Grant) -> tuple[str, str]:
    """In words, and the tone of its chip."""
    known = {
        "submitted": (_("等提供方答复"), "info"), "confirming": (_("等数据局核准"), "info"),
        "returned": (_("退回补正"), "warn"), "approved": (_("已同意"), "good"), "refused": (_("未同意"), "bad"),
        "withdrawn": (_("已撤回"), ""), "live": (_("有效"), "good"), "coming": (_("未开始"), "info"),
        "expired": (_("已到期"), "warn"), "revoked": (_("已撤销"), "bad"),
    }  # fmt: skip
    if isinstance(one, exchange.Application) and one.waiting and (one.overdue or one.escalated_at):
        return _("逾期未答复，已转数据局"), "alert"
    return known[one.state]


def _title(code: str) -> str:
    return said(exchange.resource(code, retired=True).title)


def application_card(one: exchange.Application) -> dict[str, Any]:
    words, tone = state_of(one)
    return {
        "title": _title(one.resource), "purpose": one.wanted.purpose, "state": words, "tone": tone, "one": one,
        "href": reverse("citizen:open_application", args=[one.id]),
    }  # fmt: skip


def grant_card(one: exchange.Grant) -> dict[str, Any]:
    words, tone = state_of(one)
    return {
        "title": _title(one.resource), "purpose": one.purpose, "state": words, "tone": tone, "until": last_day(one),
        "href": reverse("citizen:open_grant", args=[one.id]),
    }  # fmt: skip


def last_day(one: exchange.Grant) -> date:
    return timezone.localtime(one.expires - timedelta(seconds=1)).date()


def grant_for(actor: Actor, number: str) -> exchange.Grant:
    """One's own, or 404: somebody else's is answered as if it were not there."""
    found = next((one for one in exchange.own_grants(actor) if one.id == number), None)
    if found is None:
        raise Http404(_("没有这份授权。"))
    return found


@opens_to("resident")
@never_cache
def grant(request: HttpRequest, grant: str) -> HttpResponse:
    """What it opens and until when; the key is shown to who made it, once."""
    actor = current_actor()
    one, wrong, made = grant_for(actor, grant), None, None
    if request.method == "POST":
        try:
            made = _change(request, one, actor)
            if made is None:
                return redirect("citizen:open_grant", one.id)
        except BadInput as problem:
            wrong = problem
    context = {**_shown(request, one, actor), **_counted(request, one, actor), "error": wrong, "made": made}
    return render(request, "citizen/open_grant.html", context, status=400 if wrong else 200)


def _change(request: HttpRequest, one: exchange.Grant, actor: Actor) -> identity.NewKey | None:
    step = request.POST.get("do")
    with acting_as(actor):
        if step == "key":
            return identity.make_grant_key(one.id)
        if step == "end_key" and (key := identity.grant_key(one.id, actor)):
            identity.revoke_key(key.id)
            messages.success(request, _("密钥已吊销，从现在起什么也打不开。"))
        elif step == "give_back":
            exchange.revoke_grant(one.id, actor, reason=request.POST.get("reason", ""))
            messages.success(request, _("授权已交回，从现在起不能再用。"))
        else:
            raise Http404
    return None


def _shown(request: HttpRequest, one: exchange.Grant, actor: Actor) -> dict[str, Any]:
    spec = exchange.resource(one.resource, retired=True)
    site = settings.PUBLIC_URL.rstrip("/") or request.build_absolute_uri("/").rstrip("/")
    live = one.state == "live"
    seen = exchange.decide(spec, actor, one.purpose).columns if live else {}
    sums = one.aggregate_only or spec.about_people
    return {
        "one": one, "spec": spec, "state": state_of(one), "live": live, "usable": bool(seen), "sums": sums,
        "columns": [(said(f.title), f.sensitivity == "personal") for f in spec.fields if f.name in one.columns],
        "forms": [(form, form.upper()) for form in MEDIA] if seen and not sums else [], "until": last_day(one),
        "stats": _use(one) if live else [], "key": identity.grant_key(one.id, actor),
        "snippets": exchange.reading_snippets(spec, site=site, purpose=one.purpose, grant=one) if seen else [],
        "crumbs": [(_("我申请的数据"), reverse("citizen:open_papers")), (said(spec.title), "")],
    }  # fmt: skip


def _use(one: exchange.Grant) -> list[Stat]:
    used = exchange.used_of(one)
    return [
        Stat(title=_("今天还可以取"), value=max(0, one.rows_per_day - used.rows), unit=_("行"),
             note=_("每天 %(most)s 行，已用 %(used)s 行") % {"most": look.number(one.rows_per_day), "used": look.number(used.rows)}),
        Stat(title=_("还有"), value=max(0, (last_day(one) - timezone.localdate()).days), unit=_("天"),
             note=_("用到 %(day)s") % {"day": look.day(last_day(one))}),
    ]  # fmt: skip


def _counted(request: HttpRequest, one: exchange.Grant, actor: Actor) -> dict[str, Any]:
    """How many there are by one or two columns, for who writes no questions himself; each answer has its receipt."""
    spec = exchange.resource(one.resource, retired=True)
    offered = {
        f.name: said(f.title) for f in spec.fields if f.name in one.columns and f.sensitivity == "public"
    }
    chosen = [name for name in dict.fromkeys(request.GET.getlist("by")) if name in offered][:MOST_BY]
    told: dict[str, Any] = {"offered": offered, "chosen": chosen}
    if not chosen or one.state != "live":
        return told
    names = ", ".join(f'"{name}"' for name in chosen)
    sql = f"SELECT {names}, count(*) AS counted FROM {spec.table} GROUP BY {names} ORDER BY counted DESC, {names}"
    try:
        table = exchange.ask(sql, actor, purpose=one.purpose, limit=MOST_COUNTED).table
    except BadInput as problem:
        return told | {"uncounted": str(problem)}
    columns = [Column(name=name, title=offered[name], data=True) for name in chosen]
    counted = Column(name="counted", title=_("数量"), kind="number")
    return told | {"rows": table.to_pylist(), "row_columns": [*columns, counted], "most": MOST_COUNTED}


@opens_to("resident")
@never_cache
@require_safe
def download(request: HttpRequest, grant: str, form: str) -> HttpResponseBase:
    """All that it opens, as a file; it is cut where the grant ends on the way."""
    actor = current_actor()
    one = grant_for(actor, grant)
    if form not in MEDIA:
        raise Http404(_("没有这种格式。"))
    try:
        rows = exchange.export(one.resource, actor, form=cast(Any, form), purpose=one.purpose)
    except exchange.AccessDenied as problem:
        raise PermissionDenied(str(problem)) from None
    except BadInput as problem:
        raise Http404(str(problem)) from None
    answer = StreamingHttpResponse(rows, content_type=MEDIA[form])
    answer["Content-Disposition"] = f'attachment; filename="{one.resource}.{form}"'
    return answer
