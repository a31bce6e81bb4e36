from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from huicheng.ground.api import BadInput, opens_to
from huicheng.identity.api import actor_of, log_in, sample_accounts


@opens_to("everyone")
@sensitive_post_parameters("password")
@never_cache
def log_in_page(request: HttpRequest) -> HttpResponse:
    error, username = "", request.POST.get("username", "").strip()
    if request.method == "POST":
        try:
            user = log_in(request, username=username, password=request.POST.get("password", ""))
            return redirect(_next(request) or ("/desk/" if actor_of(user).kind == "official" else "/me/"))
        except BadInput as problem:
            error = str(problem)
    page = {"error": error, "username": username, "next": _next(request), "samples": sample_accounts()}
    return render(request, "look/login.html", page, status=400 if error else 200)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return (
        wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()) else ""
    )


@opens_to("everyone")
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("/")
