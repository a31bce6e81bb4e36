"""/metrics in OpenMetrics: how the platform is, in codes and counts. Nothing of anybody, nothing of what a resource holds."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from huicheng.city.backup import last_backup
from huicheng.city.measuring import shared_registry
from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
from huicheng.ground.api import opens_to
from huicheng.identity.api import address_of

STATES = ("waiting", "running", "failed")
QUICK, SLOW = "0.1", "1.0"


@opens_to("everyone")
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For the networks and the token of the settings; everybody else is refused."""
    if not _may_scrape(request):
        return HttpResponse(
            _("只有监控系统可以读取指标。") + "\n", status=403, content_type="text/plain; charset=utf-8"
        )
    from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

    registry = shared_registry()
    registry.register(_Platform())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_scrape(request: HttpRequest) -> bool:
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    if kind.lower() == "bearer":
        return bool(wanted) and hmac.compare_digest(token.strip().encode(), wanted.encode())
    return _from_allowed(request)


def _from_allowed(request: HttpRequest) -> bool:
    """A proxy that the settings do not know makes everybody look like the machine itself: then nobody is."""
    address = address_of(request)
    if "HTTP_X_FORWARDED_FOR" in request.META and address == request.META.get("REMOTE_ADDR"):
        return False
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in settings.METRICS_FROM)


class _Platform:
    """What the database already counts, asked when somebody scrapes."""

    def collect(self) -> Iterator[Any]:
        yield from _exchange()
        yield from _ground()
        yield from _sizes()


def _exchange() -> Iterator[Any]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    found = exchange.totals()
    questions = CounterMetricFamily("huicheng_questions", "Questions over closed tables.", labels=["outcome"])
    for outcome, count in found.questions.items():
        questions.add_metric([outcome], count)
    yield questions
    buckets = [(QUICK, found.quick), (SLOW, found.timed - found.slow), ("+Inf", found.timed)]
    spent = HistogramMetricFamily("huicheng_question_duration_seconds", "How long questions took.")
    spent.add_metric([], buckets=buckets, sum_value=found.ms / 1000)
    yield spent
    yield CounterMetricFamily(
        "huicheng_rows_handed_out", "Rows of answers and exports.", value=found.rows_out
    )
    deliveries = GaugeMetricFamily("huicheng_deliveries", "Deliveries by their state.", labels=["state"])
    for state, count in sorted(found.deliveries.items()):
        deliveries.add_metric([state], count)
    yield deliveries
    rows = GaugeMetricFamily("huicheng_delivered_rows", "Rows of all deliveries.", labels=["outcome"])
    rows.add_metric(["accepted"], found.rows_accepted)
    rows.add_metric(["refused"], found.rows_refused)
    yield rows
    yield GaugeMetricFamily("huicheng_lake_tables", "Tables with a version.", value=found.tables)
    yield GaugeMetricFamily(
        "huicheng_lake_size_bytes", "The newest versions of all tables.", value=found.lake_bytes
    )


def _ground() -> Iterator[Any]:
    from prometheus_client.core import GaugeMetricFamily

    counts = ground.job_counts()
    jobs = GaugeMetricFamily("huicheng_jobs", "Jobs by their state.", labels=["state"])
    for state in sorted({*STATES, *counts}):
        jobs.add_metric([state], counts.get(state, 0))
    yield jobs
    yield GaugeMetricFamily(
        "huicheng_events_unsealed", "Events without their order yet.", value=ground.unsealed()
    )
    behind = GaugeMetricFamily(
        "huicheng_listener_behind_events", "Events not heard yet.", labels=["listener"]
    )
    stumbled = GaugeMetricFamily(
        "huicheng_listener_failures", "Failures since the last success.", labels=["listener"]
    )
    for one in ground.listener_states():
        behind.add_metric([one.name], one.behind)
        stumbled.add_metric([one.name], one.failures)
    yield from (behind, stumbled)


def _sizes() -> Iterator[Any]:
    from prometheus_client.core import GaugeMetricFamily

    yield GaugeMetricFamily("huicheng_database_size_bytes", "The database.", value=_database_bytes())
    if made := last_backup():
        age = max(0.0, time.time() - made.timestamp())
        yield GaugeMetricFamily("huicheng_backup_age_seconds", "Since the last backup.", value=age)


def _database_bytes() -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    files = (Path(f"{connection.settings_dict['NAME']}{end}") for end in ("", "-wal"))
    return sum(file.stat().st_size for file in files if file.is_file())
