"""Guessing is slowed at every door with a password, Django's admin included."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from huicheng.identity.models import Account, FailedLogin

WINDOW = timedelta(minutes=10)
# Per name and address, so that a stranger elsewhere cannot lock the holder out; and per address, for those who
# try many names.
PER_NAME, PER_ADDRESS = 8, 40


def address_of(request: HttpRequest | None) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))[:64] if request else ""


def is_guessing(username: str, address: str) -> bool:
    recent = FailedLogin.objects.filter(at__gt=timezone.now() - WINDOW, address=address)
    return recent.filter(username=username[:150]).count() >= PER_NAME or recent.count() >= PER_ADDRESS


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
            FailedLogin.objects.create(username=name[:150], address=address)
            return None
        forget(name, address)
        return user
