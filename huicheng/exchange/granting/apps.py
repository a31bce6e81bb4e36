from django.apps import AppConfig


class GrantingConfig(AppConfig):
    name = "huicheng.exchange.granting"
    label = "granting"
    verbose_name = "授权"
    default_auto_field = "django.db.models.BigAutoField"
