from django.apps import AppConfig


class SubscribingConfig(AppConfig):
    name = "huicheng.exchange.subscribing"
    label = "subscribing"
    verbose_name = "订阅"
    default_auto_field = "django.db.models.BigAutoField"
