from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "huicheng.exchange.sharing"
    label = "sharing"
    verbose_name = "表共享"
    default_auto_field = "django.db.models.BigAutoField"
