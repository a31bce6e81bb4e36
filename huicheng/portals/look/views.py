from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from huicheng.ground.api import opens_to
from huicheng.portals.look import guide as sheet
from huicheng.portals.look.headlines import headlines
from huicheng.portals.look.themes import remember


@opens_to("everyone")
def front(request: HttpRequest) -> HttpResponse:
    """The front door: four portals and the figures anyone may read."""
    return render(request, "look/front.html", {"stats": headlines()})


@opens_to("official")
def guide(request: HttpRequest) -> HttpResponse:
    """Every component once, to look at."""
    return render(request, "look/guide.html", sheet.samples())


@opens_to("everyone")
@require_POST
def change_theme(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = redirect(back if safe else "/")
    remember(response, request.POST.get("theme", "light"))
    return response
