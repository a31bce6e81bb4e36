from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ExchangeConfig(AppConfig):
    name = "huicheng.exchange"
    label = "exchange"
    verbose_name = "交换"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_bring_in_declared, sender=self)


def _bring_in_declared(**_: Any) -> None:
    """What packs declare is in the catalogue as soon as there is one; tests get it the same way."""
    from huicheng.exchange.api import sync_declared

    sync_declared()
