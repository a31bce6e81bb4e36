"""Calls of services, counted once each in the order of the chain."""

from __future__ import annotations

from huicheng.exchange.gateway.counting import count_call
from huicheng.exchange.gateway.services import ServiceCalled
from huicheng.ground.api import EventRecord, on


@on(ServiceCalled)
def count_service_call(event: ServiceCalled, record: EventRecord) -> None:
    count_call(event, record)
