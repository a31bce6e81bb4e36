"""The gate: nobody gets in where they don't belong."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _

from huicheng.ground.api import ANONYMOUS, Actor, acting_as, mark_of
from huicheng.identity.api import KeyRefused, actor_of, machine_of

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
        request.actor = _who(request)  # type: ignore[attr-defined]
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
        if mark.audience == "machine":
            return _refused(request, actor, admitted=mark.admits(actor))
        if mark.admits(actor):
            return None
        if _key_in(request):
            return _refused(request, actor, admitted=False)
        if actor.kind == "anonymous":
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied(_("您的账号没有打开此页面的职责。"))


def _key_in(request: HttpRequest) -> str | None:
    """The key that a program sends; whoever sends one is that program, whatever its cookies say."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _who(request: HttpRequest) -> Actor:
    token = _key_in(request)
    if token is None:
        return actor_of(request.user)
    try:
        return machine_of(token)
    except KeyRefused as problem:
        request.key_problem = problem  # type: ignore[attr-defined]
        return ANONYMOUS


def _refused(request: HttpRequest, actor: Actor, *, admitted: bool) -> HttpResponse | None:
    """What a program is told, in its own language: JSON, and never a log-in page."""
    problem: KeyRefused | None = getattr(request, "key_problem", None)
    if problem:
        return _no(401, problem.code, str(problem), problem.do)
    if actor.kind == "anonymous":
        do = _("请在请求头写 Authorization: Bearer 后接本部门的接口密钥。")
        return _no(401, "key_missing", _("这个接口要用接口密钥调用。"), do)
    if not admitted:
        do = _("请向本部门管理密钥的人员申请有相应职责的密钥。")
        return _no(403, "not_allowed", _("这个密钥或账号不能调用此接口。"), do)
    if _key_in(request) is None and _from_elsewhere(request):
        do = _("请在本站页面上操作，或改用接口密钥。")
        return _no(403, "csrf", _("会话请求没有通过来源检查。"), do)
    return None


def _from_elsewhere(request: HttpRequest) -> bool:
    """Whether another site's page sends what a session would have to answer for."""
    check = CsrfViewMiddleware(lambda _request: HttpResponse())
    check.process_request(request)
    return check.process_view(request, lambda _request: HttpResponse(), (), {}) is not None


def _no(status: int, code: str, message: str, do: str) -> JsonResponse:
    told = {"error": code, "message": message, "do": do}
    answer = JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="huicheng"'
    return answer
