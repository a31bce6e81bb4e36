"""Where an account is logged in, how that ends, and how its password is changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.ground.api import BadInput, Event, EventRecord, act, events, publish
from huicheng.identity.guarding import address_of, forget, is_guessing, remember_failure
from huicheng.identity.models import Account, OpenSession

SHOWN = 12
DEVICES = (
    ("MicroMessenger", "微信"), ("HarmonyOS", "HarmonyOS"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Android", "Android"), ("Windows", "Windows"), ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


class PasswordUnfit(BadInput):
    """The new password is too weak, or not typed twice alike."""


class WrongPassword(BadInput):
    """The present password is not right."""


@dataclass(frozen=True, kw_only=True)
class LoggedIn(Event):
    username: str


@dataclass(frozen=True, kw_only=True)
class LoggedOut(Event):
    """``everywhere``: every other session ended too."""

    everywhere: bool = False


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    pass


@dataclass(frozen=True)
class SessionView:
    id: int
    at: datetime
    address: str
    device: str
    here: bool


def subject_of(user: Account) -> str:
    return f"person:{user.person}" if user.person else f"account:{user.pk}"


def open_session(request: HttpRequest, user: Account) -> None:
    """Write down a session that has just begun; forget those that have run out."""
    old = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    OpenSession.objects.filter(at__lt=old).delete()
    if not request.session.session_key:
        request.session.save()
    if request.session.session_key is None:  # another account was logged in here until now
        request.session.save()
    seen = {"account": user, "address": address_of(request), "device": _device(request)}
    OpenSession.objects.update_or_create(key=request.session.session_key or "", defaults=seen)


def _device(request: HttpRequest) -> str:
    """What a holder recognises: the machine and the browser, without versions."""
    agent = str(request.META.get("HTTP_USER_AGENT", ""))
    found = [next((name for mark, name in kinds if mark in agent), "") for kinds in (DEVICES, BROWSERS)]
    return " · ".join(filter(None, found)) or re.sub(r"[^\w ./-]", "", agent)[:40]


def sessions(user: Account, *, key: str | None = None) -> list[SessionView]:
    """Newest first; ``key`` marks the one that asks."""
    fresh = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    rows = OpenSession.objects.filter(account=user, at__gt=fresh).order_by("-at")
    return [SessionView(row.pk, row.at, row.address, row.device, row.key == key) for row in rows]


@act
def leave(request: HttpRequest, user: Account) -> None:
    OpenSession.objects.filter(key=request.session.session_key or "").delete()
    logout(request)
    publish(LoggedOut(subject=f"account:{user.pk}"))


@act
def end_session(user: Account, session: int) -> None:
    """End one session of one's own; a number that is not one's own ends nothing."""
    for row in OpenSession.objects.filter(account=user, pk=session):
        import_module(settings.SESSION_ENGINE).SessionStore().delete(row.key)
        row.delete()
    publish(LoggedOut(subject=f"account:{user.pk}"))


@act
def end_other_sessions(request: HttpRequest, user: Account) -> None:
    """Every session but this one, known here or not: what they prove is no longer enough."""
    _end_others(request, user)
    publish(LoggedOut(subject=f"account:{user.pk}", everywhere=True))


def _end_others(request: HttpRequest, user: Account) -> None:
    before = request.session.session_key
    user.sessions_round += 1
    user.save(update_fields=["sessions_round", "password"])
    OpenSession.objects.filter(account=user).exclude(key=before or "").delete()
    update_session_auth_hash(request, user)  # this one goes on, under a new key
    OpenSession.objects.filter(key=before or "").update(key=request.session.session_key or "")


def change_password(request: HttpRequest, user: Account, *, old: str, new: str, again: str) -> None:
    """Checked like a log-in, so that an open session is no place to guess; ends every other session."""
    address = address_of(request)
    if user.is_sample:
        raise PasswordUnfit(_("样例账户的密码是公开的，不能修改。"))
    if is_guessing(user.username, address):
        raise WrongPassword(_("尝试次数过多，请 10 分钟后再试。"))
    if not user.check_password(old):
        remember_failure(user.username, address)
        raise WrongPassword(_("现在的密码不对，密码没有修改。"))
    forget(user.username, address)
    if new != again:
        raise PasswordUnfit(_("两次输入的新密码不一样，密码没有修改。"))
    try:
        validate_password(new, user)
    except ValidationError as problem:
        raise PasswordUnfit(" ".join(problem.messages)) from None
    _change(request, user, new)


@act
def _change(request: HttpRequest, user: Account, new: str) -> None:
    user.set_password(new)
    _end_others(request, user)
    publish(PasswordChanged(subject=f"account:{user.pk}"))


def history(user: Account) -> list[EventRecord]:
    """What was done with this account: log-ins, failures, changes; newest first."""
    about = {f"account:{user.pk}", subject_of(user)}
    found = [one for subject in about for one in events(subject=subject, limit=300)]
    mine = [one for one in found if one.kind.startswith("identity.")]
    return sorted(mine, key=lambda one: one.at, reverse=True)[:SHOWN]
