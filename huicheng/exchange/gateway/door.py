"""What the exchange's door offers of services behind the gateway."""

from huicheng.exchange.gateway.refusals import NotYoursToPublish, ServiceUnfit
from huicheng.exchange.gateway.services import (
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
    "CircuitOpened",
    "NotYoursToPublish",
    "ServiceCalled",
    "ServicePublished",
    "ServiceUnfit",
    "ServiceView",
    "ServiceWithdrawn",
    "may_publish",
    "publish_service",
    "services",
    "withdraw_service",
]
