from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from huicheng.bases import api as bases
from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, BadInput, current_actor, opens_to, said
from huicheng.identity import api as identity
from huicheng.portals.citizen import finding, mine, readers, today
from huicheng.portals.citizen.ties import Ties, ties
from huicheng.portals.look import api as look
from huicheng.portals.look.api import zh

PER_PAGE, LATEST = 30, 3


def _mine(purpose: str) -> tuple[list[mine.Section], Ties, str]:
    """What is held, what it is tied to, and the words to show where it cannot be read."""
    actor = current_actor()
    if not actor.person and identity.must_verify_again(actor):
        words = _("人口库里的记录有变动，您的账号需要重新实名后才能看到数据：请打开右上角的“账号与登录”。")
        return [], Ties(), words
    if not actor.person:
        return [], Ties(), _("您的账号还没有实名，因此看不到任何人的记录。请先完成实名。")
    try:
        tied = ties(actor.person, actor=actor, purpose=purpose)
        return mine.sections(actor.person, actor=actor, purpose=purpose, home=tied.home), tied, ""
    except BadInput as problem:
        return [], Ties(), str(problem)


@opens_to("resident")
def home(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    sections, _tied, error = _mine(gettext_noop("本人打开首页"))
    now = timezone.localtime()
    others = readers.by_others(actor)
    district = _district(sections)
    context = {
        "sections": sections,
        "error": error,
        "hour": now.hour,
        "today": now.date(),
        "air": today.air(actor),
        "district": district,
        "figures": today.figures(district.code, actor) if district else [],
        "waiting": [*_returned(actor), *_differences(sections), *_recent_reads(others)],
        "latest": others[:LATEST],
    }
    return render(request, "citizen/home.html", context)


def _district(sections: list[mine.Section]) -> Any:
    """Where I live: of the present address, else of the registered one."""
    held = {field.name: field.value for section in sections for field in section.fields}
    address = held.get("address") or held.get("registered_address")
    return today.district_of(address) if address else None


def _differing(sections: list[mine.Section]) -> list[mine.Held]:
    return [one for section in sections for one in section.fields if one.differs]


def _differences(sections: list[mine.Section]) -> list[dict[str, Any]]:
    found = _differing(sections)
    if not found:
        return []
    title = ngettext("有 %(n)s 项，各部门记录得不一样", "有 %(n)s 项，各部门记录得不一样", len(found)) % {
        "n": len(found)
    }
    words = _("、").join(one.title for one in found)
    return [{"href": reverse("citizen:data"), "icon": "warn", "title": title, "words": words}]


def _returned(actor: Actor) -> list[dict[str, Any]]:
    """Applications for open data that wait for me."""
    return [
        {
            "href": reverse("citizen:open_application", args=[one.id]), "icon": "inbox",
            "title": _("您申请的「%(title)s」要补正") % {"title": said(exchange.resource(one.resource, retired=True).title)},
            "words": SafeString(conditional_escape(zh(one.reason))),
        }
        for one in exchange.own_applications(actor)
        if one.state == "returned"
    ]  # fmt: skip


def _recent_reads(others: list[readers.Reading]) -> list[dict[str, Any]]:
    month = timezone.now() - timedelta(days=30)
    recent = [one for one in others if one.at > month]
    if not recent:
        return []
    title = ngettext("最近 30 天，别人看过 %(n)s 次", "最近 30 天，别人看过 %(n)s 次", len(recent)) % {
        "n": len(recent)
    }
    said = _("最近一次：%(who)s，%(when)s") % {
        "who": conditional_escape(recent[0].who),
        "when": look.ago(recent[0].at),
    }
    words = SafeString(said)  # the reader's name comes escaped, and marked where it is Chinese
    return [{"href": reverse("citizen:reads"), "icon": "eye", "title": title, "words": words}]


@opens_to("resident")
def data(request: HttpRequest) -> HttpResponse:
    sections, tied, error = _mine(gettext_noop("本人查看自己的数据"))
    every = [*sections, *tied.sections]
    context = {
        "sections": sections,
        "ties": tied,
        "error": error,
        "departments": {one.department for section in every for one in section.fields},
        "differing": len(_differing(every)),
    }
    return render(request, "citizen/data.html", context)


@opens_to("resident")
def reads(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    others, own = readers.by_others(actor), readers.by_self(actor)
    wants_own = bool(request.GET.get("mine"))
    page = Paginator(own if wants_own else others, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "mine": wants_own, "others_count": len(others), "mine_count": len(own)}
    return render(request, "citizen/reads.html", context)


@opens_to("resident")
def receipt(request: HttpRequest, event: UUID) -> HttpResponse:
    """The signed receipt of a reading in one's own log; with it anybody sees offline that it disclosed this person."""
    actor = current_actor()
    own = (*readers.by_others(actor), *readers.by_self(actor))
    if str(event) not in {one.receipt for one in own}:
        raise Http404(_("这份回执不在您的记录里。"))
    person = actor.person or ""
    found = exchange.disclosed_proof(str(event), person, bases.names_of(person) if person else ())
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = content_disposition_header(True, f"huicheng-{event}.json")
    return answer


@opens_to("resident")
def search(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    sections = _mine(gettext_noop("本人查找自己的数据"))[0] if asked else []
    groups = finding.search(asked, sections, current_actor()) if asked else []
    return render(request, "citizen/search.html", {"asked": asked, "groups": groups})
