from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huicheng.ground.api import BadInput, current_actor, opens_to
from huicheng.portals.citizen import finding, mine, readers
from huicheng.portals.look import api as look

PER_PAGE = 30


def _sections(purpose: str) -> tuple[list[mine.Section], str]:
    """What is held, and the words to show where it cannot be read."""
    actor = current_actor()
    if not actor.person:
        return [], _("您的账号还没有实名，因此看不到任何人的记录。请先完成实名。")
    try:
        return mine.sections(actor.person, actor=actor, purpose=purpose), ""
    except BadInput as problem:
        return [], str(problem)


@opens_to("resident")
def home(request: HttpRequest) -> HttpResponse:
    sections, error = _sections(_("本人打开首页"))
    now = timezone.localtime()
    context = {
        "sections": sections,
        "error": error,
        "hour": now.hour,
        "today": now.date(),
        "waiting": [*_differences(sections), *_recent_reads()],
    }
    return render(request, "citizen/home.html", context)


def _differing(sections: list[mine.Section]) -> list[mine.Held]:
    return [one for section in sections for one in section.fields if one.differs]


def _differences(sections: list[mine.Section]) -> list[dict[str, Any]]:
    found = _differing(sections)
    if not found:
        return []
    title = ngettext("有 %(n)s 项，各部门记录得不一样", "有 %(n)s 项，各部门记录得不一样", len(found)) % {
        "n": len(found)
    }
    words = "、".join(one.title for one in found)
    return [{"href": reverse("citizen:data"), "icon": "warn", "title": title, "words": words}]


def _recent_reads() -> list[dict[str, Any]]:
    month = timezone.now() - timedelta(days=30)
    recent = [one for one in readers.by_others(current_actor()) if one.at > month]
    if not recent:
        return []
    title = ngettext("最近 30 天，别人看过 %(n)s 次", "最近 30 天，别人看过 %(n)s 次", len(recent)) % {
        "n": len(recent)
    }
    words = _("最近一次：%(who)s，%(when)s") % {"who": recent[0].who, "when": look.ago(recent[0].at)}
    return [{"href": reverse("citizen:reads"), "icon": "eye", "title": title, "words": words}]


@opens_to("resident")
def data(request: HttpRequest) -> HttpResponse:
    sections, error = _sections(_("本人查看自己的数据"))
    context = {
        "sections": sections,
        "error": error,
        "departments": {one.department for section in sections for one in section.fields},
        "differing": len(_differing(sections)),
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
def search(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:80]
    sections = _sections(_("本人查找自己的数据"))[0] if asked else []
    return render(request, "citizen/search.html", {"asked": asked, "found": finding.find(asked, sections)})
