"""Why an official reads or takes away data: chosen from a list or typed, and kept in the log as it was given."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop

from huicheng.portals.desk.sight import page_context

# Kept in Chinese, and said to each resident in his own language.
CHOICES = (
    gettext_noop("改正退回的行"),
    gettext_noop("核对数据质量"),
    gettext_noop("回答居民的询问"),
    gettext_noop("审计检查"),
)
LEAST, MOST = 4, 100


def purpose_of(request: HttpRequest) -> str:
    """What was typed, else what was chosen; empty where neither says anything."""
    typed = " ".join(request.GET.get("typed", "").split())[:MOST]
    if typed:
        return typed if len(typed) >= LEAST else ""
    chosen = request.GET.get("purpose", "")
    return chosen if chosen in CHOICES else ""


def ask_purpose(request: HttpRequest, *, title: str, back: str) -> HttpResponse:
    """The page that stands before the data until it is said what they are for."""
    said = bool(request.GET.get("typed") or request.GET.get("purpose"))
    context = page_context(title=title, back=back, choices=CHOICES, wrong=said, least=LEAST)
    return render(request, "desk/purpose.html", context, status=400 if said else 200)
