"""What the exchange's door offers of services behind the gateway."""

from huicheng.exchange.gateway.counting import CallLine, DayOfCalls, ServiceUse, calls_of, use_of_service
from huicheng.exchange.gateway.describing import items_of, schema_of
from huicheng.exchange.gateway.offering import (
    ServicePaused,
    ServiceResumed,
    ServiceTried,
    Tried,
    pause_service,
    resume_service,
    service,
    try_service,
)
from huicheng.exchange.gateway.refusals import NoSuchService, NotYoursToPublish, ServiceUnfit
from huicheng.exchange.gateway.services import (
    METHODS,
    CircuitOpened,
    ServiceCalled,
    ServicePublished,
    ServiceView,
    ServiceWithdrawn,
    may_publish,
    publish_service,
    services,
    withdraw_service,
)

__all__ = [
    "METHODS",
    "CallLine",
    "CircuitOpened",
    "DayOfCalls",
    "NoSuchService",
    "NotYoursToPublish",
    "ServiceCalled",
    "ServicePaused",
    "ServicePublished",
    "ServiceResumed",
    "ServiceTried",
    "ServiceUnfit",
    "ServiceUse",
    "ServiceView",
    "ServiceWithdrawn",
    "Tried",
    "calls_of",
    "items_of",
    "may_publish",
    "pause_service",
    "publish_service",
    "resume_service",
    "schema_of",
    "service",
    "services",
    "try_service",
    "use_of_service",
    "withdraw_service",
]
