from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from huicheng.ground.api import BadInput, EventRecord, opens_to
from huicheng.identity import sessions, verifying
from huicheng.identity.accounts import began
from huicheng.identity.api import actor_of, log_in, sample_accounts
from huicheng.identity.models import Account


@opens_to("everyone")
@sensitive_post_parameters("password")
@never_cache
def log_in_page(request: HttpRequest) -> HttpResponse:
    error, username = "", _typed(request, "username").strip()
    if request.method == "POST":
        try:
            user = log_in(request, username=username, password=_typed(request, "password"))
            return redirect(_next(request) or ("/desk/" if actor_of(user).kind == "official" else "/me/"))
        except BadInput as problem:
            error = str(problem)
    page = {"error": error, "username": username, "next": _next(request), "samples": sample_accounts()}
    return render(request, "look/login.html", page, status=400 if error else 200)


def _typed(request: HttpRequest, name: str) -> str:
    """No key types a NUL, and PostgreSQL keeps none."""
    return request.POST.get(name, "").replace("\x00", "")


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return (
        wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()) else ""
    )


@opens_to("everyone")
@sensitive_post_parameters("password")
@never_cache
def admin_log_in(request: HttpRequest) -> HttpResponse:
    """Django's own log-in page, and what every log-in leaves behind."""
    answer = admin.site.login(request)
    if request.method == "POST" and answer.status_code == 302 and isinstance(request.user, Account):
        began(request, request.user)
    return answer


@opens_to("everyone")
def admin_password(request: HttpRequest) -> HttpResponse:
    """A password is changed in one place."""
    if not isinstance(request.user, Account):
        return redirect_to_login(request.get_full_path(), "/admin/login/")
    return redirect("account")


@opens_to("everyone")
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, Account):
        sessions.leave(request, request.user)
    return redirect("/")


@opens_to("everyone")
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Where I am logged in, what happened with my account, and the way to a new password."""
    if not isinstance(request.user, Account):
        return redirect_to_login(request.get_full_path())
    return render(request, "look/account.html", _page(request, request.user))


def _page(request: HttpRequest, user: Account) -> dict[str, Any]:
    return {
        "username": user.username,
        "sample": user.is_sample,
        "verify": user.verify_again,
        "sessions": sessions.sessions(user, key=request.session.session_key),
        "history": [(one, _words(one)) for one in sessions.history(user)],
    }


def _words(event: EventRecord) -> str:
    if event.kind == "identity.LoggedOut" and event.data.get("everywhere"):
        return _("在所有其他地方退出登录")
    if event.kind == "identity.PasswordRefused":
        where = {"network": event.data.get("network") or _("未知地址")}
        stopped = event.data.get("stopped")
        sentence = _("密码输错，已暂停尝试，来自 %(network)s") if stopped else _("密码输错，来自 %(network)s")
        return sentence % where
    known = {
        "identity.LoggedIn": _("登录"), "identity.LoggedOut": _("退出登录"),
        "identity.PasswordChanged": _("修改了密码"), "identity.AccountCreated": _("开设了账号"),
        "identity.AccountChanged": _("管理员修改了账号"), "identity.DutyGranted": _("授予了职责"),
        "identity.DutyWithdrawn": _("收回了职责"), "identity.PersonUnbound": _("实名已失效，须重新实名"),
        "identity.PersonFollowed": _("人口库合并了记录，账号随之更新"), "identity.PersonVerified": _("重新实名"),
    }  # fmt: skip
    return known.get(event.kind, event.kind)


@opens_to("everyone")
@sensitive_post_parameters("old", "new", "again")
@never_cache
@require_POST
def change_password(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, Account):
        return redirect_to_login("/account/")
    typed = {name: _typed(request, name) for name in ("old", "new", "again")}
    try:
        sessions.change_password(request, request.user, **typed)
    except BadInput as problem:
        page = {**_page(request, request.user), "error": str(problem)}
        return render(request, "look/account.html", page, status=400)
    messages.success(request, _("密码已修改，其他地方的登录都已退出。"))
    return redirect("account")


@opens_to("everyone")
@sensitive_post_parameters("name", "id_number")
@never_cache
@require_POST
def verify_again(request: HttpRequest) -> HttpResponse:
    """For those whose number was parted from the record they were bound to."""
    if not isinstance(request.user, Account):
        return redirect_to_login("/account/")
    if not request.user.verify_again:
        return redirect("account")
    typed = {name: _typed(request, name).strip() for name in ("name", "id_number")}
    try:
        verifying.verify_again(request.user, **typed)
    except BadInput as problem:
        page = {**_page(request, request.user), "unverified": str(problem)}
        return render(request, "look/account.html", page, status=400)
    messages.success(request, _("实名已核对，可以看到您的数据了。"))
    return redirect("account")


@opens_to("everyone")
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """One session by its number, or all but this one."""
    if not isinstance(request.user, Account):
        return redirect_to_login("/account/")
    number = request.POST.get("session", "")
    if number.isascii() and number.isdigit():
        sessions.end_session(request.user, int(number[:12]))
        messages.success(request, _("那里的登录已退出。"))
    else:
        sessions.end_other_sessions(request, request.user)
        messages.success(request, _("除了这里，其他地方都已退出。"))
    return redirect("account")
