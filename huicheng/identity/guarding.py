"""Guessing is slowed at every door with a password, Django's admin included."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from huicheng.ground.api import Event, act, publish
from huicheng.identity.models import Account, FailedLogin, OpenSession

WINDOW = timedelta(minutes=10)
# Per name and address, so that a stranger elsewhere cannot lock the holder out; per address, for those who try many
# names; and per name from everywhere, for those who guess from many addresses. The last two never shut out a holder
# who is logged in from that address already: many may share one, and one guesser must not lock them all out.
PER_NAME, PER_ADDRESS, PER_NAME_EVERYWHERE = 8, 40, 80


@dataclass(frozen=True, kw_only=True)
class PasswordRefused(Event):
    """A wrong password. Of an unknown name nothing is written: people type passwords where names belong.

    ``network``: the part of the address that names no single machine. ``stopped``: from now on it must wait."""

    network: str
    stopped: bool


def address_of(request: HttpRequest | None) -> str:
    """Whose it is; what a header says is believed of the city's own proxies alone (``HUICHENG_PROXIES``)."""
    if request is None:
        return ""
    address = str(request.META.get("REMOTE_ADDR", ""))[:64]
    told = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    # From the end: each proxy adds whom it heard, and what stands before the last stranger may be invented.
    while told and _is_proxy(address):
        before = told.pop().strip()
        if not _is_address(before):
            break
        address = before
    return address


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_proxy(address: str) -> bool:
    return _is_address(address) and any(ip_address(address) in one for one in settings.PROXIES)


def is_guessing(username: str, address: str) -> bool:
    recent = FailedLogin.objects.filter(at__gt=timezone.now() - WINDOW)
    here, named = recent.filter(address=address), recent.filter(username=username[:150])
    if here.filter(username=username[:150]).count() >= PER_NAME:
        return True
    if here.count() < PER_ADDRESS and named.count() < PER_NAME_EVERYWHERE:
        return False
    return not _known_here(username, address)


def _known_here(username: str, address: str) -> bool:
    return OpenSession.objects.filter(account__username=username[:150], address=address).exists()


def remember_failure(username: str, address: str) -> None:
    """Count it, and write it down about the account if there is one."""
    FailedLogin.objects.create(username=username[:150], address=address)
    account = Account.objects.filter(username=username[:150]).first()
    _note_failure(account.pk if account else None, address, stopped=is_guessing(username, address))


@act
def _note_failure(account: int | None, address: str, *, stopped: bool) -> None:
    subject = f"account:{account}" if account else "account:unknown"
    publish(PasswordRefused(subject=subject, network=network_of(address), stopped=stopped))


def network_of(address: str) -> str:
    try:
        wide = 24 if ip_address(address).version == 4 else 48
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{wide}", strict=False))


def forget(username: str, address: str) -> None:
    """After the right password; and whatever is too old to count."""
    old = Q(at__lt=timezone.now() - timedelta(days=1))
    FailedLogin.objects.filter(old | Q(username=username[:150], address=address)).delete()


class GuardedBackend(ModelBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> Account | None:
        name, address = username or "", address_of(request)
        if is_guessing(name, address):
            raise PermissionDenied
        user = super().authenticate(request, username=username, password=password, **more)
        if not isinstance(user, Account):
            remember_failure(name, address)
            return None
        forget(name, address)
        return user
