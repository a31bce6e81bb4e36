"""Every request timed, in files that all the server's processes share, so that any of them can answer for all.

The library decides when it is first imported whether its figures are shared, so their place is said before that.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse

from huicheng.ground.api import home

SHARED = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
Get = Callable[[HttpRequest], HttpResponse]
_kept: dict[str, Any] = {}


def measures() -> Path:
    return home() / "metrics"


def forget_measures() -> None:
    """Figures of processes that are gone; counters begin anew with the server, as their readers expect."""
    shutil.rmtree(measures(), ignore_errors=True)


def _library() -> dict[str, Any]:
    """Counters and histogram, made once a process."""
    if _kept:
        return _kept
    os.environ.setdefault(SHARED, str(measures()))
    Path(os.environ[SHARED]).mkdir(mode=0o700, parents=True, exist_ok=True)
    from prometheus_client import CollectorRegistry, Counter, Histogram

    registry = CollectorRegistry()
    counted = ("route", "method", "status")
    _kept["requests"] = Counter("huicheng_http_requests", "Requests answered.", counted, registry=registry)
    _kept["seconds"] = Histogram(
        "huicheng_http_request_duration_seconds", "Time to the answer's head.", ("route",), registry=registry,
        buckets=SECONDS,
    )  # fmt: skip
    return _kept


def measured(get: Get) -> Get:
    """By the route's name, never by its address: an address may name a person's receipt."""

    def handle(request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = get(request)
        _note(request, response.status_code, time.perf_counter() - start)
        return response

    return handle


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    kept, route = _library(), route_of(request)
    method = request.method if request.method in METHODS else "other"
    kept["requests"].labels(route, method, str(status)).inc()
    kept["seconds"].labels(route).observe(seconds)


def route_of(request: HttpRequest) -> str:
    """Unnamed routes and what is no route at all count together, or strangers could make labels without end."""
    match = request.resolver_match
    name = match.view_name if match else ""
    if request.path.startswith("/admin/"):
        return "admin"
    return name if name and len(name) < 80 and not name.startswith("huicheng.") else "other"


def shared_registry() -> Any:
    """The figures of all processes together."""
    _library()
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=os.environ[SHARED])  # type: ignore[no-untyped-call]
    return registry
