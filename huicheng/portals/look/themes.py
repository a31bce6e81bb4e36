"""Light, dark, or for older eyes: kept in a cookie and written by the server, so that no page flashes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

COOKIE = "theme"
THEMES = ("light", "dark", "elder")
YEAR = 365 * 24 * 3600


def theme_of(request: HttpRequest | None) -> str:
    chosen = request.COOKIES.get(COOKIE, "") if request else ""
    return chosen if chosen in THEMES else "light"


def remember(response: HttpResponse, theme: str) -> None:
    response.set_cookie(COOKIE, theme if theme in THEMES else "light", max_age=YEAR, samesite="Lax")
