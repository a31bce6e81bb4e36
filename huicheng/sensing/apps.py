from django.apps import AppConfig


class SensingConfig(AppConfig):
    name = "huicheng.sensing"
    label = "sensing"
    verbose_name = "感知"
    default_auto_field = "django.db.models.BigAutoField"
