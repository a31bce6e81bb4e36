from django.apps import AppConfig


class CodetablesConfig(AppConfig):
    name = "huicheng.exchange.codetables"
    label = "codetables"
    verbose_name = "代码表"
    default_auto_field = "django.db.models.BigAutoField"
