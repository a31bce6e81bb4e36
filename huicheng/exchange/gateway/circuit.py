"""The circuit of a service 断路: open after failures in a row, then one caller tries, and the others wait for what he finds."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from huicheng.exchange.gateway.models import Service
from huicheng.exchange.gateway.refusals import CircuitOpen

FAILURES, REST = 5, timedelta(seconds=30)


def pass_through(service: Service) -> None:
    """Nothing where the circuit is closed; of many at an open one whose rest is over, one gets through."""
    if service.opened_at is None:
        return
    now = timezone.now()
    rested = Q(opened_at__lte=now - REST)
    # A caller that died while trying must not keep the circuit open for ever.
    nobody = Q(probe_at__isnull=True) | Q(probe_at__lte=now - REST - timedelta(seconds=service.timeout))
    if Service.objects.filter(rested & nobody, pk=service.pk).update(probe_at=now):
        return
    again = max(service.opened_at + REST, now + timedelta(seconds=1))
    raise CircuitOpen(_("服务连续失败，暂停调用，稍后会再试。"), again=again)


def succeeded(service: Service) -> None:
    if service.failures or service.opened_at:
        Service.objects.filter(pk=service.pk).update(failures=0, opened_at=None, probe_at=None)


def failed(service: Service) -> bool:
    """Whether the circuit opened, or opened again, with this failure."""
    rows = Service.objects.filter(pk=service.pk)
    rows.update(failures=F("failures") + 1)
    full = Q(failures__gte=FAILURES) | Q(opened_at__isnull=False)
    return bool(rows.filter(full).update(opened_at=timezone.now(), probe_at=None))


def state(service: Service) -> str:
    if service.opened_at is None:
        return "closed"
    return "half-open" if service.opened_at <= timezone.now() - REST else "open"
