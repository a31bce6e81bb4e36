from django.apps import AppConfig


class SupervisingConfig(AppConfig):
    name = "huicheng.exchange.supervising"
    label = "supervising"
    verbose_name = "目录监管"
    default_auto_field = "django.db.models.BigAutoField"
