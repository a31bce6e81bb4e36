"""The gate: nobody gets in where they don't belong."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from huicheng.ground.api import Actor, acting_as, mark_of
from huicheng.identity.api import actor_of

Get = Callable[[HttpRequest], HttpResponse]

# MapLibre's worker is a file of ours; blob: images are its decoded sprites. Nothing comes from elsewhere.
CSP = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


def content_security_policy(get: Get) -> Get:
    def handle(request: HttpRequest) -> HttpResponse:
        response = get(request)
        response.headers.setdefault("Content-Security-Policy", CSP)
        return response

    return handle


class Gate:
    """Fills the actor, then lets a request through only if the view's mark admits it."""

    def __init__(self, get: Get) -> None:
        self.get = get

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = actor_of(request.user)  # type: ignore[attr-defined]
        with acting_as(request.actor):  # type: ignore[attr-defined]
            return self.get(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if request.path.startswith("/admin/"):
            return None  # Django's own site checks is_staff on each of its views
        actor: Actor = request.actor  # type: ignore[attr-defined]
        mark = mark_of(view)
        if mark is None:
            raise PermissionDenied(_("这个页面没有声明向谁开放，因此不对任何人开放。"))
        if mark.audience == "everyone":
            return None
        if actor.kind == "anonymous":
            return redirect_to_login(request.get_full_path())
        if actor.kind != mark.audience or (mark.duty and not actor.may(mark.duty)):
            raise PermissionDenied(_("您的账号没有打开此页面的职责。"))
        return None
